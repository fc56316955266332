/** Rules set aside for the time of a test, to show what stands without them (R30). */

import { policyName, type Rule } from "../../guardrails/rule";
import { guardrails } from "../../guardrails/rules";
import type { GuardedPlatform } from "../../model/provisioner";
import { readPlatform } from "../../model/platform";
import { eventually, succeed } from "./scheduling";
import { ask, sandbox } from "./fixture";
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const BINDINGS = `${ADMISSION}/validatingadmissionpolicybindings`;

/** The platform of the ring, and so its rules. */
export function guardedPlatform(): GuardedPlatform {
  const file = path.join(sandbox().project.directory, "stacks", "Pulumi.platform.yaml");
  const { config } = parse(fs.readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  return {
    ...readPlatform(config["tenantry:platform"]),
    vaultAddress: sandbox().env["VAULT_ADDR"] ?? "",
    vaultNamespace: "",
  };
}

export function rulesOf(...names: readonly string[]): Rule[] {
  const rules = guardrails(guardedPlatform());
  return names.map((name) => {
    const found = rules.find((rule) => rule.name === name);
    assert.ok(found, `no rule ${name}`);
    return found;
  });
}

/** From here on the rules tell and refuse nothing. */
export function setAside(rules: readonly Rule[]): Promise<void> {
  return bindAll(rules, ["Audit"]);
}

/** From here on the rules refuse again. */
export function takeBack(rules: readonly Rule[]): Promise<void> {
  return bindAll(rules, ["Deny"]);
}

async function bindAll(rules: readonly Rule[], validationActions: readonly string[]): Promise<void> {
  await Promise.all(
    rules.map((rule) => succeed("PATCH", `${BINDINGS}/${policyName(rule)}`, { spec: { validationActions } })),
  );
  await policiesSeen();
}

/** Returns when the API server goes by every policy and binding that was written before. */
export async function policiesSeen(): Promise<void> {
  const name = `canary-${Date.now()}`;
  const policy = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
        ],
      },
      validations: [{ expression: `object.metadata.name != "${name}"`, message: "seen" }],
    },
  };
  const binding = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  };
  await succeed("POST", `${ADMISSION}/validatingadmissionpolicies`, policy);
  await succeed("POST", BINDINGS, binding);
  try {
    await eventually(async () => {
      const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
      const { message } = await ask("POST", "/api/v1/namespaces/kube-public/configmaps?dryRun=All", map);
      assert.match(message, /denied request: seen/);
    });
  } finally {
    await succeed("DELETE", `${BINDINGS}/${name}`);
    await succeed("DELETE", `${ADMISSION}/validatingadmissionpolicies/${name}`);
  }
}
