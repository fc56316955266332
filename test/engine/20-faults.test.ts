/**
 * Servers that throttle, refuse, break, seal themselves or are changed by hand, in the middle of a run (R92, R102; attacks
 * F13-F18, F30-F35, F41-F44, F56, F65, F66, F72). Each fault ends a run by its sentence and exit code, and what it left is
 * what the next run starts from; at the end of each chain one more run ends in the right state.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RunFailure, type FailureKind } from "../../automation/outcome";
import { destroy, preview, up } from "../../automation/engine/run";
import { readCredentials } from "../../sandbox/record";
import { ask, platformStanding, run, sandbox } from "./fixture";
import type { Answer, Asked } from "./front";
import { Fronts, type FrontedPlane } from "./fronts";
import { succeed } from "./scheduling";
import { assertStands } from "./standing";
import { vault } from "./vault";

const LIST = "faulty";
const TENANT = {
  name: "unlucky",
  id: "fa017000-0001-4000-8000-000000000001",
  owners: ["uma@unlucky.example"],
  access: { admin: { groups: ["unlucky-admins"] } },
};
const LIMITS = /^POST .*-qa\/limitranges$/;
const NAMESPACE = "/api/v1/namespaces/tenant-unlucky--dev";

/** As the API server refuses. */
const refusal = (code: number, reason: string, message: string, headers = {}): Answer => ({
  status: code,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message }),
});
/** As IAM refuses. */
const awsRefusal = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
});

