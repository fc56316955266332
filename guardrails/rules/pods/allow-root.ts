/** What the rules ask of tenants that run as root, as the platform wrote on their namespaces (R39), is less. */

import * as labels from "../../../model/labels";
import { text, type Marks } from "../../rule";

/** CEL: whether the tenant opted out of `restricted`; where nothing is written it did not. */
export const ALLOWS_ROOT = `variables.marks[?${text(labels.ALLOW_ROOT)}].orValue("") == "true"`;
/** CEL: whether root in the pod is somebody without rights on the node. */
export const OWN_USERS = "!variables.pod.?hostUsers.orValue(true)";

/** Marks of the namespace of a tenant that may run as root. */
export const MAY_BE_ROOT: Marks = { labels: { [labels.ALLOW_ROOT]: "true" } };
