/**
 * Quota, limits, network policies, bindings and stores of the platform lie in the tenant's namespace. Whoever could change
 * one, or first take its mark off and change it then, would have no guardrail left (R6, R17).
 */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { OPERATOR, PROVISIONER, RECONCILER } from "../../examples";
import { EVERY_KIND } from "../../kinds";
import { text, type Document, type Rule } from "../../rule";
import { serviceAccountObject } from "../access/objects";
import { namespaced, networkPolicy } from "../network/objects";
import { CONTROLLERS } from "./controllers";
import { configMap, labelled, MANAGED } from "./objects";

/** Borne by objects of tenant lists and by those of the platform stack, and by no other. */
const MARKS = [labels.LIST, labels.PLATFORM];

/** CEL: the marks that an object bears. */
function marksOf(object: string): string {
  return `${text(MARKS)}.filter(mark, mark in ${object}.metadata.?labels.orValue({}))`;
}

const deny: Document = networkPolicy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
const managedDeny: Document = { ...deny, metadata: { ...(deny["metadata"] as object), ...MANAGED } };

const accessAccount = serviceAccountObject(MANAGED, {}, names.accessAccount("view"));

const managed = "the platform manages it";
const forged = `it bears the platform's label ${labels.LIST}`;

export const managedObjects: Rule = {
  name: "managed-objects",
  requirements: ["R6", "R17"],
  matches: [{ kinds: [EVERY_KIND], operations: ["CREATE", "UPDATE", "DELETE"] }],
  // Of what is in no namespace tenants write nothing.
  when: `variables.target.metadata.?namespace.orValue("") != ""`,
  offences: `request.operation != "CREATE" && ${marksOf("oldObject")}.size() > 0 ? ["${managed}"] :
    request.operation == "DELETE" ? [] :
    ${marksOf("object")}.map(mark, "it bears the platform's label " + mark)`,
  why: "Objects with the platform's labels are a tenant's guardrails, made from its file and from nothing else",
  cure: "Leave it as it is and have the tenant's file changed, or name and label an object of your own otherwise",
  sparesPlatform: true,
  // Renews access accounts, which its guard knows by their names.
  sparesOperator: true,
  spares: CONTROLLERS,
  examples: {
    passes: [
      { what: "an object of the tenant's own", object: configMap() },
      { what: "a change of such an object", before: configMap(), object: configMap({}, { color: "red" }) },
      { what: "the end of such an object", before: configMap() },
      { what: "the platform makes one", object: configMap(MANAGED), by: PROVISIONER },
      {
        what: "the platform changes one",
        before: configMap(MANAGED),
        object: configMap(MANAGED, { color: "red" }),
        by: PROVISIONER,
      },
      { what: "the platform takes one away", before: configMap(MANAGED), by: PROVISIONER },
      { what: "the operator takes an access account away", before: accessAccount, by: OPERATOR },
      { what: "the operator makes it anew", object: accessAccount, by: OPERATOR },
      ...CONTROLLERS.map((username) => ({
        what: `what ${username} takes away with what it belonged to`,
        before: configMap(MANAGED),
        by: { username, groups: ["system:authenticated"] },
      })),
      {
        what: "a label of the tenant's own under a name that begins alike",
        object: configMap(labelled({ "tenantry.dev/listed": "yes" })),
      },
    ],
    fails: [
      {
        what: "the default deny gone",
        before: managedDeny,
        says: managed,
      },
      {
        what: "the default deny opened",
        before: managedDeny,
        object: {
          ...managedDeny,
          spec: {
            podSelector: { matchLabels: { app: "none" } },
            policyTypes: ["Ingress", "Egress"],
          },
        },
        says: managed,
      },
      {
        what: "the default deny narrowed to one direction",
        before: managedDeny,
        object: { ...managedDeny, spec: { podSelector: {}, policyTypes: ["Ingress"] } },
        says: managed,
      },
      {
        what: "the mark taken off, to change it afterwards",
        before: configMap(MANAGED),
        object: configMap(),
        says: managed,
      },
      {
        what: "an annotation on one",
        before: configMap(MANAGED),
        object: configMap({ ...MANAGED, annotations: { note: "mine" } }),
        says: managed,
      },
      {
        what: "one changed by the tenant's reconciler",
        before: configMap(MANAGED),
        object: configMap(MANAGED, { color: "red" }),
        by: RECONCILER,
        says: managed,
      },
      { what: "an own object in the platform's name", object: configMap(MANAGED), says: forged },
      {
        what: "a network policy in the platform's name",
        object: {
          ...networkPolicy({ ingress: [{ from: [namespaced("tenant-example")] }] }),
          metadata: managedDeny["metadata"],
        },
        says: forged,
      },
      {
        what: "the platform stack's label",
        object: configMap(labelled({ [labels.PLATFORM]: "gateway" })),
        says: `it bears the platform's label ${labels.PLATFORM}`,
      },
      {
        what: "an own object marked later",
        before: configMap(),
        object: configMap(MANAGED),
        says: forged,
      },
      {
        what: "one of the platform stack's gone",
        before: configMap(labelled({ [labels.PLATFORM]: "gateway" })),
        says: managed,
      },
    ],
  },
};
