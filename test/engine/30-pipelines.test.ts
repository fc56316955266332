/**
 * The examples' pipelines, line by line as their files say, each in a checkout of its own with the package installed
 * (R103). Two of them at once on two lists do not disturb each other.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { eventSchema } from "../../cli/output/event-schema";
import { githubJob, gitlabJob, type Job } from "../examples/pipelines";
import { ask, run, standing } from "./fixture";
import { InstalledProject, type Ended } from "./installed";

const GITHUB = {
  list: "prod",
  tenant: { name: "octo", id: "0c700000-0001-4000-8000-000000000001", owners: ["o@example.com"] },
};
const GITLAB = {
  list: "staging",
  tenant: { name: "tanuki", id: "7a200000-0002-4000-8000-000000000002", owners: ["t@example.com"] },
};
const POLICY = "/apis/networking.k8s.io/v1/namespaces/tenant-octo/networkpolicies/default-deny";

describe("the examples' pipelines", function () {
  this.timeout(400_000);
  let github: InstalledProject;
  let gitlab: InstalledProject;

  const perform = (checkout: InstalledProject, { list }: { list: string }, { env, script }: Job) =>
    checkout.shell(script, { ...run(list).environment, ...env, TENANTRY_LIST: list, CI: "true" });
  const well = ({ code, stdout, stderr }: Ended) => assert.equal(code, 0, stdout + stderr);
  const lastEvent = (checkout: InstalledProject, file: string) => {
    const lines = fs.readFileSync(checkout.path(file), "utf8").trimEnd().split("\n");
    return eventSchema.parse(JSON.parse(lines.at(-1) ?? ""));
  };

  before(async () => {
    await standing();
    github = new InstalledProject();
    gitlab = new InstalledProject();
    github.write(GITHUB.list, GITHUB.tenant.name, GITHUB.tenant);
    gitlab.write(GITLAB.list, GITLAB.tenant.name, GITLAB.tenant);
  });
  after(() => {
    github.remove();
    gitlab.remove();
  });

  it("preview, and leave the plan as an artifact and nothing else", async () => {
    assert.equal(githubJob("preview").env["TENANTRY_LIST"], GITHUB.list);
    well(await perform(github, GITHUB, githubJob("preview")));
    const plan = lastEvent(github, "plan.jsonl");
    assert.ok(plan.type === "result");
    const { tenants } = plan.result as { tenants: Record<string, Record<string, number>> };
    assert.ok((tenants["octo"]?.["create"] ?? 0) > 20, JSON.stringify(tenants));
    assert.equal((await ask("GET", "/api/v1/namespaces/tenant-octo")).status, 404);
  });

  it("refuse a plan that a policy refuses, with its exit code, and say so in the artifact", async () => {
    github.write(GITHUB.list, GITHUB.tenant.name, { ...GITHUB.tenant, network: { hosts: 3 } });
    const { code } = await perform(github, GITHUB, githubJob("preview"));
    github.write(GITHUB.list, GITHUB.tenant.name, GITHUB.tenant);
    assert.equal(code, 2);
    const said = lastEvent(github, "plan.jsonl");
    assert.ok(said.type === "failure" && said.exitCode === 2);
  });

  it("make two lists true at once, by the lines of both forges", async () => {
    const ends = await Promise.all([
      perform(github, GITHUB, githubJob("up")),
      perform(gitlab, GITLAB, gitlabJob("up")),
    ]);
    ends.forEach(well);
    for (const [checkout, { list, tenant }] of [
      [github, GITHUB],
      [gitlab, GITLAB],
    ] as const) {
      const { body } = await ask("GET", `/api/v1/namespaces?labelSelector=tenantry.dev/list=${list}`);
      assert.deepEqual(
        (body["items"] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name),
        [`tenant-${tenant.name}`],
      );
      well(await checkout.tenantry(["audit", "verify", "--list", list], run(list).environment));
      assert.equal(lastEvent(checkout, "run.jsonl").type, "result");
    }
  });

  it("find no drift, and end with 7 once a guardrail was deleted by hand", async () => {
    well(await perform(github, GITHUB, githubJob("drift")));
    assert.equal((await ask("DELETE", POLICY)).status, 200);
    const { code, stderr } = await perform(github, GITHUB, githubJob("drift"));
    assert.equal(code, 7, stderr);
    const found = lastEvent(github, "drift.jsonl");
    assert.ok(found.type === "result");
    assert.match(JSON.stringify(found.result), /NetworkPolicy tenant-octo\/default-deny/);
    well(await perform(github, GITHUB, githubJob("up")));
    assert.equal((await ask("GET", POLICY)).status, 200);
  });
});
