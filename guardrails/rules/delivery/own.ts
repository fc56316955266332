/** CEL about which tenant an object of a GitOps controller is for. */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { text } from "../../rule";

/**
 * The tenant's name: of the tenant that the namespace is of, or else, in a namespace of the platform, of the tenant that
 * the platform made the object for.
 */
export const OWNER = `string(variables.tenant != "" ? variables.marks[?${text(labels.NAME)}].orValue("") :
  object.metadata.?labels[?${text(labels.NAME)}].orValue(""))`;

/** Whether the object is a tenant's: by its namespace, or by the label that it bears or bore. */
export const IS_TENANTS = `variables.tenant != "" || ${text(labels.TENANT)} in object.metadata.?labels.orValue({}) ||
  (request.operation == "UPDATE" && ${text(labels.TENANT)} in oldObject.metadata.?labels.orValue({}))`;

/** Whether a name is that of a namespace of the tenant `variables.owner`. */
export function isOwnNamespace(name: string): string {
  const main = `${text(names.namespaceName(""))} + variables.owner`;
  return `(variables.owner != "" && (${name} == ${main} || ${name}.startsWith(${main} + ${text(names.SEPARATOR)})))`;
}

/** Whether a cluster, given by `server` or by `name`, is the one that this is. */
export const SERVER = "https://kubernetes.default.svc";
export const CLUSTER = "in-cluster";

/** Whether a destination is this cluster and no other. */
export function isHere(destination: string): string {
  const [server, name] = ["server", "name"].map((field) => `${destination}.?${field}.orValue("")`);
  return `((${server} == ${text(SERVER)} && ${name} in ["", ${text(CLUSTER)}]) ||
    (${server} == "" && ${name} == ${text(CLUSTER)}))`;
}

/** What a destination calls its cluster. */
export function clusterOf(destination: string): string {
  return `(${destination}.?server.orValue("") + (${destination}.?server.orValue("") != "" &&
    ${destination}.?name.orValue("") != "" ? " " : "") + ${destination}.?name.orValue(""))`;
}
