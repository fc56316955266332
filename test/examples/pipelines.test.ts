import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { program } from "../../cli/program";
import { githubWorkflow, gitlabPipeline, githubJob, gitlabJob, read } from "./pipelines";

const ROOT = path.join(__dirname, "..", "..");
const JOBS = ["preview", "up", "drift"];

/** Every call of the command in the examples and in the page about them. */
function calls(text: string): string[][] {
  return [...text.matchAll(/npx tenantry ([^\n`>|]+)/g)].map(([, line = ""]) =>
    line.replace(/ #.*/, "").trim().split(/\s+/),
  );
}

/** What is wrong with a command line, by the tree of commands. */
function faultsOf(words: readonly string[]): string[] {
  const root = program();
  let command: Command = root;
  const faults: string[] = [];
  for (const word of words) {
    const child = command.commands.find((one) => one.name() === word);
    if (child !== undefined) {
      command = child;
    } else if (word.startsWith("-")) {
      const known = [...command.options, ...root.options].some(({ long, short }) =>
        [long, short].includes(word),
      );
      faults.push(...(known ? [] : [`${command.name()} has no option ${word}`]));
    } else if (command === root) {
      faults.push(`there is no command ${word}`);
    }
  }
  return faults;
}

describe("the examples of pipelines", () => {
  const page = fs.readFileSync(path.join(ROOT, "docs", "pipelines.md"), "utf8");

  it("call commands that there are, with options that they have", () => {
    const all = ["github/tenants.yml", "gitlab/.gitlab-ci.yml"].map(read).concat(page).flatMap(calls);
    assert.ok(all.length >= 7, String(all.length));
    assert.deepEqual(all.flatMap(faultsOf), []);
    assert.deepEqual(faultsOf(["up", "--no-such"]), ["up has no option --no-such"]);
    assert.deepEqual(faultsOf(["upp"]), ["there is no command upp"]);
  });

  it("do the same on both forges", () => {
    for (const job of JOBS) {
      const tenantry = ({ script }: { readonly script: readonly string[] }) =>
        script.filter((line) => line.includes("tenantry"));
      assert.equal(tenantry(githubJob(job)).length, 1, job);
      assert.deepEqual(tenantry(githubJob(job)), tenantry(gitlabJob(job)), job);
    }
  });

  it("wait for each other, end some time, and are given no more than they need", () => {
    const { permissions, jobs } = githubWorkflow();
    const gitlab = gitlabPipeline();
    assert.deepEqual(permissions, { contents: "read", "id-token": "write" });
    assert.deepEqual(Object.keys(jobs), JOBS);
    for (const job of JOBS) {
      assert.ok((jobs[job]?.["timeout-minutes"] ?? 360) <= 60, job);
      assert.ok(gitlab[job]?.timeout, job);
    }
    assert.deepEqual(jobs["up"]?.concurrency, { group: "tenants-prod", "cancel-in-progress": false });
    assert.equal(gitlab["up"]?.resource_group, "tenants-prod");
    assert.equal(gitlab["up"]?.interruptible, false);
  });

  it("hand the audit log on from one run to the next, also of one that failed", () => {
    for (const job of ["up", "drift"]) {
      const steps = githubWorkflow().jobs[job]?.steps ?? [];
      const at = (call: string) =>
        steps.findIndex(({ uses = "", run = "" }) => `${uses} ${run}`.includes(call));
      const [restored, ran, saved] = ["cache/restore@", `tenantry ${job}`, "cache/save@"].map(at);
      assert.ok(restored! >= 0 && restored! < ran! && ran! < saved!, job);
      const [from, to] = [steps[restored!], steps[saved!]];
      assert.equal(to?.if, "always()");
      assert.deepEqual([from?.with?.["path"], to.with?.["path"]], ["audit", "audit"]);
      assert.ok(to.with?.["key"]?.startsWith(from?.with?.["restore-keys"] ?? "-"));
      const { cache, resource_group, artifacts } = gitlabPipeline()[job] ?? {};
      assert.deepEqual(cache, { key: "audit-prod", paths: ["audit/"], when: "always" });
      assert.equal(resource_group, "tenants-prod");
      assert.ok(artifacts?.paths.includes("audit/"));
    }
  });

  it("run what a branch says only once somebody has looked at it", () => {
    const { jobs } = githubWorkflow();
    assert.deepEqual(
      JOBS.map((job) => jobs[job]?.environment),
      ["tenantry-preview", "tenantry", "tenantry"],
    );
    assert.equal(gitlabPipeline()["preview"]?.environment, "tenantry-preview");
  });

  it("hold no secret, and name what the forge has to hold in the page", () => {
    const text = ["github/tenants.yml", "github/setup/action.yml", "gitlab/.gitlab-ci.yml"]
      .map(read)
      .join("\n");
    const secrets = [...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(secrets)], ["PULUMI_CONFIG_PASSPHRASE"]);
    const variables = [...text.matchAll(/vars\.(\w+)/g)].map(([, name = ""]) => name);
    assert.ok(variables.length >= 6);
    for (const name of [...variables, "AWS_ROLE_ARN", "PULUMI_CONFIG_PASSPHRASE"]) {
      assert.ok(page.includes(`\`${name}\``), `${name} is not explained`);
    }
  });

  it("become the provisioner by a script that a shell reads", () => {
    execFileSync("bash", ["-n", path.join(ROOT, "examples", "login.sh")]);
    assert.match(read("login.sh"), /set -euo pipefail/);
  });
});
