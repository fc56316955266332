import assert from "node:assert/strict";
import type { OpType } from "@pulumi/pulumi/automation";
import {
  leavingApprovals,
  lossesOf,
  PlannedLosses,
  refuseLosses,
  type Loss,
} from "../../automation/engine/losses";
import { RunFailure } from "../../automation/outcome";
import { tenantOf } from "../components/fixtures";
import { event } from "./events";

const TENANT = "urn:pulumi:prod::tenantry::tenantry:index:Tenant::acme";
const VAULT = "urn:pulumi:prod::tenantry::tenantry:index:Tenant$tenantry:index:Vault::acme";
const KEY = "urn:pulumi:prod::tenantry::tenantry:index:Tenant$aws:kms/key:Key::acme-key";

function planned(...steps: [op: OpType, type: string, urn: string, parent: string][]): Loss[] {
  const losses = new PlannedLosses();
  for (const [op, type, urn, parent] of steps) {
    const old = { type, urn, id: "", parent, inputs: {}, outputs: {}, provider: "" };
    losses.add(event({ resourcePreEvent: { metadata: { op, urn, type, provider: "", old } } }));
  }
  return losses.all();
}

const gone: [type: string, kind: string][] = [
  ["aws:kms/key:Key", "key"],
  ["aws:s3/bucket:Bucket", "bucket"],
  ["aws:secretsmanager/secret:Secret", "secrets"],
  ["kubernetes:velero.io/v1:BackupStorageLocation", "backup"],
  ["vault:index/namespace:Namespace", "vault"],
  ["vault:index/mount:Mount", "vault"],
];

describe("what a plan takes away for good", () => {
  for (const [type, kind] of gone) {
    for (const op of ["delete", "replace", "create-replacement", "delete-replaced"] as const) {
      it(`is a ${type} that meets ${op}`, () => {
        assert.deepEqual(planned([op, type, "u", TENANT]), [{ urn: "u", what: `acme/${kind}` }]);
      });
    }
    for (const op of ["create", "update", "same", "read", "refresh", "import"] as const) {
      it(`is no ${type} that meets ${op}`, () => assert.deepEqual(planned([op, type, "u", TENANT]), []));
    }
  }

  it("is nothing that can be made again", () => {
    assert.deepEqual(planned(["delete", "kubernetes:core/v1:ResourceQuota", "u", TENANT]), []);
  });

  it("is not the place of the backups of a tenant that leaves only its data, and still its key", () => {
    const inState = (state: "offboarding" | "retained") =>
      tenantOf("standard", { lifecycle: { state, legalHold: false, retentionDays: 30 } });
    const lost = (type: string) => planned(["delete", type, "u", TENANT]);
    const location = lost("kubernetes:velero.io/v1:BackupStorageLocation");
    refuseLosses(location, leavingApprovals([inState("retained")]));
    assert.throws(
      () => refuseLosses(location, leavingApprovals([inState("offboarding")])),
      /acme\/backup: u/,
    );
    for (const type of ["aws:kms/key:Key", "vault:index/mount:Mount", "aws:secretsmanager/secret:Secret"]) {
      assert.throws(
        () => refuseLosses(lost(type), leavingApprovals([inState("retained")])),
        /nobody approved it/,
      );
    }
  });

  it("belongs to the tenant at the root of its parents, also where that goes too", () => {
    const losses = planned(
      ["delete", "vault:index/namespace:Namespace", "u", VAULT],
      ["delete", "tenantry:index:Vault", VAULT, TENANT],
      ["delete", "tenantry:index:Tenant", TENANT, ""],
    );
    assert.deepEqual(losses, [{ urn: "u", what: "acme/vault" }]);
  });

  it("belongs to the platform otherwise, and is counted once", () => {
    const steps = ["delete-replaced", "replace", "create-replacement"] as const;
    const losses = planned(
      ...steps.map((op): [OpType, string, string, string] => [op, "aws:s3/bucket:Bucket", "u", ""]),
    );
    assert.deepEqual(losses, [{ urn: "u", what: "platform/bucket" }]);
  });

  it("is all of that where a stack is destroyed", () => {
    const resources = [
      { urn: TENANT, type: "tenantry:index:Tenant" },
      { urn: KEY, type: "aws:kms/key:Key", parent: TENANT },
      { urn: "q", type: "kubernetes:core/v1:ResourceQuota", parent: TENANT },
    ];
    assert.deepEqual(lossesOf({ version: 3, deployment: { resources } }), [{ urn: KEY, what: "acme/key" }]);
    assert.deepEqual(lossesOf({ version: 3, deployment: {} }), []);
  });
});

describe("the refusal of losses", () => {
  const losses = [
    { urn: KEY, what: "acme/key" },
    { urn: "v", what: "acme-eu/vault" },
  ];

  it("ends with exit code 5, what would be lost, and what to do", () => {
    assert.throws(
      () => refuseLosses(losses, ["acme-eu/vault"]),
      (error: unknown) => {
        assert.ok(error instanceof RunFailure);
        assert.equal(error.exitCode, 5);
        assert.equal(
          error.message,
          `this would take away what holds data, and nobody approved it; nothing was changed:
  acme/key: ${KEY}
if it is meant, name it in the option approve, or in the stack's config tenantry:approvals`,
        );
        return true;
      },
    );
  });

  for (const approvals of [[KEY, "v"], ["acme/key", "acme-eu/vault"], ["acme/*", "acme-eu/*"], ["*"]]) {
    it(`heeds ${approvals.join(", ")}`, () => refuseLosses(losses, approvals));
  }

  for (const approvals of [
    [],
    ["acme"],
    ["acme/*"],
    ["acme/vault", "acme-eu/*"],
    ["*/*"],
    ["acme/k*", "v"],
    [""],
  ]) {
    it(`does not take ${JSON.stringify(approvals)} for the approval of both`, () => {
      assert.throws(() => refuseLosses(losses, approvals), { name: "RunFailure" });
    });
  }

  it("has nothing to say where nothing is lost", () => refuseLosses([], []));
});
