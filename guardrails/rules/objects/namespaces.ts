/**
 * Everything that guards a tenant hangs on its namespace's name and labels: who can relabel, adopt or take over one has the
 * tenant (R6, R17). `status` writes labels too, and `finalize` ends a namespace before what is in it (attack A049).
 */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { EXAMPLE, namespaceOf, PROVISIONER } from "../../examples";
import { NAMESPACE } from "../../kinds";
import { text, type Document, type Rule } from "../../rule";
import { CONTROLLERS } from "./controllers";
import type { Fields } from "./objects";

const PREFIX = names.namespaceName("");
const OWN = "tenantry.dev/";

/** CEL: an object's labels that are the platform's to give. */
function ours(object: string): string {
  return `${object}.metadata.?labels.orValue({}).map(key, string(key))
    .filter(key, key == ${text(labels.TENANT)} || key.startsWith(${text(OWN)}))`;
}

/** CEL: whether a namespace is a tenant's, by its name or by its labels. */
function isTenants(object: string): string {
  return `(${object}.metadata.name.startsWith(${text(PREFIX)}) || ${ours(object)}.size() > 0)`;
}

/** Metadata that decides about the namespace; the API server writes the rest. */
const GUARDED = ["labels", "annotations", "ownerReferences", "finalizers"];

function changes(field: string): string {
  const of = (object: string) => `${object}.metadata[?"${field}"].orValue(dyn({}))`;
  return `(${of("object")} != ${of("oldObject")} ? ["its ${field} change"] : [])`;
}

function namespace(name: string, more: Fields = {}): Document {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, ...more } };
}

const TENANTS = namespaceOf({ what: "" }, names.namespaceName("guarded"));
const tenants = (more: Fields = {}): Document => {
  const metadata = TENANTS["metadata"] as { labels: Fields; annotations: Fields };
  return { ...TENANTS, metadata: { ...metadata, ...more } };
};
const relabelled = (more: Fields) =>
  tenants({ labels: { ...((TENANTS["metadata"] as Fields)["labels"] as Fields), ...more } });

export const namespaces: Rule = {
  name: "namespaces",
  requirements: ["R6", "R17"],
  matches: [
    {
      kinds: [NAMESPACE],
      operations: ["CREATE", "UPDATE", "DELETE"],
      subresources: ["status", "finalize"],
    },
  ],
  offences: `request.operation == "CREATE"
    ? (object.metadata.name.startsWith(${text(PREFIX)}) ? ["its name begins like that of a tenant's"] : []) +
      ${ours("object")}.map(key, "it bears the platform's label " + key)
    : request.operation == "DELETE" ? (${isTenants("oldObject")} ? ["it is a tenant's"] : [])
    : ${isTenants("oldObject")} ? ${GUARDED.map(changes).join(" + ")}
    : ${ours("object")}.map(key, "it takes the platform's label " + key)`,
  why: "Every guardrail of a tenant goes by the name and the labels of its namespace, which are made from the tenant's file",
  cure: "Leave the namespaces of tenants to the tenant lists, and name and label others otherwise",
  sparesPlatform: true,
  // They take the finalizers off what is deleted.
  spares: CONTROLLERS,
  examples: {
    passes: [
      { what: "a namespace of somebody else's", object: namespace("team-a", { labels: { team: "a" } }) },
      {
        what: "another label on it",
        before: namespace("team-a"),
        object: namespace("team-a", { labels: { team: "b" } }),
      },
      { what: "its end", before: namespace("team-a") },
      { what: "the platform makes a tenant's", object: tenants(), by: PROVISIONER },
      {
        what: "the platform changes a tenant's",
        before: tenants(),
        object: relabelled({ [labels.POOL]: "sensitive" }),
        by: PROVISIONER,
      },
      { what: "the platform takes a tenant's away", before: tenants(), by: PROVISIONER },
      ...CONTROLLERS.map((username) => ({
        what: `a finalizer of a tenant's that ${username} is done with`,
        before: tenants({ finalizers: ["foregroundDeletion"] }),
        object: tenants(),
        by: { username, groups: ["system:authenticated"] },
      })),
    ],
    fails: [
      {
        what: "a name like a tenant's",
        object: namespace("tenant-mallory"),
        says: "its name begins like that of a tenant's",
      },
      {
        what: "a tenant's label",
        object: namespace("mallory", { labels: { [labels.TENANT]: EXAMPLE.id } }),
        says: "it bears the platform's label tenant",
      },
      {
        what: "another label of the platform's",
        object: namespace("mallory", { labels: { [labels.NAME]: EXAMPLE.name } }),
        says: `it bears the platform's label ${labels.NAME}`,
      },
      {
        what: "a namespace of somebody else's that becomes a tenant's",
        before: namespace("mallory"),
        object: namespace("mallory", { labels: { [labels.TENANT]: EXAMPLE.id } }),
        says: "it takes the platform's label tenant",
      },
      {
        what: "the same by its status",
        before: namespace("mallory"),
        object: namespace("mallory", { labels: { [labels.TENANT]: EXAMPLE.id } }),
        subresource: "status",
        says: "it takes the platform's label tenant",
      },
      {
        what: "a lower Pod Security level",
        before: tenants(),
        object: relabelled({ "pod-security.kubernetes.io/enforce": "privileged" }),
        says: "its labels change",
      },
      {
        what: "the same by its status",
        before: tenants(),
        object: relabelled({ "pod-security.kubernetes.io/enforce": "privileged" }),
        subresource: "status",
        says: "its labels change",
      },
      {
        what: "the same by its finalization",
        before: tenants(),
        object: relabelled({ "pod-security.kubernetes.io/enforce": "privileged" }),
        subresource: "finalize",
        says: "its labels change",
      },
      {
        what: "a label by which Gatekeeper looks away",
        before: tenants(),
        object: relabelled({ "admission.gatekeeper.sh/ignore": "true" }),
        says: "its labels change",
      },
      {
        what: "a label that gives access to devices",
        before: tenants(),
        object: relabelled({ "resource.kubernetes.io/admin-access": "true" }),
        says: "its labels change",
      },
      {
        what: "another tenant's id",
        before: tenants(),
        object: relabelled({ [labels.TENANT]: "9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a" }),
        says: "its labels change",
      },
      {
        what: "more hosts",
        before: tenants(),
        object: tenants({ annotations: { [labels.HOSTS]: "shop.example.com" } }),
        says: "its annotations change",
      },
      {
        what: "an owner with whom it would go",
        before: tenants(),
        object: tenants({
          ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n", uid: EXAMPLE.id }],
        }),
        says: "its ownerReferences change",
      },
      {
        what: "a finalizer that would hold a tenant's",
        before: tenants(),
        object: tenants({ finalizers: ["example.com/hold"] }),
        says: "its finalizers change",
      },
      { what: "the end of a tenant's", before: tenants(), says: "it is a tenant's" },
    ],
  },
};
