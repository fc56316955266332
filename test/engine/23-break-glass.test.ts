/** Access for an emergency on the live cluster (R91): what it opens, what it does not, and the ways in which it ends. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { v7 as uuid } from "uuid";
import { auditFile } from "../../automation/audit/log";
import {
  grantBreakGlass,
  listBreakGlass,
  revokeBreakGlass,
  type Granted,
} from "../../automation/credentials/break-glass";
import { drift } from "../../automation/drift/drift";
import { grantName } from "../../model/break-glass";
import { ask, becomeOperator, LIST, sandbox, standing } from "./fixture";
import { asker, type Ask } from "./kubernetes";
import { runAsOperator } from "./operator";
import { eventually } from "./scheduling";

const NAMESPACE = "tenant-acme";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ACCOUNTS = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
const BINDINGS = `${RBAC}/namespaces/${NAMESPACE}/rolebindings`;
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const HOUR = 3_600_000;
const WHY = { reason: "INC-7: orders are lost", approver: "bob@example.com" };

/** A grant's name as it would have been this many hours ago; hours to come are negative. */
const named = (hoursAgo: number) => grantName(uuid({ msecs: Date.now() - hoursAgo * HOUR }));
const account = (name: string) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
const binding = (name: string, { role = "tenant-pentest", subject = name, namespace = NAMESPACE } = {}) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [{ kind: "ServiceAccount", name: subject, namespace }],
});
const tokenRequest = (expirationSeconds: number, more: Record<string, unknown> = {}) => ({
  apiVersion: "authentication.k8s.io/v1",
  kind: "TokenRequest",
  spec: { expirationSeconds, ...more },
});
const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

const OVER = /tenant-pentest-[0-9a-f-]{36}: the grant is over: it lasts 24 h from the time in its name/;

