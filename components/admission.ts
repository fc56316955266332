import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { nativeActions } from "../guardrails/engines/native";
import type { GuardrailAction } from "../model/platform";
import { platformObject } from "./object-meta";

const { v1 } = kubernetes.admissionregistration;

/** A policy of `guardrails/`; its binding bears its name. */
interface Policy<Spec> {
  readonly name: string;
  readonly spec: Spec;
  /** What the policy is held against, where its spec names a kind of parameter. */
  readonly paramRef?: kubernetes.types.input.admissionregistration.v1.ParamRef;
}

/** Declares a policy that writes, and binds it for everybody. */
export function mutatingPolicy(
  name: string,
  policy: Policy<kubernetes.types.input.admissionregistration.v1.MutatingAdmissionPolicySpec>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const metadata = platformObject(policy.name);
  const declared = new v1.MutatingAdmissionPolicy(name, { metadata, spec: policy.spec }, opts);
  return new v1.MutatingAdmissionPolicyBinding(
    `${name}-binding`,
    { metadata, spec: { policyName: policy.name } },
    { ...opts, dependsOn: declared },
  );
}

/**
 * Declares a policy that refuses, and binds it for everybody.
 *
 * @param action whether it refuses or only tells of what it would refuse; default: it refuses.
 */
export function validatingPolicy(
  name: string,
  policy: Policy<kubernetes.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec>,
  opts: pulumi.CustomResourceOptions,
  action: GuardrailAction = "enforce",
): pulumi.Resource {
  const metadata = platformObject(policy.name);
  const declared = new v1.ValidatingAdmissionPolicy(name, { metadata, spec: policy.spec }, opts);
  return new v1.ValidatingAdmissionPolicyBinding(
    `${name}-binding`,
    {
      metadata,
      spec: {
        policyName: policy.name,
        ...(policy.paramRef !== undefined && { paramRef: policy.paramRef }),
        validationActions: nativeActions(action),
      },
    },
    { ...opts, dependsOn: declared },
  );
}
