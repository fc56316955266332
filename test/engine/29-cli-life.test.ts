/**
 * A tenant's life as somebody types it: the command of the packed tarball, installed beside a project that is not this
 * repository (R83-R94, R103).
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Certificate } from "../../automation/leaving/certificate";
import { eventSchema } from "../../cli/output/event-schema";
import { ask, run, sandbox, standing } from "./fixture";
import { InstalledProject, type Ended } from "./installed";

const LIST = "typed";
const TENANT = {
  name: "typist",
  id: "7e57c11f-0001-4000-8000-000000000001",
  owners: ["tina@typist.example"],
};
const NAMESPACE = "/api/v1/namespaces/tenant-typist";
const POLICIES = "/apis/networking.k8s.io/v1/namespaces/tenant-typist/networkpolicies";
/** How a colour code begins. */
const ESCAPE = String.fromCharCode(27);

describe("the command line, from the tarball", function () {
  this.timeout(300_000);
  let project: InstalledProject;

  /** The provisioner runs the engine, the administrator stands in for the operator where that one is not made yet. */
  const environment = () => ({
    ...Object.fromEntries(
      ["KUBECONFIG", "VAULT_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => [
        `TENANTRY_OPERATOR_${name}`,
        sandbox().env[name] ?? "",
      ]),
    ),
    ...run(LIST).environment,
  });
  const tenantry = (...line: string[]) => project.tenantry(line, environment());
  /** Whoever refuses says so by the code and by a sentence. */
  const refused = ({ code, stderr }: Ended, expected: number, sentence: RegExp) => {
    assert.match(stderr, sentence);
    assert.equal(code, expected, stderr);
  };
  const well = (ended: Ended) => {
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.ok(!`${ended.stdout}${ended.stderr}`.includes(ESCAPE), "no colour where no terminal is");
    return ended;
  };
  const events = (stdout: string) =>
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => eventSchema.parse(JSON.parse(line)));

  before(async () => {
    await standing();
    project = new InstalledProject();
    project.write(LIST, TENANT.name, TENANT);
  });
  after(() => project.remove());

  it("makes a project that plans its platform, with a state and a passphrase of its own", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-init-"));
    const facts = {
      cluster: "sandbox",
      "reserved-cidr": "10.0.0.0/24",
      "service-account-issuer": "https://oidc.sandbox.tenantry.dev",
      account: "000000000000",
      region: "eu-central-1",
      "backup-bucket": "made-backups",
      "ebs-csi-role": "made-csi",
    };
    const flags = Object.entries(facts).flatMap(([flag, value]) => [`--${flag}`, value]);
    try {
      refused(await project.tenantry(["init", "--cwd", folder]), 2, /say it by --list and --cluster and/);
      well(await project.tenantry(["init", "--cwd", folder, "--list", "made", ...flags]));
      fs.symlinkSync(project.path("node_modules"), path.join(folder, "node_modules"));
      // The ring's own state and passphrase must not stand in for those of the project.
      const own = { ...sandbox().env, PULUMI_BACKEND_URL: undefined, PULUMI_CONFIG_PASSPHRASE: undefined };
      const { stderr } = well(
        await project.tenantry(["preview", "--cwd", folder, "--list", "platform"], own),
      );
      assert.match(stderr, /\(shared\) +\+2\d\d/);
      assert.ok(fs.existsSync(path.join(folder, "state", ".pulumi", "stacks", "tenantry", "platform.json")));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("lists what the files say, the only list being meant", async () => {
    assert.match(well(await tenantry("list")).stdout, /^typist +standard +active +tenant-typist$/m);
  });

  it("shows by tenant what would change, and changes nothing", async () => {
    assert.match(well(await tenantry("preview")).stderr, /typist +\+\d+/);
    assert.equal((await ask("GET", NAMESPACE)).status, 404);
  });

  it("refuses to ask where nobody is there to answer", async () => {
    refused(await tenantry("up"), 2, /nobody is there to answer .*; nothing was changed: say it by --yes/);
    assert.equal((await ask("GET", NAMESPACE)).status, 404);
  });

  it("asks at a terminal, and makes it true on yes", async () => {
    const { code, stdout } = await project.atTerminal(["up"], [[/Make this plan true/, "y"]], environment());
    assert.equal(code, 0, stdout);
    assert.ok(stdout.includes(ESCAPE), "live progress at a terminal");
    assert.equal((await ask("GET", NAMESPACE)).status, 200);
  });

  it("changes nothing where no is the answer", async () => {
    project.write(LIST, TENANT.name, { ...TENANT, displayName: "Typist & Sons" });
    const { code, stdout } = await project.atTerminal(["up"], [[/Make this plan true/, "n"]], environment());
    assert.equal(code, 8, stdout);
    project.write(LIST, TENANT.name, TENANT);
  });

  it("shows one tenant with its outputs, as an event of the documented schema", async () => {
    const { stdout, stderr } = well(await tenantry("show", "typist", "--json"));
    assert.equal(stderr, "");
    const last = events(stdout).at(-1);
    assert.ok(last?.type === "result");
    const { outputs } = last.result as { outputs: { keyArn: string } };
    assert.match(outputs.keyArn, /^arn:aws:kms:/);
  });

  it("suspends and resumes", async () => {
    assert.match(well(await tenantry("suspend", "typist", "--yes")).stdout, /^typist is suspended/);
    assert.match(well(await tenantry("list")).stdout, /typist +standard +suspended/);
    well(await tenantry("resume", "typist", "--yes"));
    assert.match(well(await tenantry("list")).stdout, /typist +standard +active/);
  });

  it("finds what somebody deleted by hand, with exit code 7, and puts it back", async () => {
    well(await tenantry("drift"));
    const { items } = (await ask("GET", POLICIES)).body as unknown as {
      items: { metadata: { name: string } }[];
    };
    const [policy] = items;
    assert.ok(policy);
    await ask("DELETE", `${POLICIES}/${policy.metadata.name}`);
    const found = await tenantry("drift", "--json");
    assert.equal(found.code, 7, found.stderr);
    assert.ok(found.stdout.includes(policy.metadata.name));
    well(await tenantry("drift", "--repair", "--yes"));
    assert.equal((await ask("GET", `${POLICIES}/${policy.metadata.name}`)).status, 200);
  });

  it("says which tenant was meant", async () => {
    refused(await tenantry("suspend", "typst", "--yes"), 2, /the list typed has no tenant typst; .*typist/);
  });

  it("offboards once the name is given, and certifies it", async () => {
    refused(await tenantry("offboard", "typist", "--yes"), 2, /say it by --confirm typist/);
    const foreseen = well(await tenantry("offboard", "typist", "--skip-backup", "--dry-run"));
    assert.match(foreseen.stdout, /^would remove the namespace tenant-typist$/m);
    assert.equal((await ask("GET", NAMESPACE)).status, 200);
    well(await tenantry("offboard", "typist", "--skip-backup", "--confirm", "typist"));
    assert.equal((await ask("GET", NAMESPACE)).status, 404);
    assert.equal(certificate().stage, "retained");
  });

  it("purges before the day only by the name, typed", async () => {
    refused(await tenantry("purge", "typist", "--yes"), 2, /retention|kept until/);
    refused(await tenantry("purge", "typist", "--now", "--yes"), 2, /say it by --confirm typist/);
    refused(await tenantry("purge", "typist", "--now", "--confirm", "typo"), 2, /"typo" is not typist/);
    assert.equal(certificate().stage, "retained");
    const { stdout } = well(await tenantry("purge", "typist", "--now", "--confirm", "typist", "--json"));
    assert.deepEqual(
      events(stdout).map(({ sequence }) => sequence),
      events(stdout).map((_, index) => index + 1),
    );
    assert.deepEqual(events(stdout).filter(({ type }) => ["result", "failure"].includes(type)).length, 1);
    assert.equal(certificate().stage, "purged");
  });

  it("has recorded all of it", async () => {
    assert.match(well(await tenantry("audit", "verify")).stdout, /the chain is whole/);
  });

  const certificate = () =>
    JSON.parse(
      fs.readFileSync(project.path("out", "offboarding", LIST, `typist-${TENANT.id}.json`), "utf8"),
    ) as Certificate;
});
