/** What onboarding does before any engine: the file, its refusals, and the commit that leaves the rest to a pipeline (R84). */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { onboard, type OnboardOptions } from "../../automation/intake/onboard";
import { operate } from "../../automation/operation";
import { RunFailure, type FailureKind } from "../../automation/outcome";
import { tenant } from "../model/folder";
import { serve, withEnvironment, type LocalServer } from "../proof/server";

const LIST = "test";
const OWNERS = ["alice@acme.example"];

describe("onboarding, before any engine", () => {
  let root: string;
  const file = (name = "acme") => path.join(root, "tenants", LIST, `${name}.yaml`);
  const read = (name?: string) => fs.readFileSync(file(name), "utf8");
  const left = () => fs.readdirSync(path.join(root, "tenants"), { recursive: true }).sort();
  const options = (more: Partial<OnboardOptions> = {}): OnboardOptions => ({
    stack: LIST,
    directory: root,
    tenant: "acme",
    owners: OWNERS,
    ...more,
  });
  const git = (...args: string[]) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" }).trim();
  const asGit = {
    GIT_AUTHOR_NAME: "Gita",
    GIT_AUTHOR_EMAIL: "gita@platform.example",
    GIT_COMMITTER_NAME: "Gita",
    GIT_COMMITTER_EMAIL: "gita@platform.example",
  };
  const byCommit = (more: Partial<OnboardOptions> = {}) =>
    onboard(options({ gitopsOnly: true, environment: asGit, ...more }));

  async function refused(of: Promise<unknown>, kind: FailureKind, ...sentences: RegExp[]): Promise<void> {
    await assert.rejects(of, (error) => {
      assert.ok(error instanceof RunFailure, String(error));
      sentences.forEach((sentence) => assert.match(error.message, sentence));
      assert.equal(error.kind, kind);
      return true;
    });
  }

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-onboard-"));
    fs.mkdirSync(path.dirname(file()), { recursive: true });
    git("init", "--quiet");
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  describe("refuses, and leaves nothing,", () => {
    it("every fault of the new file and of the others at once", async () => {
      fs.writeFileSync(file("other"), "name: other\nid: none\n");
      const before = left();
      // Nothing on the path: a run that got as far as the engine would fail otherwise.
      await withEnvironment({ PATH: "" }, () =>
        refused(
          onboard(options({ owners: ["nobody"], mesh: true })),
          "badInput",
          /acme\.yaml:\d+:\d+: owners\[0\]: "nobody" is not an e-mail address/,
          /acme\.yaml:\d+:\d+: mesh: is not available yet/,
          /other\.yaml:2:5: id: "none" is not a version 4 UUID/,
          /other\.yaml:1:1: owners: is missing/,
          /4 faults; nothing was changed$/,
        ),
      );
      assert.deepEqual(left(), before);
    });

    it("a tenant without owners", async () => {
      await refused(
        onboard(options({ owners: undefined })),
        "badInput",
        /owners: lists nothing; list at least 1/,
      );
      assert.deepEqual(left(), [LIST]);
    });

    it("an id that another tenant has", async () => {
      fs.writeFileSync(file("other"), tenant("other", "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f"));
      await refused(
        onboard(options({ id: "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f" })),
        "badInput",
        /other\.yaml:2:5: id: .* is the id of tenant acme/,
      );
      assert.deepEqual(left(), [LIST, `${LIST}/other.yaml`]);
    });

    for (const name of ["../acme", "test/../../acme", "Acme", "acme.yaml", ""]) {
      it(`the name ${JSON.stringify(name)}`, async () => {
        await assert.rejects(onboard(options({ tenant: name })), ({ message }: Error) =>
          message.startsWith(`${JSON.stringify(name)} is no tenant name; write`),
        );
        assert.deepEqual(left(), [LIST]);
      });
    }

    it("a list that there is not", async () => {
      await refused(
        onboard(options({ stack: "tset" })),
        "badInput",
        /tset:1:1: is no folder; the lists are test/,
      );
      assert.deepEqual(left(), [LIST]);
    });
  });

  describe("of a tenant that is there", () => {
    const there = tenant("acme", undefined, "\ntier: sensitive # on purpose");
    const before = () => fs.writeFileSync(file(), there);

    it("refuses what its file says otherwise, by field, and leaves the file alone", async () => {
      before();
      await refused(
        byCommit({ tier: "dedicated", owners: ["mallory@acme.example"] }),
        "badInput",
        /acme\.yaml is there already and says otherwise of owners, tier; nothing was changed: edit the file/,
      );
      assert.equal(read(), there);
    });

    it("takes the same said again, defaults written out among it", async () => {
      before();
      for (const same of [{ tier: "sensitive" }, { allowRoot: false }, { owners: undefined }] as const) {
        const { created } = await byCommit(same);
        assert.equal(created, false);
      }
      assert.equal(read(), there);
    });

    for (const [state, sentence] of [
      ["suspended", /acme is suspended; start it again by tenantry resume acme/],
      ["offboarding", /acme is offboarding: its data is kept under its name and id; choose another name/],
    ] as const) {
      it(`refuses one that is ${state}`, async () => {
        fs.writeFileSync(file(), tenant("acme", undefined, `\nlifecycle: { state: ${state} }`));
        await refused(byCommit(), "badInput", sentence);
      });
    }
  });

  describe("by a commit alone", () => {
    let server: LocalServer;
    before(async () => (server = await serve(() => [500, "nobody should ask"])));
    after(() => server.close());

    /** Every server that there is would count, and the engine is not on the path. */
    const watched = () => {
      const kubeconfig = path.join(root, ".git", "kubeconfig");
      fs.writeFileSync(
        kubeconfig,
        JSON.stringify({
          apiVersion: "v1",
          kind: "Config",
          "current-context": "x",
          contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
          clusters: [{ name: "x", cluster: { server: server.address } }],
          users: [{ name: "x", user: {} }],
        }),
      );
      const bin = path.join(root, ".git", "bin");
      fs.mkdirSync(bin, { recursive: true });
      const where = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
      fs.symlinkSync(where, path.join(bin, "git"));
      return {
        ...asGit,
        KUBECONFIG: kubeconfig,
        VAULT_ADDR: server.address,
        AWS_ENDPOINT_URL: server.address,
        PATH: bin,
      };
    };

    it("commits one file, whatever else is staged or changed, and asks no server", async () => {
      fs.writeFileSync(path.join(root, "staged"), "mine");
      fs.writeFileSync(path.join(root, "unstaged"), "mine");
      git("add", "staged");
      const notes: string[] = [];
      const { created, changed, applied, tenants } = await byCommit({
        environment: watched(),
        watch: (progress) => progress.type === "note" && notes.push(progress.message),
      });
      assert.deepEqual([created, changed, applied, tenants], [true, true, false, {}]);
      assert.equal(
        git("show", "--format=%an: %s", "--name-status"),
        `Gita: Onboard acme\n\nA\ttenants/${LIST}/acme.yaml`,
      );
      assert.match(git("status", "--porcelain"), /^A {2}staged\n/);
      assert.equal(git("show", `HEAD:tenants/${LIST}/acme.yaml`), read().trim());
      assert.equal(server.requests.length, 0);
      assert.deepEqual(notes, []);
    });

    it("tells of no server, where an ordinary step tells that none took its Event", async () => {
      const notes: string[] = [];
      const watching: OnboardOptions = options({
        environment: watched(),
        watch: (progress) => progress.type === "note" && notes.push(progress.message),
      });
      for (const offline of [true, false]) {
        assert.deepEqual(notes, []);
        await operate(watching, { activity: "onboard", offline }, (operation) =>
          operation.step("files", "look", async () => undefined),
        );
      }
      assert.match(notes.join(), /steps are recorded .*, but not as Events: /);
    });

    it("changes nothing when it is run again", async () => {
      await byCommit();
      const [text, head] = [read(), git("rev-parse", "HEAD")];
      const { created, changed } = await byCommit();
      assert.deepEqual([created, changed], [false, false]);
      assert.deepEqual([read(), git("rev-parse", "HEAD")], [text, head]);
    });

    it("commits what a killed run had written", async () => {
      const killed = byCommit({
        watch: (progress) => {
          if (progress.type === "step" && progress.status === "begun" && progress.step.startsWith("commit")) {
            throw new Error("killed");
          }
        },
      });
      await assert.rejects(killed, /killed/);
      const text = read();
      const { created, changed } = await byCommit();
      assert.deepEqual([created, changed], [false, true]);
      assert.equal(git("show", `HEAD:tenants/${LIST}/acme.yaml`), text.trim());
    });

    it("takes the file away again where Git does not commit it, and says why", async () => {
      const hook = path.join(root, ".git", "hooks", "pre-commit");
      fs.mkdirSync(path.dirname(hook), { recursive: true });
      fs.writeFileSync(hook, "#!/bin/sh\necho not on a Monday >&2\nexit 1\n", { mode: 0o755 });
      await refused(
        byCommit(),
        "failure",
        /Git did not commit .*not on a Monday\n.*acme\.yaml was taken away again$/s,
      );
      assert.deepEqual(left(), [LIST]);
      assert.equal(git("status", "--porcelain", "--", "tenants"), "");
    });

    it("refuses where no repository is, and where Git ignores the file, before it is written", async () => {
      fs.writeFileSync(path.join(root, ".gitignore"), "tenants/\n");
      await refused(byCommit(), "badInput", /Git ignores .*acme\.yaml; take it out of \.gitignore/);
      fs.rmSync(path.join(root, ".git"), { recursive: true });
      const alone = { environment: { ...asGit, GIT_CEILING_DIRECTORIES: path.dirname(root) } };
      await refused(byCommit(alone), "badInput", /lies in no Git repository/);
      assert.deepEqual(left(), [LIST]);
    });

    it("shows the file by a dry run, and writes none", async () => {
      const { text, created } = await byCommit({ dryRun: true, tier: "sensitive" });
      assert.match(text, /^tier: sensitive$/m);
      assert.equal(created, false);
      assert.deepEqual(left(), [LIST]);
    });
  });
});
