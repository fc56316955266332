/** The policy pack on the real engine: clean over what is right, and in the way of what is not, before anything changes. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { RunFailure } from "../../automation/outcome";
import { preview, up, type PreviewOptions } from "../../automation/engine/run";
import { openStack } from "../../automation/workspace";
import { pod } from "../../guardrails/examples";
import { ask, LIST, run, sandbox, standing, tenantId } from "./fixture";
import { ScratchProject } from "./project";

const REPOSITORY = path.join(__dirname, "..", "..");

async function refusal(of: Promise<unknown>): Promise<RunFailure> {
  const failure = await of.then(
    () => assert.fail("the run was not refused"),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof RunFailure, String(failure));
  assert.equal(failure.exitCode, 5, failure.message);
  return failure;
}

/** What policies said in a run, and the packs that were asked. */
async function judged(of: (options: Pick<PreviewOptions, "onEvent">) => Promise<unknown>) {
  const events: EngineEvent[] = [];
  await of({ onEvent: (event) => events.push(event) });
  return {
    // The engine writes this one with a capital letter, unlike what the SDK's type says, and the folder behind the name.
    packs: events
      .flatMap(({ summaryEvent }) =>
        Object.keys((summaryEvent as { PolicyPacks?: object } | undefined)?.PolicyPacks ?? {}),
      )
      .map((pack) => pack.split("|")[0]),
    said: events.flatMap(({ policyEvent }) =>
      policyEvent === undefined
        ? []
        : [`${policyEvent.enforcementLevel} ${policyEvent.policyName}: ${policyEvent.message}`],
    ),
    // What cannot be judged for a value that is not known yet turns into a remark.
    skipped: events
      .flatMap(({ diagnosticEvent, policyEvent }) => [
        diagnosticEvent?.message ?? "",
        policyEvent?.message ?? "",
      ])
      .filter((message) => /can't (run|be known)|during preview/.test(message)),
  };
}

describe("the policy pack", () => {
  const folders: string[] = [];
  const temporary = (name: string) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), `tenantry-${name}-`));
    folders.push(folder);
    return folder;
  };
  const project = new ScratchProject();

  before(async function () {
    this.timeout(600_000);
    await standing();
  });
  after(() => {
    project.remove();
    folders.forEach((folder) => fs.rmSync(folder, { recursive: true }));
  });

  /** The program with some of its text replaced. */
  const spoil = (spoilt: ScratchProject, ...changes: [file: string, text: string, by: string][]) => {
    for (const entry of ["index.ts", "components"]) {
      const copy = path.join(spoilt.directory, entry);
      fs.rmSync(copy);
      fs.cpSync(path.join(REPOSITORY, entry), copy, { recursive: true });
    }
    for (const [file, text, by] of changes) {
      const full = path.join(spoilt.directory, file);
      const before = fs.readFileSync(full, "utf8");
      assert.ok(before.includes(text), `${file} holds no ${text}`);
      fs.writeFileSync(full, before.replaceAll(text, by));
    }
  };

  describe("over the first preview", () => {
    let backend: string;
    const first = (stack: string) => run(stack, { PULUMI_BACKEND_URL: `file://${backend}` });

    before(() => {
      backend = temporary("backend");
    });

    it("of the platform is asked, skips nothing and finds nothing", async () => {
      assert.deepEqual(await judged((options) => preview({ ...first("platform"), ...options })), {
        packs: ["tenantry"],
        said: [],
        skipped: [],
      });
    });

    it("of the sample list is asked, skips nothing and finds nothing", async () => {
      const exported = await (await openStack(run("platform"))).exportStack();
      await (await openStack(first("platform"))).importStack(exported);
      const result = judged((options) => preview({ ...first(LIST), ...options }));
      assert.deepEqual(await result, { packs: ["tenantry"], said: [], skipped: [] });
    });
  });

  describe("over a list whose program was spoilt", () => {
    let failure: RunFailure;
    const policy = "/apis/networking.k8s.io/v1/namespaces/tenant-acme/networkpolicies/default-deny";
    const version = async () =>
      ((await ask("GET", policy)).body["metadata"] as { resourceVersion: string }).resourceVersion;
    let untouched: string;

    before(async () => {
      untouched = await version();
      spoil(
        project,
        [
          "components/network.ts",
          `"default-deny": { ...everyPod, policyTypes: ["Ingress", "Egress"] }`,
          `"default-deny": { ...everyPod, policyTypes: ["Ingress"] }`,
        ],
        ["components/network.ts", "cluster.dns.namespace", `"default"`],
        ["components/encryption.ts", "enableKeyRotation: true", "enableKeyRotation: false"],
        ["components/backup-identity.ts", "StringEquals", "StringLike"],
        ["components/backup-identity.ts", "}/${prefix}*`", "}/tenants/*`"],
        ["components/fairness.ts", `metadata("tenant-limits")`, `metadata("other-limits")`],
        [
          "components/fairness.ts",
          "quotaHard(namespace.quota, runs)",
          `{ ...quotaHard(namespace.quota, runs), pods: "5000" }`,
        ],
        [
          "components/vault.ts",
          "boundServiceAccountNamespaces: [within.name]",
          `boundServiceAccountNamespaces: ["*"]`,
        ],
        ["components/storage.ts", `encrypted: "true"`, `encrypted: "false"`],
        [
          "components/backup.ts",
          "includedNamespaces: tenant.namespaces.map((namespace) => namespace.name)",
          "includedNamespaces: []",
        ],
        [
          "components/namespace.ts",
          "labels.podSecurityLabels(tenant.podSecurity,",
          `labels.podSecurityLabels("baseline",`,
        ],
      );
      failure = await refusal(up({ ...run(), directory: project.directory }));
    });

    const backupRole = () => `IAM role tenantry-${tenantId("acme")}-backup`;
    const sentences: [policy: string, says: () => string][] = [
      ["default-deny", () => "NetworkPolicy tenant-acme/default-deny of tenant acme: does not close egress"],
      ["key-policies", () => "KMS key of tenant acme: is not rotated"],
      [
        "trust-policies",
        () => `${backupRole()} of tenant acme: does not compare the audience of the token (aud)`,
      ],
      [
        "role-policies",
        () => `policy backup-prefix of ${backupRole()} of tenant acme: reaches data of other tenants`,
      ],
      ["tenant-planes", () => "tenant acme: fairness: LimitRange tenant-acme/tenant-limits is missing"],
      [
        "quotas",
        () => "ResourceQuota tenant-acme/tenant-quota of tenant acme: gives 5000 of pods instead of 50",
      ],
      [
        "vault-boundaries",
        () => "Vault login external-secrets: takes ServiceAccounts of * instead of tenant-acme",
      ],
      ["storage-keys", () => "StorageClass tenant-acme of tenant acme: does not encrypt"],
      [
        "backup-places",
        () => "Schedule tenant-acme of tenant acme: backs up every namespace instead of tenant-acme",
      ],
      ["pod-security", () => "Namespace tenant-acme of tenant acme: enforces baseline instead of restricted"],
    ];
    for (const [name, says] of sentences) {
      it(`refuses the run by ${name}`, () => assert.ok(failure.message.includes(says()), failure.message));
    }

    it("changes nothing", async () => assert.equal(await version(), untouched));

    it("only tells where its config says so", async () => {
      const spoilt = new ScratchProject();
      folders.push(spoilt.directory);
      spoil(spoilt, ["components/encryption.ts", "enableKeyRotation: true", "enableKeyRotation: false"]);
      const config = path.join(temporary("config"), "policy.json");
      fs.writeFileSync(config, JSON.stringify({ "key-policies": "advisory" }));
      const { said } = await judged((options) =>
        preview({ ...run(), directory: spoilt.directory, policyPackConfigs: [config], ...options }),
      );
      assert.ok(said.length > 0);
      assert.ok(
        said.every((one) => one.startsWith("advisory key-policies: ")),
        said.join("\n"),
      );
    });
  });

  it("refuses quotas that the cluster cannot hold", async () => {
    const small = new ScratchProject();
    folders.push(small.directory);
    const file = path.join(small.directory, "stacks", "Pulumi.platform.yaml");
    const text = fs.readFileSync(file, "utf8");
    fs.writeFileSync(
      file,
      text.replace("name: sandbox\n", "name: sandbox\n      capacity: { cpu: 8, overcommit: 1.5 }\n"),
    );
    const { message } = await refusal(preview({ ...run(), directory: small.directory }));
    assert.match(message, /the tenants' quotas promise [0-9.]+m? of cpu and the cluster has 12;/);
  });

  it("refuses a platform whose guardrails are loosened, and one that lacks them", async () => {
    const loose = new ScratchProject();
    folders.push(loose.directory);
    spoil(
      loose,
      ["components/admission.ts", "nativeActions(action)", `["Audit"]`],
      ["components/platform.ts", `new PodSecurityFloor("pod-security-floor", { platform }, plane);`, ""],
    );
    const { message } = await refusal(preview({ ...run("platform"), directory: loose.directory }));
    assert.match(
      message,
      /ValidatingAdmissionPolicyBinding tenantry-privileged: does Audit instead of Deny;/,
    );
    assert.match(
      message,
      /ValidatingAdmissionPolicy tenantry-pod-security-floor is missing from the platform/,
    );
  });

  describe("over somebody else's program", () => {
    const program = (namespace: string, container: Record<string, unknown>) => {
      const folder = temporary("workload");
      fs.symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(folder, "node_modules"));
      fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ main: "index.js" }));
      fs.writeFileSync(
        path.join(folder, "Pulumi.yaml"),
        "name: workload\nruntime: { name: nodejs, options: { typescript: false } }\n",
      );
      const props = { ...pod({ container }), metadata: { name: "web", namespace } };
      fs.writeFileSync(
        path.join(folder, "index.js"),
        `const k8s = require("@pulumi/kubernetes");\nnew k8s.core.v1.Pod("web", ${JSON.stringify(props)});\n`,
      );
      const pack = path.join(project.directory, "policy");
      // The Automation API of Tenantry is for its own stacks: its platform is one that has no tenants to read.
      return preview({ ...run("platform"), directory: folder, policyPacks: [pack] });
    };

    it("finds what the cluster would refuse, in the words of the cluster", async () => {
      for (const namespace of ["tenant-acme", "unheard-of"]) {
        const { message } = await refusal(program(namespace, { securityContext: { privileged: true } }));
        assert.match(
          message,
          /Pod web: container app is privileged\. A privileged container is root on its node/,
        );
      }
    });

    it("knows a tenant's namespace by its file", async () => {
      const ofTenant = { image: "registry.tenants.example.com/acme/app:1" };
      await program("tenant-acme", ofTenant);
      const { message } = await refusal(program("tenant-acme-eu", ofTenant));
      assert.match(message, /Pod web: container app .*registry/);
    });
  });

  describe("and the plan", () => {
    let text: string;
    before(() => {
      text = sandbox().project.take(LIST, "wayne");
    });
    after(() => sandbox().project.restore(LIST, "wayne", text));

    it("refuse the loss of a key, a prefix and a Vault namespace", async () => {
      for (const operation of [preview, up]) {
        const { message } = await refusal(operation(run()));
        assert.match(message, /nobody approved it; nothing was changed:/);
        for (const what of ["wayne/key", "wayne/backup", "wayne/vault"]) {
          assert.ok(message.includes(`  ${what}: urn:pulumi:sample::`), message);
        }
      }
      assert.equal((await ask("GET", "/api/v1/namespaces/tenant-wayne")).status, 200);
    });

    it("let it pass where it is approved, by the run or by the stack's config", async () => {
      const approve = ["wayne/key", "wayne/backup"];
      assert.match(
        (await refusal(preview({ ...run(), approve }))).message,
        /:\n {2}wayne\/vault: [^\n]*\n {2}wayne\/vault: [^\n]*\nif/,
      );
      const file = path.join(sandbox().project.directory, "stacks", `Pulumi.${LIST}.yaml`);
      const config = fs.readFileSync(file, "utf8");
      fs.writeFileSync(file, config.replace("config:\n", `config:\n  tenantry:approvals: ["wayne/vault"]\n`));
      try {
        const { tenants } = await preview({ ...run(), approve });
        assert.ok((tenants["wayne"]?.delete ?? 0) > 30);
      } finally {
        fs.writeFileSync(file, config);
      }
    });
  });
});
