/** Pods that say something else of their security, for the examples. */

import { podSpec, type PodParts } from "../../examples";

type Fields = Readonly<Record<string, unknown>>;

/** A pod with other fields in its own security context. */
export function podSecurity(fields: Fields, parts: PodParts = {}): PodParts {
  const usual = podSpec()["securityContext"] as Fields;
  return { ...parts, spec: { ...parts.spec, securityContext: { ...usual, ...fields } } };
}

/** A pod whose container has other fields in its security context. */
export function security(fields: Fields): PodParts {
  return { container: { securityContext: fields } };
}

/** A pod with a volume `data` from this source. */
export function volume(source: Fields): PodParts {
  return { spec: { volumes: [{ name: "data", ...source }] } };
}
