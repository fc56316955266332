/** The folder that teams may write (R15, R16): what lies there is judged and never trusted, followed, or left half taken. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { RunFailure, type FailureKind } from "../../automation/outcome";
import {
  acceptRequest,
  checkRequests,
  listRequests,
  type AcceptOptions,
} from "../../automation/intake/requests";

const LIST = "test";
const POLICY = "tiers: [standard]\nownerDomains: [acme.example]\n";
const REQUEST = "name: acme\nowners: [alice@acme.example]\nreason: we need it\ncontacts: { chat: '#acme' }\n";
const PAULA = "paula@platform.example";

describe("requests of a list", () => {
  let root: string;
  const file = (name: string) => path.join(root, "requests", LIST, name);
  const tenantFile = () => path.join(root, "tenants", LIST, "acme.yaml");
  const put = (name: string, text: string) => fs.writeFileSync(file(name), text);
  const project = () => ({ stack: LIST, directory: root });
  const verdicts = () =>
    Object.fromEntries(listRequests(project()).map(({ name, verdict }) => [name, verdict]));
  const git = (...args: string[]) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" }).trim();
  const asGit = {
    GIT_AUTHOR_NAME: "Paula",
    GIT_AUTHOR_EMAIL: PAULA,
    GIT_COMMITTER_NAME: "Paula",
    GIT_COMMITTER_EMAIL: PAULA,
  };
  /** Without the engine: accepting by a commit is all there is to try here. */
  const accept = (more: Partial<AcceptOptions> = {}) =>
    acceptRequest({
      ...project(),
      tenant: "acme",
      gitopsOnly: true,
      approver: PAULA,
      environment: asGit,
      ...more,
    });

  async function refused(of: () => unknown, kind: FailureKind, ...sentences: RegExp[]): Promise<void> {
    await assert.rejects(
      async () => of(),
      (error) => {
        assert.ok(error instanceof RunFailure, String(error));
        sentences.forEach((sentence) => assert.match(error.message, sentence));
        assert.equal(error.kind, kind);
        return true;
      },
    );
    assert.equal(fs.existsSync(tenantFile()), false);
  }

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-requests-"));
    fs.mkdirSync(path.dirname(tenantFile()), { recursive: true });
    fs.writeFileSync(path.join(root, "tenants", LIST, ".gitkeep"), "");
    fs.mkdirSync(path.join(root, "requests", LIST), { recursive: true });
    fs.writeFileSync(path.join(root, "requests", "policy.yaml"), POLICY);
    git("init", "--quiet");
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("are none where there is no folder of them, whoever governs", () => {
    fs.rmSync(path.join(root, "requests"), { recursive: true });
    assert.deepEqual(listRequests(project()), []);
  });

  it("may not be made where the platform has no policy", async () => {
    put("acme.yaml", REQUEST);
    fs.rmSync(path.join(root, "requests", "policy.yaml"));
    for (const act of [() => listRequests(project()), () => accept()]) {
      await refused(act, "badInput", /policy\.yaml is missing, and without it nothing may be asked for/);
    }
  });

  it("are listed with what the policy says of each", () => {
    put("acme.yaml", REQUEST);
    put("big.yaml", REQUEST.replace("acme", "big") + "tier: dedicated\n");
    put("bad.yaml", "name: bad\n");
    assert.deepEqual(verdicts(), { acme: "acceptable", bad: "malformed", big: "refused" });
    const [acme, bad, big] = listRequests(project());
    assert.deepEqual(acme?.asked, { tier: "standard", owners: ["alice@acme.example"], reason: "we need it" });
    assert.match(bad?.faults.join() ?? "", /bad\.yaml:1:1: owners: is missing; write it/);
    assert.match(big?.faults.join() ?? "", /big\.yaml:5:7: tier: dedicated is not for the asking/);
  });

  it("are checked together: policy is 5, and bad input beside it 2", async () => {
    put("acme.yaml", REQUEST);
    put("big.yaml", REQUEST.replace("acme", "big") + "tier: dedicated\nallowRoot: true\n");
    put("bad.yaml", "name: bad\n");
    const check = (...names: string[]) => checkRequests({ ...project(), files: names.map(file) });
    assert.deepEqual(
      check("acme.yaml").map(({ verdict }) => verdict),
      ["acceptable"],
    );
    const asked = [
      /big\.yaml:5:7: tier: dedicated is not/,
      /big\.yaml:6:1: allowRoot: is for the platform's people/,
    ];
    await refused(() => check("acme.yaml", "big.yaml"), "policy", ...asked, /2 faults; nothing was changed$/);
    await refused(
      () => check("bad.yaml", "big.yaml"),
      "badInput",
      ...asked,
      /bad\.yaml:1:1: owners: is missing/,
    );
    await refused(() => check("../policy.yaml"), "badInput", /no request of the list test; those lie in/);
  });

  describe("that are no plain files", () => {
    const secret = () => path.join(root, "secret.yaml");
    beforeEach(() => fs.writeFileSync(secret(), REQUEST));

    for (const [what, make, sentence] of [
      [
        "a link to a file",
        () => fs.symlinkSync(secret(), file("acme.yaml")),
        /is a link; put the file itself there/,
      ],
      ["a link to nothing", () => fs.symlinkSync("nowhere", file("acme.yaml")), /is a link/],
      ["a folder", () => fs.mkdirSync(file("acme.yaml")), /is no plain file/],
      ["a pipe", () => execFileSync("mkfifo", [file("acme.yaml")]), /is no plain file/],
      [
        "a file of a megabyte",
        () => put("acme.yaml", `# ${"x".repeat(1 << 20)}\n${REQUEST}`),
        /is larger than 128 KiB/,
      ],
    ] as const) {
      it(`refuses ${what}`, async () => {
        make();
        assert.deepEqual(verdicts(), { acme: "malformed" });
        await refused(() => accept(), "badInput", sentence);
      });
    }

    it("refuses a link in place of the list's folder", async () => {
      fs.mkdirSync(path.join(root, "elsewhere"));
      fs.writeFileSync(path.join(root, "elsewhere", "acme.yaml"), REQUEST);
      fs.rmSync(path.join(root, "requests", LIST), { recursive: true });
      fs.symlinkSync(path.join(root, "elsewhere"), path.join(root, "requests", LIST));
      await refused(
        () => listRequests(project()),
        "badInput",
        /is no folder; requests lie in one of their own/,
      );
      await refused(() => accept(), "badInput", /is no folder/);
    });

    it("names what does not end in .yaml", () => {
      put("acme.yml", REQUEST);
      assert.match(
        listRequests(project())[0]?.faults.join() ?? "",
        /acme\.yml:1:1: is no request; name it <name>\.yaml/,
      );
    });
  });

  describe("that are accepted", () => {
    it("become the tenant's file with an id, and are gone: two commits of a file each", async () => {
      put("acme.yaml", REQUEST);
      git("add", "--all");
      git(
        "-c",
        "user.name=Alice",
        "-c",
        "user.email=alice@acme.example",
        "commit",
        "--quiet",
        "--message",
        "Ask",
      );
      const { created, applied, approver } = await accept();
      assert.deepEqual([created, applied, approver], [true, false, PAULA]);
      const made = parse(fs.readFileSync(tenantFile(), "utf8")) as Record<string, unknown>;
      const { id, ...rest } = made;
      assert.match(String(id), /^[0-9a-f-]{36}$/);
      assert.deepEqual(rest, { name: "acme", owners: ["alice@acme.example"], contacts: { chat: "#acme" } });
      assert.deepEqual(fs.readdirSync(path.dirname(file("x"))), []);
      assert.equal(
        git("log", "-2", "--format=%an: %s", "--name-status"),
        [
          "Paula: Take away the accepted request of acme\n",
          `D\trequests/${LIST}/acme.yaml`,
          "Paula: Onboard acme\n",
          `A\ttenants/${LIST}/acme.yaml`,
        ].join("\n"),
      );
    });

    it("are recorded with who accepted, and what", async () => {
      put("acme.yaml", REQUEST);
      await accept();
      const log = fs
        .readFileSync(path.join(root, "audit", `${LIST}.jsonl`), "utf8")
        .trimEnd()
        .split("\n");
      const entries = log.map((line) => JSON.parse(line) as Record<string, Record<string, string>>);
      assert.deepEqual(
        entries.map(({ step }) => step),
        [
          "accept the request",
          "write the tenant's file",
          "commit the tenant's file",
          "take the request away",
        ],
      );
      const { "prov:wasAssociatedWith": agent, "prov:generated": generated } = entries[0] ?? {};
      assert.equal(agent?.["name"], PAULA);
      assert.equal(generated?.["request"], `requests/${LIST}/acme.yaml`);
      assert.match(generated["sha256"] ?? "", /^[0-9a-f]{64}$/);
    });

    it("are accepted by nobody who owns them", async () => {
      put("acme.yaml", REQUEST);
      await refused(
        () => accept({ approver: "Alice@acme.example" }),
        "policy",
        /is an owner of acme and cannot accept its request; somebody else of the platform must/,
      );
      assert.ok(fs.existsSync(file("acme.yaml")));
    });

    it("are not accepted where the policy refuses, and stay", async () => {
      put("acme.yaml", `${REQUEST}allowRoot: true\n`);
      await refused(() => accept(), "policy", /allowRoot: is for the platform's people/);
      assert.ok(fs.existsSync(file("acme.yaml")));
    });

    it("go on where accepting was killed, with the file that it had made", async () => {
      put("acme.yaml", REQUEST);
      const killed = accept({
        watch: (progress) => {
          if (progress.type === "step" && progress.status === "begun" && progress.step.startsWith("take")) {
            throw new Error("killed");
          }
        },
      });
      await assert.rejects(killed, /killed/);
      const text = fs.readFileSync(tenantFile(), "utf8");
      const { created, changed } = await accept();
      assert.deepEqual([created, changed], [false, false]);
      assert.equal(fs.readFileSync(tenantFile(), "utf8"), text);
      assert.equal(fs.existsSync(file("acme.yaml")), false);
    });

    it("stay where they were changed meanwhile: that is another request", async () => {
      put("acme.yaml", REQUEST);
      const changed = accept({
        watch: (progress) => {
          if (progress.type === "step" && progress.status === "begun" && progress.step.startsWith("write")) {
            put("acme.yaml", `${REQUEST}quota: { pods: 3000 }\n`);
          }
        },
      });
      await assert.rejects(
        changed,
        /acme\.yaml was changed while it was accepted; acme was made as it stood before/,
      );
      assert.ok(fs.existsSync(file("acme.yaml")));
      assert.doesNotMatch(fs.readFileSync(tenantFile(), "utf8"), /quota/);
    });

    it("do not change a tenant that is there, whoever asks", async () => {
      put("acme.yaml", REQUEST);
      await accept();
      const text = fs.readFileSync(tenantFile(), "utf8");
      put("acme.yaml", REQUEST.replace("alice@", "mallory@"));
      assert.deepEqual(verdicts(), { acme: "malformed" });
      await assert.rejects(accept(), /acme\.yaml is there already and says otherwise of owners/);
      assert.equal(fs.readFileSync(tenantFile(), "utf8"), text);
    });
  });
});
