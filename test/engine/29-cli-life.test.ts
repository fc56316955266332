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
import { ask, becomeOperator, run, sandbox, standing } from "./fixture";
import { InstalledProject, type Ended } from "./installed";
import { asker } from "./kubernetes";
import { eventually } from "./scheduling";

const LIST = "typed";
const OWNER = "tina@typist.example";
const NAMESPACE = "/api/v1/namespaces/tenant-typist";
const POLICIES = "/apis/networking.k8s.io/v1/namespaces/tenant-typist/networkpolicies";
/** How a colour code begins. */
const ESCAPE = String.fromCharCode(27);

describe("the command line, from the tarball", function () {
  this.timeout(300_000);
  let project: InstalledProject;

  /** The provisioner runs the engine, the operator works on credentials and workloads. */
  const environment = () => run(LIST).environment;
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
    project.makeList(LIST);
    await becomeOperator();
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
      const state = path.join(folder, "state", ".pulumi", "stacks", "tenantry", "platform.json");
      const { stdout } = await project.tenantry(["doctor", "--cwd", folder, "--list", "made"], own);
      assert.match(stdout, /nobody is at work on made/);
      assert.match(stdout, /run: tenantry up --list platform/);
      assert.ok(!fs.existsSync(state), "who only looks makes no stack");
      const { stderr } = well(
        await project.tenantry(["preview", "--cwd", folder, "--list", "platform"], own),
      );
      assert.match(stderr, /\(shared\) +\+2\d\d/);
      assert.ok(fs.existsSync(state));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("says all that it would ask, where nobody is there to answer", async () => {
    refused(await tenantry("onboard", "typist"), 2, /nobody is there .*: say it by --owner and --yes/);
    assert.ok(!fs.existsSync(file()));
  });

  it("onboards at a terminal, once it has asked who answers and whether to go on", async () => {
    const answers = [
      [/Who answers for typist/, `${OWNER}\r`],
      [/Make typist so/, "y"],
    ] as const;
    const { code, stdout } = await project.atTerminal(["onboard", "typist"], answers, environment());
    assert.equal(code, 0, stdout);
    assert.ok(stdout.includes(ESCAPE), "live progress at a terminal");
    assert.equal((await ask("GET", NAMESPACE)).status, 200);
    assert.match(fs.readFileSync(file(), "utf8"), /^owners:\n {2}- tina@typist\.example$/m);
  });

  it("onboards no second time", async () => {
    const again = well(await tenantry("onboard", "typist", "--owner", OWNER, "--yes"));
    assert.match(again.stdout, /^typist was there already; nothing was changed$/m);
  });

  it("lists what the files say, the only list being meant", async () => {
    assert.match(well(await tenantry("list")).stdout, /^typist +standard +active +tenant-typist$/m);
  });

  it("shows by tenant what would change, and changes nothing where no is the answer", async () => {
    const before = fs.readFileSync(file(), "utf8");
    fs.appendFileSync(file(), "\ndisplayName: Typist & Sons\n");
    assert.match(well(await tenantry("preview")).stderr, /typist +~\d+/);
    const { code, stdout } = await project.atTerminal(["up"], [[/Make this plan true/, "n"]], environment());
    assert.equal(code, 8, stdout);
    fs.writeFileSync(file(), before);
    const { body } = await ask("GET", NAMESPACE);
    assert.ok(!JSON.stringify(body).includes("Typist & Sons"));
  });

  it("shows one tenant with its outputs, as an event of the documented schema", async () => {
    const { stdout, stderr } = well(await tenantry("show", "typist", "--json"));
    assert.equal(stderr, "");
    const last = events(stdout).at(-1);
    assert.ok(last?.type === "result");
    const { outputs } = last.result as { outputs: { keyArn: string } };
    assert.match(outputs.keyArn, /^arn:aws:kms:/);
  });

  it("hands out a kubeconfig that works, until rotate ends it", async () => {
    well(await tenantry("kubeconfig", "typist", "--role", "dev", "--ttl", "10m"));
    const holder = await holderOf(project.path("out", "tenant-typist.kubeconfig"));
    assert.equal((await holder("GET", `${NAMESPACE}/pods`)).status, 200);
    assert.match(well(await tenantry("rotate", "typist")).stdout, /^made anew: secret-ids, tokens, access$/m);
    assert.equal((await holder("GET", `${NAMESPACE}/pods`)).status, 401);
  });

  it("lets somebody in for an emergency, says so, and ends it", async () => {
    const asked = ["breakglass", "typist", "--reason", "INC-7", "--ttl", "10m", "--yes"];
    refused(await tenantry(...asked), 2, /--approver/);
    const { stdout } = well(await tenantry(...asked, "--approver", "bob@example.com"));
    const [kubeconfig = ""] = /\S+\.kubeconfig/.exec(stdout) ?? [];
    const holder = await holderOf(kubeconfig);
    assert.equal((await holder("GET", `${NAMESPACE}/pods`)).status, 200);
    assert.match(
      well(await tenantry("breakglass", "list")).stdout,
      /tenant-pentest-.* INC-7 +bob@example\.com/,
    );
    well(await tenantry("breakglass", "revoke", "typist"));
    await eventually(async () => assert.equal((await holder("GET", `${NAMESPACE}/pods`)).status, 401));
    assert.ok(!fs.existsSync(kubeconfig));
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
    const checked = well(await tenantry("audit", "certificate", "typist"));
    assert.match(checked.stdout, /^yes +KMS key .* PendingDeletion until /m);
    assert.match(checked.stdout, /^typist is purged; the certificate holds$/m);
    refused(await tenantry("audit", "certificate", "tipist"), 2, /holds no certificate of a tenant tipist/);
  });

  it("has recorded all of it", async () => {
    assert.match(well(await tenantry("audit", "verify")).stdout, /the chain is whole/);
  });

  const file = () => project.path("tenants", LIST, "typist.yaml");
  /** Its file may be gone with the tenant; the certificate keeps the id in its name. */
  const certificate = () => {
    const folder = project.path("out", "offboarding", LIST);
    const [name = ""] = fs.readdirSync(folder).filter((entry) => /^typist-.*\.json$/.test(entry));
    return JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as Certificate;
  };
  const holderOf = async (kubeconfig: string) => {
    assert.equal(fs.statSync(kubeconfig).mode & 0o777, 0o600);
    const text = fs.readFileSync(kubeconfig, "utf8");
    const { users } = JSON.parse(text) as { users: [{ user: { token: string } }] };
    return asker(text, users[0].user.token);
  };
});
