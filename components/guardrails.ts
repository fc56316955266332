import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { enforcement, reservations, type Enforcement } from "../guardrails/enforcement";
import { constraint, constraintTemplate } from "../guardrails/engines/gatekeeper";
import { kyvernoPolicy } from "../guardrails/engines/kyverno";
import { nativePolicy } from "../guardrails/engines/native";
import { imagePullPolicy } from "../guardrails/image-pull";
import { tenantLabelPolicy } from "../guardrails/tenant-label";
import type { GuardedPlatform } from "../model/provisioner";
import { mutatingPolicy, validatingPolicy } from "./admission";
import { platformObject } from "./object-meta";

export interface GuardrailsArgs {
  readonly platform: GuardedPlatform;
}

/**
 * The rules over everything that is written in tenants' namespaces (R17-R31), each as a policy of the engine that the
 * platform chose. Without them a tenant's own rights would do to leave its nodes, its network or its volumes.
 */
export class Guardrails extends pulumi.ComponentResource {
  constructor(name: string, args: GuardrailsArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Guardrails", name, {}, opts);

    for (const sentence of reservations(args.platform)) {
      void pulumi.log.warn(sentence, this);
    }
    const child = { parent: this, deleteBeforeReplace: true };
    // Every engine leaves these to the API server: only its own policies write in CEL.
    for (const policy of [tenantLabelPolicy(), imagePullPolicy()]) {
      mutatingPolicy(policy.name.replace("tenantry-", "guardrail-"), policy, child);
    }
    for (const enforced of enforcement(args.platform)) {
      this.declareRule(`guardrail-${enforced.rule.name}`, enforced, args.platform);
    }

    this.registerOutputs();
  }

  private declareRule(name: string, { rule, engine, action }: Enforcement, platform: GuardedPlatform): void {
    const child = { parent: this, deleteBeforeReplace: true };
    switch (engine) {
      case "native":
        validatingPolicy(name, nativePolicy(rule, platform), child, action);
        break;
      case "kyverno":
        custom(name, kyvernoPolicy(rule, platform, action), child);
        break;
      case "gatekeeper": {
        // Gatekeeper defines the constraint's kind when it has seen the template.
        const template = custom(`${name}-template`, constraintTemplate(rule, platform), child);
        custom(name, constraint(rule, platform, action), { ...child, dependsOn: template });
      }
    }
  }
}

interface EngineDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

function custom(
  name: string,
  { apiVersion, kind, metadata, spec }: EngineDocument,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new kubernetes.apiextensions.CustomResource(
    name,
    { apiVersion, kind, metadata: platformObject(metadata.name), spec },
    opts,
  );
}
