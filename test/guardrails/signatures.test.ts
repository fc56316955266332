/** The documents by which Kyverno and Gatekeeper check signatures; test/parity tries them on signed images. */

import assert from "node:assert/strict";
import { guardrails } from "../../guardrails/rules";
import { NATIVE_CANNOT, SIGNATURES, signaturePolicy, signaturesUnchecked } from "../../guardrails/signatures";
import { signatureConstraint, signatureTemplate } from "../../guardrails/signatures-gatekeeper";
import { exemptNamespaces } from "../../guardrails/scope";
import type { GuardrailEngine, Signer } from "../../model/platform";
import { examplePlatform } from "./platform";

const KEY = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n";
const PIPELINE = { issuer: "https://token.example.com", subject: "https://git.example.com/ci" };
const SIGNERS: readonly Signer[] = [
  { images: ["registry.example.com/{tenant}/", "mirror.example.com/"], keyless: PIPELINE },
  { images: ["registry.example.com/platform/"], publicKey: KEY },
];

function platformWith(signatures: readonly Signer[], engine: GuardrailEngine = "kyverno") {
  const platform = examplePlatform();
  return { ...platform, guardrails: { ...platform.guardrails, engine, signatures: [...signatures] } };
}

describe("signatures", () => {
  const platform = platformWith(SIGNERS);

  it("bear a name that no rule bears", () => {
    assert.ok(!guardrails(platform).some(({ name }) => name === SIGNATURES));
  });

  describe("for Kyverno", () => {
    const { spec, metadata } = signaturePolicy(platform, "enforce");

    it("are a policy that refuses where it cannot judge", () => {
      assert.equal(metadata.name, "tenantry-signatures");
      assert.equal(spec.failurePolicy, "Fail");
      assert.deepEqual(spec.validationActions, ["Deny"]);
      assert.deepEqual(signaturePolicy(platform, "audit").spec.validationActions, ["Audit", "Warn"]);
      assert.ok(spec.validationConfigurations.required);
    });

    it("hold for pods, for containers that are added, and for every kind that makes pods", () => {
      const { resourceRules, namespaceSelector } = spec.matchConstraints;
      assert.deepEqual(
        resourceRules.flatMap(({ resources }) => resources),
        [
          ...["pods", "pods/ephemeralcontainers", "podtemplates", "replicationcontrollers"],
          ...["deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"],
        ],
      );
      assert.deepEqual(namespaceSelector.matchExpressions[0]?.values, exemptNamespaces(platform));
    });

    it("trust each signer with its own names, and connect to no other registry", () => {
      assert.deepEqual(spec.matchImageReferences, [
        { glob: "registry.example.com/*/*" },
        { glob: "mirror.example.com/*" },
        { glob: "registry.example.com/platform/*" },
      ]);
      const { expression = "" } = spec.variables.find(({ name }) => name === "offences") ?? {};
      assert.ok(
        expression.includes(
          `(((variables.owner != "" && image.startsWith("registry.example.com/" + variables.owner + "/")) || image.startsWith("mirror.example.com/")) && verifyImageSignatures(image, [attestors.signer0]) > 0)`,
        ),
        expression,
      );
      assert.ok(
        expression.includes(
          `((image.startsWith("registry.example.com/platform/")) && verifyImageSignatures(image, [attestors.signer1]) > 0)`,
        ),
        expression,
      );
    });

    it("hold a pipeline to its name, and ask no public log for a key of the platform's own", () => {
      assert.deepEqual(spec.attestors, [
        { name: "signer0", cosign: { keyless: { identities: [PIPELINE] } } },
        {
          name: "signer1",
          cosign: { key: { data: KEY }, ctlog: { insecureIgnoreTlog: true, insecureIgnoreSCT: true } },
        },
      ]);
    });
  });

  describe("for Gatekeeper", () => {
    it("ask the provider that the platform names", () => {
      const named = { ...platform, guardrails: { ...platform.guardrails, signatureProvider: "cosign" } };
      const sources = signatureTemplate(named).spec.targets.flatMap(({ code }) =>
        code.map(({ source }) => source.rego),
      );
      assert.equal(sources.length, 1);
      assert.match(sources[0] ?? "", /external_data\(\{"provider": "cosign", /);
    });

    it("hold for pods and every kind that makes pods", () => {
      const constraint = signatureConstraint(platform, "enforce");
      assert.deepEqual(
        constraint.spec.match.kinds.map(({ apiGroups, kinds }) => [...apiGroups, ...kinds]),
        [
          ["", "Pod", "PodTemplate", "ReplicationController"],
          ["apps", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
          ["batch", "Job", "CronJob"],
        ],
      );
      assert.equal(constraint.spec.enforcementAction, "deny");
      assert.equal(signatureConstraint(platform, "audit").spec.enforcementAction, "warn");
      assert.equal(constraint.kind.toLowerCase(), signatureTemplate(platform).metadata.name);
    });
  });

  describe("say plainly", () => {
    it("that the API server cannot check them", () => {
      assert.match(signaturesUnchecked(platformWith(SIGNERS, "native")) ?? "", /cannot check signatures/);
      assert.match(NATIVE_CANNOT, /native admission cannot verify signatures/);
    });

    it("that nobody checks them where no signer is named, whatever the engine", () => {
      for (const engine of ["native", "kyverno", "gatekeeper"] as const) {
        assert.match(signaturesUnchecked(platformWith([], engine)) ?? "", /nobody checks who built/);
      }
    });

    it("nothing where an engine checks them", () => {
      assert.equal(signaturesUnchecked(platformWith(SIGNERS)), undefined);
      assert.equal(signaturesUnchecked(platformWith(SIGNERS, "gatekeeper")), undefined);
    });
  });
});
