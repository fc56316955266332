/**
 * The state that the last release wrote, under this release's program: nothing may be replaced. The fixture was written
 * by a real run of that release; only machine paths, times and stack traces were taken out of it.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { preview, type RunResult } from "../../automation/engine/run";
import { ask, LIST, run } from "./fixture";
import { ScratchProject } from "./project";

const FIXTURE = path.join(__dirname, "upgrade");

describe("the state of release 0.1", () => {
  const project = new ScratchProject();
  const backend = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-upgrade-"));
  const old = (stack: string) => ({
    ...run(stack, { PULUMI_BACKEND_URL: `file://${backend}` }),
    directory: project.directory,
    // The pack judges by today's platform file, and what this is about comes from the old platform's output.
    policyPacks: [],
  });

  before(async () => {
    const tenants = path.join(project.directory, "tenants", LIST);
    fs.rmSync(tenants, { recursive: true });
    fs.cpSync(path.join(FIXTURE, "tenants"), tenants, { recursive: true });
    const { body } = await ask("GET", "/api/v1/namespaces/kube-system");
    const { uid } = body["metadata"] as { uid: string };
    for (const stack of ["platform", LIST]) {
      const text = fs.readFileSync(path.join(FIXTURE, `${stack}.json`), "utf8");
      pulumi(old(stack), ["stack", "init", stack]);
      pulumi(old(stack), ["stack", "import", "--stack", stack], text.replaceAll(KUBE_SYSTEM, uid));
    }
  });

  after(() => {
    project.remove();
    fs.rmSync(backend, { recursive: true });
  });

  it("replaces and deletes nothing of the platform", async () => {
    const result = await preview(old("platform"));
    const counts = result.tenants["(shared)"] ?? {};
    assert.ok((counts.create ?? 0) > 0 && (counts.same ?? 0) > 10, JSON.stringify(counts));
    assert.deepEqual(beyondGrowth(result), []);
  });

  it("replaces and deletes nothing of three tenants, a tier each, whatever the old platform's output lacks", async () => {
    const result = await preview(old(LIST));
    assert.deepEqual(Object.keys(result.tenants).sort(), ["(shared)", "acme", "globex", "initech"]);
    assert.ok((result.tenants["acme"]?.same ?? 0) > 20, JSON.stringify(result.tenants["acme"]));
    assert.deepEqual(beyondGrowth(result), []);
  });

  it("would notice a replacement", async () => {
    project.change(LIST, "acme", { storage: { volumeType: "io2" } });
    assert.deepEqual(beyondGrowth(await preview(old(LIST))), ["acme: replace"]);
  });
});

/** The UID in the fixture of the cluster that the old release ran on. */
const KUBE_SYSTEM = "KUBE_SYSTEM_UID";

/** Operations beside creating, updating and leaving as it is. */
function beyondGrowth({ tenants }: RunResult): string[] {
  const harmless = ["create", "update", "same", "read", "refresh"];
  return Object.entries(tenants).flatMap(([tenant, counts]) =>
    Object.keys(counts)
      .filter((operation) => !harmless.includes(operation))
      .map((operation) => `${tenant}: ${operation}`),
  );
}

function pulumi(
  { directory, environment }: ReturnType<typeof run>,
  args: readonly string[],
  input?: string,
): void {
  execFileSync("pulumi", [...args, "--non-interactive"], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ["pipe", "ignore", "inherit"],
    ...(input !== undefined && { input }),
  });
}
