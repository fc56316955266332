/** Grants as they are found in a namespace, and taken away; the live ones are in test/engine/23-break-glass.test.ts. */

import assert from "node:assert/strict";
import { v7 as uuid } from "uuid";
import { liveGrants, removeGrant } from "../../automation/credentials/break-glass-grants";
import { grantName } from "../../model/break-glass";
import * as labels from "../../model/labels";
import { fakeCluster, type FakeObject } from "./fake-cluster";

const ACCOUNTS = "/api/v1/namespaces/tenant-acme/serviceaccounts";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-acme/rolebindings";
const HOUR = 3_600_000;
const [open, over, half] = [1, 25, 2].map((hours) =>
  grantName(uuid({ msecs: Date.now() - hours * HOUR })),
) as [string, string, string];
const said = { [labels.GRANT_REASON]: "INC-7", [labels.GRANT_APPROVER]: "bob" };
const object = (name: string, annotations?: Record<string, string>): FakeObject => ({
  metadata: { name, ...(annotations && { annotations }) },
});

describe("break-glass grants in a namespace", () => {
  it("are those that bear a grant's name, also where only half of one is left", async () => {
    const cluster = fakeCluster({
      [ACCOUNTS]: [object("tenant-admin"), object(open), object(over), object(half)],
      [BINDINGS]: [object("tenant-admin"), object("tenant-dev"), object(over), object(open, said)],
    });
    const { grants } = await liveGrants(cluster, "acme", "tenant-acme");
    assert.deepEqual(
      grants.map(({ name, over: ended, reason, approver }) => [name, ended, reason, approver]).sort(),
      [
        [open, false, "INC-7", "bob"],
        [over, true, "(not said)", "(not said)"],
        [half, false, "(not said)", "(not said)"],
      ].sort(),
    );
  });

  it("end by the clock of the API server", async () => {
    const cluster = fakeCluster({ [ACCOUNTS]: [object(open)], [BINDINGS]: [] });
    const date = new Date(Date.now() + 24 * HOUR).toUTCString();
    cluster.interrupt(/version/, { status: 200, message: "", body: {}, date });
    const { grants, now } = await liveGrants(cluster, "acme", "tenant-acme");
    assert.deepEqual([grants[0]?.over, now.toUTCString()], [true, date]);
  });

  it("lose their rights before their account, and may be gone already", async () => {
    const cluster = fakeCluster({ [ACCOUNTS]: [object(open)], [BINDINGS]: [object(open)] });
    await removeGrant(cluster, { name: open, namespace: "tenant-acme" });
    assert.deepEqual(cluster.writes, [`DELETE ${BINDINGS}/${open}`, `DELETE ${ACCOUNTS}/${open}`]);
    cluster.interrupt(/rolebindings/, { status: 404, message: "not found", body: {} });
    cluster.interrupt(/serviceaccounts/, { status: 404, message: "not found", body: {} });
    await removeGrant(cluster, { name: open, namespace: "tenant-acme" });
    cluster.interrupt(/rolebindings/, { status: 403, message: "is forbidden", body: {} });
    await assert.rejects(removeGrant(cluster, { name: open, namespace: "tenant-acme" }), /403 is forbidden/);
  });
});
