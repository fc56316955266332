import assert from "node:assert/strict";
import { SHARED } from "../../automation/engine/changes";
import { refuseOthers, refuseProtectedRemoval } from "../../automation/engine/plan-rules";
import { tenantOf } from "../components/fixtures";

describe("a plan for one tenant alone", () => {
  const unchanged = { same: 40, read: 1, refresh: 3 };

  it("may change that tenant, and the stack itself for the first tenant of a list", () => {
    refuseOthers({ acme: { create: 40 }, globex: unchanged, [SHARED]: { create: 4 } }, "acme");
  });

  it("is refused where another tenant would change, by the names of all that would", () => {
    const planned = { acme: {}, globex: { update: 1, same: 3 }, hooli: { delete: 1 }, initech: unchanged };
    assert.throws(
      () => refuseOthers(planned, "acme"),
      /^RunFailure: not only acme would change, but globex, hooli too; nothing was changed: /,
    );
  });

  it("is not asked for where no tenant is named", () => {
    refuseOthers({ acme: { delete: 1 }, globex: { create: 1 } }, undefined);
  });
});

describe("a protected tenant whose file is gone", () => {
  const tenant = { urn: "u::p::t::acme", type: "tenantry:index:Tenant" };
  const key = { urn: "key", type: "aws:kms/key:Key", parent: tenant.urn };
  const state = (protect: boolean) => ({
    version: 3,
    deployment: { resources: [tenant, { ...key, protect }] },
  });
  const declared = [{ ...tenantOf("standard"), name: "acme" }];

  it("refuses the run before anything is deleted", () => {
    assert.throws(
      () => refuseProtectedRemoval([], state(true)),
      /^RunFailure: no file declares acme any more, but protected resources stand; nothing was changed: /,
    );
  });
  it("is none where its file stands", () => refuseProtectedRemoval(declared, state(true)));
  it("is none where nothing of it is protected", () => refuseProtectedRemoval([], state(false)));
  it("is none of the platform, which declares no tenants", () =>
    refuseProtectedRemoval(undefined, state(true)));
});
