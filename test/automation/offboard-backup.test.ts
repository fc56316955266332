import assert from "node:assert/strict";
import type { LiveServers } from "../../automation/live-servers";
import { finalBackup } from "../../automation/leaving/backup";
import type { RunFailure } from "../../automation/outcome";
import { dayOf } from "../../automation/leaving/retention";
import { platform, tenantOf } from "../components/fixtures";
import { fakeCluster, type FakeObject } from "./fake-cluster";

const BACKUPS = "/apis/velero.io/v1/namespaces/velero/backups";
const NS = "/api/v1/namespaces/tenant-acme";
const TODAY = dayOf(new Date());
const SHUT_OUT = "2026-11-23T12:00:00Z";
const soon = { seconds: 0 };
const acme = tenantOf("standard");

function servers(backups: FakeObject[], more: Record<string, FakeObject[]> = {}) {
  const managedFields = [
    { time: SHUT_OUT, manager: "pulumi" },
    { time: "2030-01-01T00:00:00Z", subresource: "status" },
  ];
  const cluster = fakeCluster({
    [BACKUPS]: backups,
    [`${NS}/resourcequotas`]: [{ metadata: { name: "tenant-quota", managedFields } }],
    [`${NS}/persistentvolumeclaims`]: [],
    [`${NS}/pods`]: [],
    ...more,
  });
  return {
    cluster,
    live: { platform, operator: { cluster }, provisioner: { cluster } } as unknown as LiveServers,
  };
}

function backup(name: string, phase: string, more: object = {}, creationTimestamp = SHUT_OUT): FakeObject {
  return { metadata: { name, creationTimestamp }, status: { phase, ...more } };
}

describe("the last backup (R70, R90)", () => {
  const name = `tenant-acme-final-${TODAY}`;

  it("is asked of Velero, for all of the tenant's namespaces, and never ends by Velero's own clock", async () => {
    const { cluster, live } = servers([]);
    let asked: { spec: Record<string, unknown>; metadata: { labels: Record<string, string> } } | undefined;
    const watched = {
      ...live,
      operator: {
        cluster: {
          ...cluster,
          request: (method: string, path: string, body?: unknown) => {
            if (method === "POST") {
              asked = body as typeof asked;
              return Promise.resolve({ status: 201, message: "", body: {} });
            }
            return path === `${BACKUPS}/${name}`
              ? Promise.resolve({ status: 200, message: "", body: { status: { phase: "Completed" } } })
              : cluster.request(method, path, body);
          },
        },
      },
    } as unknown as LiveServers;
    const taken = await finalBackup(acme, watched, soon);
    assert.deepEqual([taken.name, taken.phase], [name, "Completed"]);
    assert.equal(asked?.metadata.labels["tenant"], acme.id);
    const { spec } = asked ?? { spec: {} };
    assert.deepEqual(spec["includedNamespaces"], ["tenant-acme"]);
    assert.equal(spec["storageLocation"], "tenant-acme");
    assert.equal(spec["defaultVolumesToFsBackup"], true);
    assert.ok(parseInt(String(spec["ttl"])) > 3650 * 24, String(spec["ttl"]));
  });

  it("is the one that an earlier run has had taken", async () => {
    const { cluster, live } = servers([
      backup("tenant-acme-final-2026-11-20", "Completed", { expiration: "later" }),
    ]);
    const { name: found, expires, location } = await finalBackup(acme, live, soon);
    assert.deepEqual([found, expires], ["tenant-acme-final-2026-11-20", "later"]);
    assert.match(location, new RegExp(`^s3://.*/tenants/${acme.id}/$`));
    assert.deepEqual(cluster.writes, []);
  });

  it("is not one from before the tenant was shut out: that offboarding was called off", async () => {
    const { cluster, live } = servers([backup(name, "Completed", {}, "2026-11-23T11:59:59Z")]);
    await assert.rejects(finalBackup(acme, live, soon));
    assert.deepEqual(cluster.writes, [`POST ${BACKUPS}`]);
  });

  for (const [phase, more, why] of [
    ["PartiallyFailed", { errors: 2, warnings: 1 }, /\(2 errors, 1 warnings\)/],
    [
      "Failed",
      { failureReason: "found a backup with status InProgress" },
      /\(found a backup with status InProgress\)/,
    ],
    ["FailedValidation", { validationErrors: ["no such location"] }, /\(no such location\)/],
  ] as const) {
    it(`fails in Velero's words where it is ${phase}, and nothing is removed`, async () => {
      const { cluster, live } = servers([]);
      cluster.interrupt(/GET .*backups\/tenant-acme-final/, {
        status: 200,
        message: "",
        body: { status: { phase, ...more } },
      });
      cluster.interrupt(/POST /, { status: 201, message: "", body: {} });
      await assert.rejects(finalBackup(acme, live, soon), (error: RunFailure) => {
        assert.equal(error.kind, "resource");
        assert.match(error.message, new RegExp(`the last backup is ${phase}: ${BACKUPS}/${name}`));
        assert.match(error.message, why);
        assert.match(error.message, /nothing was removed/);
        return true;
      });
    });
  }

  it("that failed is tried again under another name", async () => {
    const { cluster, live } = servers([backup(name, "PartiallyFailed")]);
    cluster.interrupt(/GET .*-2$/, { status: 200, message: "", body: { status: { phase: "Completed" } } });
    cluster.interrupt(/GET .*-2$/, { status: 200, message: "", body: { status: { phase: "Completed" } } });
    cluster.interrupt(/POST /, { status: 201, message: "", body: {} });
    assert.equal((await finalBackup(acme, live, soon)).name, `${name}-2`);
  });

  it("is waited for, and named when the time is over", () =>
    assert.rejects(
      finalBackup(acme, servers([backup(name, "InProgress")]).live, soon),
      (error: RunFailure) => {
        assert.equal(error.kind, "timeout");
        assert.match(
          error.message,
          /after 0 s the last backup is still InProgress: .*; see whether Velero runs/,
        );
        return true;
      },
    ));

  it("is not begun where no running pod has a volume mounted: it would lie there empty", async () => {
    const mounting = (phase: string) => ({
      metadata: { name: phase.toLowerCase() },
      spec: {
        volumes: [{ persistentVolumeClaim: { claimName: `of-${phase.toLowerCase()}` } }, { emptyDir: {} }],
      },
      status: { phase },
    });
    const claim = (claimed: string, phase: string) => ({ metadata: { name: claimed }, status: { phase } });
    const { cluster, live } = servers([], {
      [`${NS}/persistentvolumeclaims`]: [
        claim("of-running", "Bound"),
        claim("of-succeeded", "Bound"),
        claim("alone", "Bound"),
        claim("never-used", "Pending"),
      ],
      [`${NS}/pods`]: [mounting("Running"), mounting("Succeeded")],
    });
    await assert.rejects(
      finalBackup(acme, live, soon),
      /no running pod has these volumes mounted, .*: tenant-acme\/of-succeeded, tenant-acme\/alone; resume the tenant/,
    );
    assert.deepEqual(cluster.writes, []);
  });

  it("cannot be where Velero is not", () => {
    const { cluster, live } = servers([]);
    cluster.interrupt(/GET .*backups/, { status: 404, message: "no such kind", body: {} });
    return assert.rejects(
      finalBackup(acme, live, soon),
      /knows no kind Backup: Velero is not installed; .*skipBackup/,
    );
  });
});