describe("break-glass", function () {
  this.timeout(120_000);
  const options = () => ({ ...runAsOperator(LIST), tenant: "acme" });
  let granted: Granted;
  let holder: Ask;

  before(async function () {
    this.timeout(600_000);
    await standing();
    await becomeOperator();
  });

  after(() => revokeBreakGlass(options()));

  it("tells everything that is wrong with what was asked, and grants nothing", async () => {
    await assert.rejects(
      grantBreakGlass({ ...options(), reason: " ", approver: "", ttlSeconds: 60, environmentName: "prod" }),
      (error: Error) => {
        assert.deepEqual(error.message.split("\n"), [
          "reason takes 1 to 500 characters; say why it is needed",
          "approver takes 1 to 500 characters; say who agreed to it",
          "acme has no environments; leave the environment out",
          "a token lives 600 s to 24 h, not 60 s; ask for as long as the work takes",
        ]);
        return true;
      },
    );
    assert.deepEqual(await listBreakGlass(options()), []);
  });

  it("opens the tenant's namespace to whoever holds the file", async () => {
    granted = await grantBreakGlass({ ...options(), ...WHY });
    assert.match(granted.name, /^tenant-pentest-[0-9a-f]{8}-[0-9a-f]{4}-7/);
    assert.equal(fs.statSync(granted.file).mode & 0o777, 0o600);
    assert.equal(path.dirname(granted.file), path.join(sandbox().project.directory, "out"));
    assert.ok(granted.trials.length >= 3, JSON.stringify(granted.trials));
    const config = fs.readFileSync(granted.file, "utf8");
    holder = await asker(config, tokenIn(config));
    assert.equal((await holder("POST", CONFIG_MAPS, configMap("repaired"))).status, 201);
    assert.equal((await holder("DELETE", `${CONFIG_MAPS}/repaired`)).status, 200);
  });

  it("lasts a day at most, and its token no longer than the grant", () => {
    const began = Date.parse(granted.ends) - 24 * HOUR;
    assert.ok(Math.abs(began - Date.now()) < 60_000, granted.ends);
    const token = tokenIn(fs.readFileSync(granted.file, "utf8"));
    const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
      exp: number;
    };
    assert.equal(1000 * exp, Date.parse(granted.expires));
    assert.ok(1000 * exp <= Date.parse(granted.ends), `${granted.expires} is after ${granted.ends}`);
    assert.ok(1000 * exp > Date.parse(granted.ends) - 60_000, granted.expires);
  });

  for (const [what, method, target] of [
    ["another tenant's namespace", "GET", "/api/v1/namespaces/tenant-globex/configmaps"],
    ["the platform's namespace", "GET", "/api/v1/namespaces/tenantry-system/configmaps"],
    ["nodes", "GET", "/api/v1/nodes"],
    ["its own binding", "DELETE", BINDINGS],
    ["a guardrail", "DELETE", `/api/v1/namespaces/${NAMESPACE}/resourcequotas/tenant-quota`],
  ] as const) {
    it(`does not open ${what}`, async () => {
      const { status, message } = await holder(method, target);
      assert.equal(status, 403, message);
      assert.match(
        message,
        /is forbidden: User "system:serviceaccount:tenant-acme:tenant-pentest-[^"]+" cannot/,
      );
    });
  }

  it("is not approved by who asks for it (D88)", async () => {
    await assert.rejects(
      grantBreakGlass({ ...options(), ...WHY, actor: "Bob@example.com" }),
      /Bob@example\.com asks for the grant and cannot approve it/,
    );
  });

  it("is announced, and stands in the audit log with reason and approver", async () => {
    const { body } = await ask(
      "GET",
      `/apis/events.k8s.io/v1/namespaces/tenantry-system/events?labelSelector=tenantry.dev/name%3Dacme`,
    );
    const notes = (body["items"] as { reason: string; note: string }[])
      .filter(({ reason }) => reason === "BreakGlass")
      .map(({ note }) => note);
    assert.ok(
      notes.includes(
        `${granted.name} opens ${NAMESPACE} until ${granted.ends}; approved by ${WHY.approver}: ${WHY.reason}`,
      ),
      notes.join("\n"),
    );
    const log = fs.readFileSync(auditFile(options()), "utf8");
    const entries = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ activity }) => activity === "breakglass grant");
    const announced = entries.find(({ step }) => step === "announce the grant");
    const { name, ...told } = announced?.["prov:generated"] as Record<string, unknown>;
    assert.equal(name, granted.name);
    assert.deepEqual([told["reason"], told["approver"]], [WHY.reason, WHY.approver]);
    assert.ok(!log.includes(tokenIn(fs.readFileSync(granted.file, "utf8"))));
  });

  it("is listed", async () => {
    const { name, ends } = granted;
    const grant = { tenant: "acme", name, namespace: NAMESPACE, ends, over: false, ...WHY };
    assert.deepEqual(await listBreakGlass(options()), [grant]);
    assert.deepEqual(await listBreakGlass(runAsOperator(LIST)), [grant]);
  });

  it("is no drift", async () => {
    const { loosened, changed, missing } = await drift(options());
    assert.deepEqual([...loosened, ...changed, ...missing], []);
  });

  it("ends at once where it is revoked, with its file", async () => {
    assert.equal((await holder("GET", CONFIG_MAPS)).status, 200);
    assert.deepEqual(
      (await revokeBreakGlass({ ...options(), grant: granted.name })).map(({ name }) => name),
      [granted.name],
    );
    const { status, message } = await holder("GET", CONFIG_MAPS);
    assert.ok(
      status === 401 || (status === 403 && /cannot list resource "configmaps"/.test(message)),
      message,
    );
    await eventually(async () => assert.equal((await holder("GET", CONFIG_MAPS)).status, 401));
    assert.equal(fs.existsSync(granted.file), false);
    assert.deepEqual(await listBreakGlass(options()), []);
    await assert.rejects(
      revokeBreakGlass({ ...options(), grant: granted.name }),
      /acme has no grant tenant-pentest-[^;]+; what stands is: none$/,
    );
  });

  /** Asked by the administrator, whom no right holds back: what refuses is the rule. */
  describe("the rule that ends grants", () => {
    const open = named(0);

    before(async () => {
      for (const [collection, object] of [
        [ACCOUNTS, account(open)],
        [BINDINGS, binding(open)],
      ] as const) {
        const { status, message } = await ask("POST", collection, object);
        assert.equal(status, 201, message);
      }
    });

    after(async () => {
      await ask("DELETE", `${BINDINGS}/${open}`);
      await ask("DELETE", `${ACCOUNTS}/${open}`);
    });

    const FUTURE = /: the grant begins in the future, and would last longer than it may/;
    const ALIEN =
      /: what binds the ClusterRole tenant-pentest, or is called as if, is called tenant-pentest- and/;
    const OTHER = /: a grant binds the ClusterRole tenant-pentest to the ServiceAccount of its own name/;
    const old = named(25);
    const v4 = "tenant-pentest-0b8e2f3c-1d4a-4c5b-9e6f-7a8b9c0d1e2f";
    for (const [what, collection, object, sentence] of [
      ["an account whose day is over", ACCOUNTS, account(old), OVER],
      ["a binding whose day is over", BINDINGS, binding(old), OVER],
      ["an account a minute after its day", ACCOUNTS, account(named(24 + 1 / 60)), OVER],
      ["an account of tomorrow", ACCOUNTS, account(named(-24)), FUTURE],
      ["a binding of next year", BINDINGS, binding(named(-24 * 365)), FUTURE],
      ["an account with another UUID", ACCOUNTS, account(v4), ALIEN],
      ["an account without one", ACCOUNTS, account("tenant-pentest-bob"), ALIEN],
      ["a binding of the role under another name", BINDINGS, binding("bob"), ALIEN],
      ["a binding to another role", BINDINGS, binding(named(0), { role: "tenant-admin" }), OTHER],
      ["a binding to another account", BINDINGS, binding(named(0), { subject: "default" }), OTHER],
      [
        "a binding to another namespace's",
        BINDINGS,
        binding(named(0), { namespace: "tenant-globex" }),
        OTHER,
      ],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const { status, message } = await ask("POST", collection, object);
        assert.equal(status, 403, message);
        assert.match(message, sentence);
      });
    }

    it("lets a grant be until its day is over, and its token", async () => {
      const late = named(23.75);
      const made = await ask("POST", ACCOUNTS, account(late));
      assert.equal(made.status, 201, made.message);
      try {
        const token = await ask("POST", `${ACCOUNTS}/${late}/token`, tokenRequest(600));
        assert.equal(token.status, 201, token.message);
        const long = await ask("POST", `${ACCOUNTS}/${late}/token`, tokenRequest(3600));
        assert.equal(long.status, 403, long.message);
        assert.match(long.message, /: the token would outlive the grant; ask for less/);
      } finally {
        await ask("DELETE", `${ACCOUNTS}/${late}`);
      }
    });

    it("refuses a token that a pod would hold, which the API server may prolong", async () => {
      const bound = { boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "any" } };
      const { status, message } = await ask("POST", `${ACCOUNTS}/${open}/token`, tokenRequest(600, bound));
      assert.equal(status, 403, message);
      assert.match(message, /: no pod holds the token of a grant; run it as an account of the tenant/);
    });

    it("has its clock back where somebody took it away", async () => {
      const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
      const identity = "labelSelector=apiserver.kubernetes.io/identity%3Dkube-apiserver";
      const clocks = async () =>
        (await ask("GET", `${leases}?${identity}`)).body["items"] as { metadata: { name: string } }[];
      for (const { metadata } of await clocks()) {
        assert.equal((await ask("DELETE", `${leases}/${metadata.name}`)).status, 200);
      }
      await eventually(async () => assert.notDeepEqual(await clocks(), []), 30);
      await eventually(async () => {
        const { status, message } = await ask("POST", `${ACCOUNTS}/${open}/token`, tokenRequest(600));
        assert.equal(status, 201, message);
      });
    });

    it("refuses every write by a grant that is over, and not by one that is open", async () => {
      const as = (name: string) => ({
        "Impersonate-User": `system:serviceaccount:${NAMESPACE}:${name}`,
        "Impersonate-Group": ["system:serviceaccounts", "system:authenticated", "system:masters"],
      });
      const accepted = await ask("POST", CONFIG_MAPS, configMap("impersonated"), as(open));
      assert.equal(accepted.status, 201, accepted.message);
      for (const [method, target, body] of [
        ["POST", CONFIG_MAPS, configMap("late")],
        ["PATCH", `${CONFIG_MAPS}/impersonated`, { data: { a: "b" } }],
        ["DELETE", `${CONFIG_MAPS}/impersonated`, undefined],
        ["POST", `${ACCOUNTS}/${open}/token`, tokenRequest(600)],
      ] as const) {
        const { status, message } = await ask(method, target, body, as(old));
        assert.equal(status, 403, `${method} ${target}: ${message}`);
        assert.match(message, OVER);
      }
      assert.equal((await ask("DELETE", `${CONFIG_MAPS}/impersonated`, undefined, as(open))).status, 200);
    });
  });
});

function tokenIn(kubeconfig: string): string {
  const { users } = JSON.parse(kubeconfig) as { users: { user: { token: string } }[] };
  return users[0]?.user.token ?? "";
}
