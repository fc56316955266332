import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  enforcement,
  engineDocuments,
  reservations,
  signatureDocuments,
  type EngineDocument,
} from "../guardrails/enforcement";
import { nativePolicy } from "../guardrails/engines/native";
import { imagePullPolicy } from "../guardrails/image-pull";
import { SIGNATURES } from "../guardrails/signatures";
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

    const { platform } = args;
    for (const sentence of reservations(platform)) {
      void pulumi.log.warn(sentence, this);
    }
    const child = { parent: this, deleteBeforeReplace: true };
    // Every engine leaves these to the API server: only its own policies write in CEL.
    for (const policy of [tenantLabelPolicy(), imagePullPolicy()]) {
      mutatingPolicy(policy.name.replace("tenantry-", "guardrail-"), policy, child);
    }
    for (const enforced of enforcement(platform)) {
      const { rule, engine, action } = enforced;
      if (engine === "native") {
        validatingPolicy(`guardrail-${rule.name}`, nativePolicy(rule, platform), child, action);
      } else {
        this.declareDocuments(`guardrail-${rule.name}`, engineDocuments(enforced, platform));
      }
    }
    this.declareDocuments(`guardrail-${SIGNATURES}`, signatureDocuments(platform));

    this.registerOutputs();
  }

  /** Each once those before it are made: a template before its constraint. */
  private declareDocuments(name: string, documents: readonly EngineDocument[]): void {
    const made: pulumi.Resource[] = [];
    for (const [index, { apiVersion, kind, metadata, spec }] of documents.entries()) {
      const last = index === documents.length - 1;
      made.push(
        new kubernetes.apiextensions.CustomResource(
          last ? name : `${name}-template`,
          { apiVersion, kind, metadata: platformObject(metadata.name), spec },
          { parent: this, deleteBeforeReplace: true, ...(made.length > 0 && { dependsOn: [...made] }) },
        ),
      );
    }
  }
}
