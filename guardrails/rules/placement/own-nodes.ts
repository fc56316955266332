/** What the nodes of a tenant bear, as labels and as taints alike (R40, R41). */

import * as labels from "../../../model/labels";
import { text } from "../../rule";

/** The pool whose nodes are the tenant's alone. */
const DEDICATED = "dedicated";

/**
 * CEL variables: `ownNodes` is a list of `key=value`. A namespace that no platform put into a pool has none: its pods
 * must not tolerate a taint whose value is empty.
 */
export const OWN_NODES = {
  pool: `string(variables.marks[?${text(labels.POOL)}].orValue(""))`,
  ownNodes: `(variables.pool == "" ? [] : [${text(`${labels.NODE_TIER}=`)} + variables.pool]) +
    (variables.pool == "${DEDICATED}" && variables.tenant != "" ? [${text(`${labels.TENANT}=`)} + variables.tenant] : [])`,
};
