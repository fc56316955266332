/**
 * A tenant begins on live servers (R15, R16, R83, R86): its file is kept only where the plan was granted and agreed to,
 * only that tenant is applied, and to do it again changes nothing.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { KMSClient, ListAliasesCommand } from "@aws-sdk/client-kms";
import { onboard, type OnboardOptions } from "../../automation/intake/onboard";
import { RunFailure } from "../../automation/outcome";
import type { Progress } from "../../automation/progress";
import { acceptRequest } from "../../automation/intake/requests";
import { readTenantDocument } from "../../model/read";
import { clientOptions } from "./aws";
import { ask, becomeOperator, sandbox, standing } from "./fixture";
import { resourceVersions } from "./neighbour";
import { runAsOperator } from "./operator";

const LIST = "joiners";
const OWNERS = ["nina@newcomer.example"];
const REPOSITORY = path.join(__dirname, "..", "..");

describe("a tenant that joins", function () {
  this.timeout(300_000);
  let root: string;
  const file = (tenant: string) => path.join(root, "tenants", LIST, `${tenant}.yaml`);
  const options = (tenant: string, more: Partial<OnboardOptions> = {}): OnboardOptions => ({
    ...runAsOperator(LIST),
    tenant,
    owners: OWNERS,
    ...more,
  });
  const namespace = async (tenant: string) =>
    (await ask("GET", `/api/v1/namespaces/tenant-${tenant}`)).status;
  const list = () => fs.readdirSync(path.join(root, "tenants", LIST)).sort();
  const keys = async () => {
    const { Aliases = [] } = await new KMSClient(clientOptions()).send(
      new ListAliasesCommand({ Limit: 100 }),
    );
    return Aliases.map(({ AliasName, TargetKeyId }) => `${AliasName} ${TargetKeyId}`).sort();
  };
  /** Refused as it should be, and as if nobody had asked. */
  const refused = async (
    of: () => Promise<unknown>,
    kind: RunFailure["kind"],
    sentence: RegExp,
    tenant: string,
  ) => {
    const before = [await keys(), list()];
    await assert.rejects(of(), (error) => {
      assert.ok(error instanceof RunFailure, String(error));
      assert.match(error.message, sentence);
      assert.equal(error.kind, kind, error.message);
      return true;
    });
    assert.deepEqual([await keys(), list()], before);
    assert.equal(await namespace(tenant), 404);
  };

  before(async () => {
    await standing();
    await becomeOperator();
    root = sandbox().project.directory;
    fs.mkdirSync(path.join(root, "tenants", LIST));
  });

  it("stands after the second run, where the first was killed once its file was written", async () => {
    const killed = (progress: Progress) => {
      if (progress.type === "step" && progress.status === "begun" && progress.plane === "state") {
        throw new Error("killed");
      }
    };
    await assert.rejects(onboard(options("first", { watch: killed })), /killed/);
    const text = fs.readFileSync(file("first"), "utf8");
    assert.equal(await namespace("first"), 404);
    const { created, changed, applied, tenants } = await onboard(options("first"));
    assert.deepEqual([created, changed, applied], [false, true, true]);
    assert.ok((tenants["first"]?.create ?? 0) > 30, JSON.stringify(tenants));
    assert.equal(await namespace("first"), 200);
    assert.equal(fs.readFileSync(file("first"), "utf8"), text);
  });

  it("stays as it is when it is onboarded again: file, objects and keys", async () => {
    const look = async () => [
      fs.readFileSync(file("first"), "utf8"),
      fs.statSync(file("first")).mtimeMs,
      await resourceVersions("tenant-first"),
      await keys(),
    ];
    const before = await look();
    // Nothing is planned, so that there is nothing to agree to.
    const confirm = () => assert.fail("asked");
    // A default that is said is the same tenant.
    const { created, changed } = await onboard(options("first", { confirm, tier: "standard" }));
    assert.deepEqual([created, changed], [false, false]);
    assert.deepEqual(await look(), before);
  });

  it("is shown and forgotten by a dry run", async () => {
    const { text, tenants, changed, applied } = await onboard(options("second", { dryRun: true }));
    assert.deepEqual([changed, applied], [false, false]);
    assert.ok(!Array.isArray(readTenantDocument(Buffer.from(text), "second.yaml", LIST)));
    assert.ok((tenants["second"]?.create ?? 0) > 30);
    assert.deepEqual(list(), ["first.yaml"]);
    assert.equal(await namespace("second"), 404);
  });

  it("is forgotten where a policy refuses it", async () => {
    const pack = packThatRefuses("second");
    try {
      await refused(
        () => onboard(options("second", { policyPacks: [pack] })),
        "policy",
        /second is not wanted here[\s\S]*second\.yaml was taken away again$/,
        "second",
      );
    } finally {
      fs.rmSync(pack, { recursive: true });
    }
  });

  it("is forgotten where its plan is not agreed to", async () => {
    const plans: unknown[] = [];
    const confirm = async (plan: object) => plans.push(Object.keys(plan)) === 0;
    await refused(
      () => onboard(options("second", { confirm })),
      "cancelled",
      /not agreed to; nothing was changed\n.*second\.yaml was taken away again$/,
      "second",
    );
    assert.equal(plans.length, 1);
  });

  it("is forgotten where another tenant would change with it", async () => {
    const { project } = sandbox();
    project.change(LIST, "first", { displayName: "First of all" });
    await refused(
      () => onboard(options("second")),
      "resource",
      /not only second would change, but first too; nothing was changed: [\s\S]*second\.yaml was taken away again$/,
      "second",
    );
    project.change(LIST, "first", { displayName: "first" });
  });

  it("may be asked for by its people, and is accepted by somebody of the platform's", async () => {
    const requests = path.join(root, "requests", LIST);
    fs.mkdirSync(requests, { recursive: true });
    fs.writeFileSync(
      path.join(root, "requests", "policy.yaml"),
      "tiers: [standard]\nownerDomains: [newcomer.example]\nquota: { pods: 60 }\n",
    );
    const request = path.join(requests, "asker.yaml");
    const demand = (pods: number) =>
      fs.writeFileSync(request, `name: asker\nowners: [${OWNERS[0]}]\nquota: { pods: ${pods} }\n`);
    const accepting = { ...options("asker"), approver: "paula@platform.example" };
    demand(61);
    await refused(() => acceptRequest(accepting), "policy", /quota\.pods: 61 is above 60/, "asker");
    demand(60);
    const before = await keys();
    // What happened to another tenant by hand neither stops this one nor is healed behind anybody's back.
    const others = "/api/v1/namespaces/tenant-first/resourcequotas/tenant-quota";
    assert.equal((await ask("DELETE", others)).status, 200);
    const notes: string[] = [];
    const watch = (progress: Progress) => void (progress.type === "note" && notes.push(progress.message));
    const accepted = await acceptRequest({ ...accepting, watch });
    assert.equal((await ask("GET", others)).status, 404);
    assert.match(notes.join("\n"), /^first: fairness: ResourceQuota tenant-first\/tenant-quota is missing$/m);
    assert.deepEqual(
      [accepted.created, accepted.applied, accepted.approver],
      [true, true, accepting.approver],
    );
    assert.equal(fs.existsSync(request), false);
    assert.equal((await keys()).length, before.length + 1);
    const { status, body } = await askQuota();
    assert.equal(status, 200);
    assert.equal((body["spec"] as { hard: Record<string, string> }).hard["pods"], "60");
    const log = fs
      .readFileSync(path.join(root, "audit", `${LIST}.jsonl`), "utf8")
      .trimEnd()
      .split("\n");
    const entry = log
      .map((line) => JSON.parse(line) as Entry)
      .find(({ step }) => step === "accept the request");
    assert.equal(entry?.["prov:wasAssociatedWith"].name, accepting.approver);
    assert.equal(entry["prov:generated"].request, `requests/${LIST}/asker.yaml`);
  });

  const askQuota = () => ask("GET", "/api/v1/namespaces/tenant-asker/resourcequotas/tenant-quota");
});

interface Entry {
  readonly step: string;
  readonly "prov:wasAssociatedWith": { readonly name: string };
  readonly "prov:generated": { readonly request: string };
}

/** A policy pack of somebody's own, which does not want a tenant. */
function packThatRefuses(tenant: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-pack-"));
  fs.symlinkSync(path.join(REPOSITORY, "node_modules"), path.join(folder, "node_modules"));
  fs.writeFileSync(path.join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
  fs.writeFileSync(path.join(folder, "package.json"), '{ "name": "unwanted", "version": "0.0.1" }\n');
  fs.writeFileSync(
    path.join(folder, "index.js"),
    `const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("unwanted", {
  policies: [{
    name: "unwanted",
    description: "who is not wanted",
    enforcementLevel: "mandatory",
    validateResource: ({ type, props }, report) => {
      if (type === "kubernetes:core/v1:Namespace" && props.metadata.name === "tenant-${tenant}") {
        report("${tenant} is not wanted here");
      }
    },
  }],
});
`,
  );
  return folder;
}
