/** Judges the platform's admission policies: each stands as it was written and is bound without a way round it (R17, R19, R41). */

import { spreadPolicy } from "../../guardrails/disruption";
import { enforcement } from "../../guardrails/enforcement";
import { constraint, constraintKind, constraintTemplate } from "../../guardrails/engines/gatekeeper";
import { kyvernoPolicy } from "../../guardrails/engines/kyverno";
import { nativeActions, nativePolicy } from "../../guardrails/engines/native";
import { imagePullPolicy } from "../../guardrails/image-pull";
import { placementPolicy } from "../../guardrails/placement";
import { floorDefault } from "../../guardrails/pod-security-floor";
import { provisionerGuard } from "../../guardrails/provisioner";
import { tenantLabelPolicy } from "../../guardrails/tenant-label";
import type { GuardrailAction, Platform } from "../../model/platform";
import { itemsOf, named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { missing, type Reader } from "../reader";
import type { LiveKinds } from "./kubernetes";
import { says } from "./subset";

interface Policy {
  readonly name: string;
  readonly spec: unknown;
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
  const enforced = enforcement(platform);
  const gatekeeper = enforced.filter(({ engine }) => engine === "gatekeeper");
  const paths = [
    ...(enforced.some(({ engine }) => engine === "kyverno")
      ? ["/apis/policies.kyverno.io/v1/validatingpolicies"]
      : []),
    ...(gatekeeper.length > 0 ? ["/apis/templates.gatekeeper.sh/v1/constrainttemplates"] : []),
    ...gatekeeper.map(
      ({ rule }) => `/apis/constraints.gatekeeper.sh/v1beta1/${constraintKind(rule).toLowerCase()}`,
    ),
  ];
  const lists = await Promise.all(paths.map((path) => cluster.get(path).then(itemsOf, missing)));
  return lists.flatMap((items) => items ?? []);
}

export function judgePolicies(platform: Platform, live: LivePolicies, ledger: Ledger): void {
  const written = [
    placementPolicy(),
    spreadPolicy(),
    tenantLabelPolicy(),
    imagePullPolicy(),
    floorDefault(platform),
  ];
  for (const policy of written) {
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
  validating(provisionerGuard(platform));
  for (const { rule, engine, action } of enforcement(platform)) {
    switch (engine) {
      case "native":
        validating(nativePolicy(rule, platform), action);
        break;
      case "kyverno":
        judgeDocument(kyvernoPolicy(rule, platform, action), live, ledger);
        break;
      case "gatekeeper":
        judgeDocument(constraintTemplate(rule, platform), live, ledger);
        judgeDocument(constraint(rule, platform, action), live, ledger);
    }
  }
}

interface EngineDocument {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
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
  { name, spec }: Policy,
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
      (kind === "Mutating" || says(binding["validationActions"], nativeActions(action))),
    "is not bound for everybody",
  );
}
