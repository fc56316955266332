/** A guardrail that nobody declares refuses nothing: absence shows only in the whole stack (R17, R19, R28, R41). */

import type { StackCheck } from "../check";
import { kubernetesObject } from "../declared";
import { guardrailObjects } from "../guardrail-objects";

export const guardrailsStand: StackCheck = {
  name: "guardrails-stand",
  description:
    "The platform declares every guardrail, with the policy and what puts it to work (R17, R19, R28, R41).",
  of: "platform",
  judgeStack: (resources, setting) => {
    const found = new Set(
      resources
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .flatMap((resource) => kubernetesObject(resource) ?? [])
        .map(({ kind, name }) => `${kind} ${name}`),
    );
    return guardrailObjects(setting)
      .map(({ kind, name }) => `${kind} ${name}`)
      .filter((object) => !found.has(object))
      .map(
        (object) =>
          `${object} is missing from the platform; declare it again, or take its rule out of guardrails/`,
      );
  },
};
