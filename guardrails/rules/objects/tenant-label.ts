/** Costs, logs and searches go by the label `tenant`: on a tenant's object it is the tenant's own, and stays (R13). */

import * as labels from "../../../model/labels";
import { EXAMPLE, OTHER, PROVISIONER } from "../../examples";
import { EVERY_KIND } from "../../kinds";
import { text, type Rule } from "../../rule";
import { configMap } from "./objects";

const NO_TENANT = { labels: { [labels.TENANT]: null, [labels.NAME]: null } };
const KEY = text(labels.TENANT);

/** A policy writes the label where it is missing, before this rule looks: nobody takes it off. */
export const tenantLabel: Rule = {
  name: "tenant-label",
  requirements: ["R13"],
  matches: [{ kinds: [EVERY_KIND], operations: ["CREATE", "UPDATE"] }],
  when: `object.metadata.?namespace.orValue("") != "" && ${KEY} in object.metadata.?labels.orValue({}) &&
    (request.operation == "CREATE" ||
      object.metadata.labels[${KEY}] != oldObject.metadata.?labels[?${KEY}].orValue(""))`,
  offences: `object.metadata.labels[${KEY}] == variables.tenant ? [] :
    ["its label ${labels.TENANT} is " + object.metadata.labels[${KEY}]]`,
  why: "The label names the tenant that an object belongs to, which is that of its namespace",
  cure: `Leave the label ${labels.TENANT} out: it is written by itself`,
  // It marks objects for a tenant in namespaces of its own, such as Argo CD's.
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "the own id", object: configMap() },
      { what: "no label, which a policy then writes", object: configMap({ labels: {} }) },
      { what: "no labels at all", object: configMap({ labels: undefined }) },
      {
        what: "a change that leaves the label",
        before: configMap(),
        object: configMap({}, { color: "red" }),
      },
      {
        what: "a change of what bore another id before",
        before: configMap({ labels: { [labels.TENANT]: OTHER.id } }),
        object: configMap({ labels: { [labels.TENANT]: OTHER.id } }, { color: "red" }),
      },
      {
        what: "the own id where another one was",
        before: configMap({ labels: { [labels.TENANT]: OTHER.id } }),
        object: configMap(),
      },
      {
        what: "the platform in a namespace that is no tenant's",
        object: configMap(),
        namespace: NO_TENANT,
        by: PROVISIONER,
      },
      {
        what: "no label where the namespace is no tenant's",
        object: configMap({ labels: undefined }),
        namespace: NO_TENANT,
      },
    ],
    fails: [
      {
        what: "another tenant's id",
        object: configMap({ labels: { [labels.TENANT]: OTHER.id } }),
        says: `its label tenant is ${OTHER.id}`,
      },
      {
        what: "the tenant's name in the place of its id",
        object: configMap({ labels: { [labels.TENANT]: EXAMPLE.name } }),
        says: "its label tenant is example",
      },
      {
        what: "another tenant's id, later",
        before: configMap(),
        object: configMap({ labels: { [labels.TENANT]: OTHER.id } }),
        says: `its label tenant is ${OTHER.id}`,
      },
      {
        what: "a tenant's id where the namespace is no tenant's",
        object: configMap(),
        namespace: NO_TENANT,
        says: `its label tenant is ${EXAMPLE.id}`,
      },
    ],
  },
};
