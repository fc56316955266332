/** Judges the platform's admission policies: each stands as it was written and is bound without a way round it (R17, R19, R41). */

import { isDeepStrictEqual } from "node:util";
import {
  enforcement,
  engineDocuments,
  guardingPolicies,
  signatureDocuments,
  writingPolicies,
  type EngineDocument,
} from "../../guardrails/enforcement";
import { nativeActions, nativePolicy } from "../../guardrails/engines/native";
import type { GuardrailAction, Platform } from "../../model/platform";
import { itemsOf, named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { missing, type Reader } from "../reader";
import type { LiveKinds } from "./kubernetes";
import { says } from "./subset";

interface Policy {
  readonly name: string;
  readonly spec: unknown;
  readonly paramRef?: unknown;
}

export type LivePolicies = Pick<
  LiveKinds,
  | "mutatingadmissionpolicies"
  | "mutatingadmissionpolicybindings"
  | "validatingadmissionpolicies"
  | "validatingadmissionpolicybindings"
> & {
  /** Objects of Kyverno or Gatekeeper, where the platform uses one. */
  readonly enginepolicies: readonly LiveObject[];
};

/** Reads what the platform declared for its engine; a kind that is not defined has no objects. */
export async function readEnginePolicies(platform: Platform, cluster: Reader): Promise<LiveObject[]> {
  const paths = new Set(allEngineDocuments(platform).map(pathOf));
  const lists = await Promise.all([...paths].map((path) => cluster.get(path).then(itemsOf, missing)));
  return lists.flatMap((items) => items ?? []);
}

export function judgePolicies(platform: Platform, live: LivePolicies, ledger: Ledger): void {
  for (const policy of writingPolicies(platform)) {
    const { mutatingadmissionpolicies, mutatingadmissionpolicybindings } = live;
    judge("Mutating", policy, mutatingadmissionpolicies, mutatingadmissionpolicybindings, ledger);
  }
  const { validatingadmissionpolicies, validatingadmissionpolicybindings } = live;
  const validating = (policy: Policy, action?: GuardrailAction) =>
    judge(
      "Validating",
      policy,
      validatingadmissionpolicies,
      validatingadmissionpolicybindings,
      ledger,
      action,
    );
  for (const policy of guardingPolicies(platform)) {
    validating(policy);
  }
  for (const enforced of enforcement(platform)) {
    if (enforced.engine === "native") {
      validating(nativePolicy(enforced.rule, platform), enforced.action);
    }
  }
  for (const document of allEngineDocuments(platform)) {
    judgeDocument(document, live, ledger);
  }
}

function allEngineDocuments(platform: Platform): EngineDocument[] {
  return [
    ...enforcement(platform).flatMap((enforced) => engineDocuments(enforced, platform)),
    ...signatureDocuments(platform),
  ];
}

/** Gatekeeper calls a constraint's plural what it calls the template. */
function pathOf({ apiVersion, kind }: EngineDocument): string {
  const name = kind.toLowerCase();
  const plural = apiVersion.startsWith("constraints.") ? name : name.replace(/y$/, "ie").concat("s");
  return `/apis/${apiVersion}/${plural}`;
}

/** An object of an engine in the cluster says what the platform declares. */
function judgeDocument(
  { kind, metadata, spec }: EngineDocument,
  { enginepolicies }: LivePolicies,
  ledger: Ledger,
): void {
  const { expect } = ledger.bench("(platform)", "admission");
  const object = `${kind} ${metadata.name}`;
  const live = enginepolicies.find((one) => one["kind"] === kind && one.metadata.name === metadata.name);
  expect(object, live !== undefined, "is missing");
  expect(
    object,
    live === undefined || says(live["spec"], spec),
    "says something else than the platform declares",
  );
}

function judge(
  kind: "Mutating" | "Validating",
  { name, spec, paramRef }: Policy,
  policies: readonly LiveObject[],
  bindings: readonly LiveObject[],
  ledger: Ledger,
  action: GuardrailAction = "enforce",
): void {
  const { expect } = ledger.bench("(platform)", "admission");
  const object = `${kind}AdmissionPolicy ${name}`;
  const live = named(policies, name);
  expect(object, live !== undefined, "is missing");
  if (live !== undefined) {
    expect(object, says(live["spec"], spec), "says something else than the platform declares");
  }
  const binding = (named(bindings, name)?.["spec"] ?? {}) as Record<string, unknown>;
  expect(
    object,
    binding["policyName"] === name &&
      binding["matchResources"] === undefined &&
      isDeepStrictEqual(binding["paramRef"], paramRef) &&
      (kind === "Mutating" || says(binding["validationActions"], nativeActions(action))),
    "is not bound for everybody",
  );
}
