/** A guardrail says what its rule says: nobody loosens one by a word in the platform's program (R17, R28, R30). */

import { isDeepStrictEqual } from "node:util";
import type { ResourceCheck } from "../check";
import { at, isPartlyUnknown, kubernetesObject, listAt } from "../declared";
import { guardrailObjects, type GuardrailObject } from "../guardrail-objects";

export const guardrailsKept: ResourceCheck = {
  name: "guardrails-kept",
  description:
    "Policies and bindings of the guardrails say what the rules and the platform's settings say (R17, R28, R30).",
  about: (type) =>
    /^kubernetes:(admissionregistration\.k8s\.io|policies\.kyverno\.io|(templates|constraints)\.gatekeeper\.sh)\//.test(
      type,
    ),
  judge: (resource, setting) => {
    const object = kubernetesObject(resource);
    const wanted = guardrailObjects(setting).find(
      ({ kind, name }) => kind === object?.kind && name === object.name,
    );
    const spec = at(object?.document, "spec");
    if (object === undefined || wanted === undefined || isDeepStrictEqual(plain(spec), plain(wanted.spec))) {
      return [];
    }
    // What is unknown yet is judged when it is known; what is known may differ already.
    const faults = isPartlyUnknown(spec)
      ? looseningsIn(spec, wanted)
      : [DIFFERS, ...looseningsIn(spec, wanted)];
    return faults.length === 0
      ? []
      : [
          `${object.kind} ${object.name}: ${(faults.length > 1 ? faults.slice(-1) : faults).join("")}; ${CURE}`,
        ];
  },
};

const DIFFERS = "says something else than its rule";
const CURE =
  "change the rule in guardrails/, or set it to audit in the platform's settings (guardrails.rules), and leave its objects alone";

/** How it was loosened, in words, where that is one of the usual ways. */
function looseningsIn(spec: unknown, { spec: wanted }: GuardrailObject): string[] {
  const of = (field: string) => [listAt(spec, field), listAt(wanted, field)] as const;
  const [actions, wantedActions] = of("validationActions");
  const differing = (field: string) => at(spec, field) !== at(wanted, field);
  return [
    ...(differing("failurePolicy")
      ? [
          `lets everything through where it cannot be worked out (failurePolicy ${String(at(spec, "failurePolicy"))})`,
        ]
      : []),
    ...(at(spec, "matchResources") === undefined ? [] : ["holds in some places only (matchResources)"]),
    ...(isDeepStrictEqual(
      at(spec, "matchConstraints", "namespaceSelector"),
      at(wanted, "matchConstraints", "namespaceSelector"),
    )
      ? []
      : ["looks at other namespaces than its rule (namespaceSelector)"]),
    ...(isDeepStrictEqual(actions, wantedActions)
      ? []
      : [
          `does ${actions.map(String).join(", ") || "nothing"} instead of ${wantedActions.map(String).join(", ")}`,
        ]),
    ...(differing("enforcementAction")
      ? [`does ${String(at(spec, "enforcementAction"))} instead of deny`]
      : []),
  ];
}

/** Without fields that are undefined, and with one kind of number. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null)) as unknown;
}
