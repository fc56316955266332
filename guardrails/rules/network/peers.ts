/** Peers in network policies: what CEL can tell of one, called `peer` there. */

import { text } from "../../rule";

/** The namespace that a peer names, by the label that the API server writes and nobody can forge, and by no other; or "". */
export const NAMESPACE_OF = `(peer.?namespaceSelector.?matchLabels.orValue({}).size() == 1 &&
  peer.?namespaceSelector.?matchExpressions.orValue([]).size() == 0
    ? peer.namespaceSelector.matchLabels[?"kubernetes.io/metadata.name"].orValue("") : "")`;

/** Whether a peer is pods of the policy's own namespace; with `namespaces`, of one of these as well. */
export function isIn(namespaces: readonly string[]): string {
  return `(!has(peer.ipBlock) && (has(peer.namespaceSelector)
    ? ${NAMESPACE_OF} == request.namespace || ${NAMESPACE_OF} in ${text(namespaces)} : has(peer.podSelector)))`;
}

/** Whom a peer names. */
export const NAMED = `(has(peer.ipBlock) ? string(peer.ipBlock.cidr) : ${NAMESPACE_OF} == ""
  ? "namespaces that it does not name" : "namespace " + ${NAMESPACE_OF})`;