describe("faults in mid-run", function () {
  this.timeout(600_000);
  let fronts: Fronts;
  const project = () => ({ ...run(LIST), environment: fronts.through(run(LIST).environment) });
  const write = (...environments: string[]) =>
    sandbox().project.write(LIST, TENANT.name, {
      ...TENANT,
      environments: environments.map((name) => ({ name })),
    });
  const stateFile = (suffix = "") =>
    path.join(sandbox().dataDir, "state", ".pulumi", "stacks", "tenantry", `${LIST}.json${suffix}`);

  /** Answers the first requests that fit in the server's place, as often as it is told; counts them. */
  const answering = (
    plane: FrontedPlane,
    fits: (asked: Asked) => boolean,
    answer: Answer,
    times = Infinity,
  ) => {
    let count = 0;
    fronts.by[plane].interception = {
      asked: (asked) => (fits(asked) && count < times ? (count++, answer) : undefined),
    };
    return () => count;
  };
  const fails = async (of: () => Promise<unknown>, kind: FailureKind, sentence: RegExp) => {
    const failure = await of().then(
      () => assert.fail("the run did not fail"),
      (error: unknown) => error,
    );
    fronts.intercept();
    assert.ok(failure instanceof RunFailure, String(failure));
    assert.match(failure.message, sentence);
    assert.equal(failure.kind, kind, failure.message);
  };

  before(async () => {
    await platformStanding();
    fronts = await Fronts.open();
    write("dev");
  });
  after(async () => {
    await fronts?.close();
    fs.rmSync(path.join(sandbox().project.directory, "tenants", LIST), { recursive: true, force: true });
  });

  it("names the action that AWS denies", async () => {
    const answer = awsRefusal(403, "AccessDenied", "not authorized to perform: iam:PutRolePolicy");
    const hit = answering("aws", ({ call }) => call === "PutRolePolicy", answer);
    await fails(() => up(project()), "resource", /iam:PutRolePolicy/);
    assert.ok(hit() > 0);
  });

  it("waits where AWS throttles, and succeeds", async () => {
    const throttled = answering(
      "aws",
      ({ call }) => call === "PutRolePolicy",
      awsRefusal(400, "Throttling", "Rate exceeded"),
      3,
    );
    await up(project());
    fronts.intercept();
    assert.equal(throttled(), 3);
    await assertStands(project(), TENANT.id, ["tenant-unlucky--dev"]);
  });

  describe("while a tenant grows", () => {
    before(() => write("dev", "qa"));
    const grow = () => up({ ...project(), refresh: false });

    it("names what the API server answers 500 to", async () => {
      const answer = refusal(500, "InternalError", "etcdserver: out of cheese");
      const hit = answering("kubernetes", ({ call, writes }) => writes && LIMITS.test(call), answer);
      await fails(grow, "resource", /etcdserver: out of cheese/);
      assert.ok(hit() > 0);
    });

    it("names what the API server forbids", async () => {
      const answer = refusal(403, "Forbidden", "limitranges is forbidden: somebody took the right away");
      const hit = answering("kubernetes", ({ call, writes }) => writes && LIMITS.test(call), answer);
      await fails(grow, "resource", /somebody took the right away/);
      assert.ok(hit() > 0);
    });

    it("stops where the API server goes away", async () => {
      let gone = false;
      fronts.by.kubernetes.interception = {
        asked: ({ call, writes }) => {
          gone ||= writes && LIMITS.test(call);
          return gone ? "broken" : undefined;
        },
      };
      await fails(grow, "resource", /socket hang up|connection reset|EOF|connection refused|unreachable/);
      assert.ok(gone);
    });

    it("stops where Vault is sealed, and goes on when it is unsealed", async () => {
      const root = sandbox().env["VAULT_TOKEN"];
      fronts.by.vault.interception = {
        asked: async ({ writes }) => {
          if (writes) {
            fronts.by.vault.interception = {};
            assert.equal((await vault(root, "", "PUT", "sys/seal")).status, 204);
          }
          return undefined;
        },
      };
      try {
        await fails(grow, "resource", /sealed/i);
      } finally {
        const key = readCredentials(sandbox().dataDir).vault?.unsealKey;
        await vault(undefined, "", "PUT", "sys/unseal", { key });
        while ((await vault(undefined, "", "GET", "sys/health")).status !== 200) {
          await sleep(100);
        }
      }
    });

    it("ends in the right state in one more run", async () => {
      await up(project());
      await assertStands(project(), TENANT.id, ["tenant-unlucky--dev", "tenant-unlucky--qa"]);
    });
  });

  describe("before anything changes", () => {
    it("ends with exit code 3 where the session in AWS has expired", async () => {
      const expired = awsRefusal(
        403,
        "ExpiredToken",
        "The security token included in the request is expired",
      );
      const hit = answering("aws", () => true, expired);
      await fails(() => preview(project()), "credentials", /expired/i);
      assert.ok(hit() > 0);
    });

    it("refuses a state that was cut short, and tells the cure", async () => {
      const text = fs.readFileSync(stateFile());
      const before = fronts.writes().length;
      for (const length of [5_000, 0]) {
        fs.writeFileSync(stateFile(), text.subarray(0, length));
        await fails(
          () => up(project()),
          "failure",
          /empty or cut short; nothing was changed: put its backup/,
        );
      }
      fs.writeFileSync(stateFile(), text);
      assert.equal(fronts.writes().length, before);
    });

    it("refuses a state that was lost, which is no new stack", async () => {
      const aside = `${stateFile()}.aside`;
      fs.renameSync(stateFile(), aside);
      const before = fronts.writes().length;
      try {
        const sentence =
          /state of the stack faulty is empty, and tenant-unlucky--dev, tenant-unlucky--qa stand/;
        await fails(() => up(project()), "resource", sentence);
        await fails(() => destroy(project()), "resource", sentence);
      } finally {
        fs.renameSync(aside, stateFile());
      }
      assert.equal(fronts.writes().length, before);
    });

    it("refuses a lock that says nothing, and tells the cure", async () => {
      const folder = path.join(
        sandbox().dataDir,
        "state",
        ".pulumi",
        "locks",
        "organization",
        "tenantry",
        LIST,
      );
      const lock = path.join(folder, "00000000-0000-4000-8000-000000000000.json");
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(lock, "");
      const before = fronts.writes().length;
      try {
        await fails(() => up(project()), "locked", /lock file of this stack is empty.*pulumi cancel/);
      } finally {
        fs.rmSync(lock);
      }
      assert.equal(fronts.writes().length, before);
    });

    it("refuses a machine without the engine", async () => {
      const PATH = process.env["PATH"];
      process.env["PATH"] = path.dirname(process.execPath);
      try {
        const environment = { ...project().environment, PATH: path.dirname(process.execPath) };
        await fails(() => up({ ...project(), environment }), "badInput", /no program `pulumi` on the PATH/);
      } finally {
        process.env["PATH"] = PATH;
      }
    });
  });

  describe("by hand", () => {
    it("heals what was edited and deleted by hand, a whole namespace too (P5), also where the API server is busy", async () => {
      const quotas = (await succeed(
        "GET",
        `${NAMESPACE}/resourcequotas?labelSelector=tenant%3D${TENANT.id}`,
      )) as {
        items?: { metadata: { name: string }; spec: { hard: Record<string, string> } }[];
      };
      const [quota] = quotas.items ?? [];
      assert.ok(quota);
      await succeed("PATCH", `${NAMESPACE}/resourcequotas/${quota.metadata.name}`, {
        spec: { hard: { pods: "9999" } },
      });
      assert.equal((await ask("DELETE", NAMESPACE.replace("--dev", "--qa"))).status, 200);
      while ((await ask("GET", NAMESPACE.replace("--dev", "--qa"))).status !== 404) {
        await sleep(100);
      }
      const answer = refusal(429, "TooManyRequests", "try again", { "retry-after": "1" });
      const busy = answering("kubernetes", ({ call, writes }) => writes && LIMITS.test(call), answer, 2);
      await up(project());
      fronts.intercept();
      assert.equal(busy(), 2);
      const healed = await succeed("GET", `${NAMESPACE}/resourcequotas/${quota.metadata.name}`);
      assert.deepEqual((healed["spec"] as typeof quota.spec).hard, quota.spec.hard);
      await assertStands(project(), TENANT.id, ["tenant-unlucky--dev", "tenant-unlucky--qa"]);
    });
  });
});
