import assert from "node:assert/strict";
import { connect, type Connections } from "../../proof/connect";
import { itemsOf } from "../../proof/documents";
import {
  formatProblems,
  judgeCluster,
  judgeHealth,
  judgeVaultNamespaces,
  preflight,
  type LiveCluster,
  type Problem,
} from "../../proof/preflight";
import { ReadError } from "../../proof/reader";
import { neighbour, platform, tenantOf } from "../components/fixtures";
import { serve, withEnvironment } from "./server";

const acme = tenantOf("standard");
const KINDS = { resources: [{ kind: "BackupStorageLocation" }, { kind: "Schedule" }] };
const roles = ["admin", "dev", "view", "reconciler"].map((role) => ({
  metadata: { name: `tenant-${role}` },
}));
const kubeSystem = { metadata: { name: "kube-system", uid: platform.clusterUid } };
const own = { tenant: acme.id };

function clusterWith(changes: {
  namespaces?: unknown[];
  classes?: unknown[];
  roles?: unknown[];
  velero?: unknown;
}) {
  const items = (objects: unknown[]) => itemsOf({ items: objects });
  return {
    namespaces: items(changes.namespaces ?? [kubeSystem]),
    classes: items(changes.classes ?? []),
    roles: items(changes.roles ?? roles),
    velero: "velero" in changes ? changes.velero : KINDS,
  } satisfies LiveCluster;
}

describe("before a run", () => {
  describe("the cluster", () => {
    const stranger = `exists and is not tenant acme's (no label tenant=${acme.id}); it is not adopted: remove it or name the tenant otherwise`;
    const cases: [string, Parameters<typeof clusterWith>[0], Problem[]][] = [
      ["is fit", {}, []],
      [
        "is fit where all is there already",
        {
          namespaces: [kubeSystem, { metadata: { name: "tenant-acme", labels: own } }],
          classes: [{ metadata: { name: "tenant-acme", labels: own } }],
        },
        [],
      ],
      [
        "is another",
        { namespaces: [{ metadata: { name: "kube-system", uid: "other" } }] },
        [
          {
            kind: "conflict",
            message: `the kubeconfig leads to another cluster than the platform stack: kube-system has the UID other, not ${platform.clusterUid}; check KUBECONFIG, or run the platform stack on this cluster first`,
          },
        ],
      ],
      [
        "knows nothing of Velero",
        { velero: undefined },
        ["BackupStorageLocation", "Schedule"].map((kind) => ({
          kind: "missing" as const,
          message: `the cluster does not know the kind velero.io/v1 ${kind}; install Velero's CRDs`,
        })),
      ],
      [
        "lacks a role",
        { roles: roles.slice(1) },
        [
          {
            kind: "missing",
            message: "ClusterRole tenant-admin is missing; run: pulumi up --stack platform --refresh",
          },
        ],
      ],
      [
        "holds a stranger's namespace",
        {
          namespaces: [
            kubeSystem,
            { metadata: { name: "tenant-acme", labels: { tenant: String(neighbour.id) } } },
          ],
        },
        [{ kind: "conflict", message: `namespace tenant-acme ${stranger}` }],
      ],
      [
        "holds a stranger's StorageClass",
        { classes: [{ metadata: { name: "tenant-acme" } }] },
        [{ kind: "conflict", message: `StorageClass tenant-acme ${stranger}` }],
      ],
      [
        "still deletes the namespace",
        {
          namespaces: [
            kubeSystem,
            {
              metadata: { name: "tenant-acme", labels: own, deletionTimestamp: "now", finalizers: ["x/y"] },
              spec: { finalizers: ["kubernetes"] },
            },
          ],
        },
        [
          {
            kind: "conflict",
            message:
              "namespace tenant-acme of tenant acme is being deleted (finalizers: x/y, kubernetes); wait until it is gone, then run again",
          },
        ],
      ],
    ];
    for (const [what, changes, expected] of cases) {
      it(what, () => assert.deepEqual(judgeCluster([acme], platform, clusterWith(changes)), expected));
    }
  });

  describe("Vault's health", () => {
    const at = "http://vault.test";
    for (const version of ["2.6.2", "2.6.10", "2.7.0", "3.0.0", "1.20.0+ent", undefined]) {
      it(`takes version ${version}`, () =>
        assert.deepEqual(judgeHealth(at, { initialized: true, sealed: false, version }), []));
    }
    for (const version of ["2.6.1", "2.5.9", "1.99.99", "2.5.0-hsm"]) {
      it(`refuses version ${version}`, () =>
        assert.deepEqual(judgeHealth(at, { initialized: true, sealed: false, version }), [
          {
            kind: "conflict",
            message: `Vault at ${at} is version ${version}; before 2.6.2 namespaces of OpenBao could reach into each other: upgrade it`,
          },
        ]));
    }
  });

  it("takes a Vault namespace for ours by list and name only", () => {
    const live = (list: string, name: string) =>
      new Map([[acme.id, { metadata: { "tenantry-list": list, "tenantry-tenant": name }, tainted: false }]]);
    assert.deepEqual(judgeVaultNamespaces([acme], live("sample", "acme")), []);
    assert.deepEqual(judgeVaultNamespaces([acme], new Map()), []);
    const foreign: Problem = {
      kind: "conflict",
      message: `Vault namespace ${acme.id} exists and is not tenant acme's of the list sample; it is not adopted: find out whose it is, or give the tenant a new id`,
    };
    assert.deepEqual(judgeVaultNamespaces([acme], live("other", "acme")), [foreign]);
    assert.deepEqual(judgeVaultNamespaces([acme], live("sample", "other")), [foreign]);
  });

  describe("end to end", () => {
    const HEALTHY = { initialized: true, sealed: false, version: "2.7.2" };
    const CLUSTER: Record<string, unknown> = {
      "/readyz": "ok",
      "/api/v1/namespaces": { items: [kubeSystem] },
      "/apis/storage.k8s.io/v1/storageclasses": { items: [] },
      "/apis/rbac.authorization.k8s.io/v1/clusterroles?labelSelector=tenantry.dev/platform": { items: roles },
      "/apis/velero.io/v1": KINDS,
    };
    const identity = (account: string) =>
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

    interface Servers {
      readonly vault?: Record<string, [number, unknown]>;
      readonly cluster?: (path: string) => Promise<unknown>;
      readonly account?: string;
      readonly bucket?: number;
    }

    async function problems(servers: Servers): Promise<{ text: string[]; vault: string }> {
      const vault = await serve(({ url = "" }) => {
        const path = url.replace(/^\/v1\//, "").replace(/\?.*/, "");
        const answers: Record<string, [number, unknown]> = {
          "sys/health": [200, HEALTHY],
          "auth/token/lookup-self": [200, {}],
          "sys/namespaces": [404, { errors: [] }],
          ...servers.vault,
        };
        return answers[path] ?? [404, {}];
      });
      const aws = await serve(({ method }) =>
        method === "HEAD" ? [servers.bucket ?? 200, ""] : [200, identity(servers.account ?? "123456789012")],
      );
      const environment = {
        VAULT_ADDR: vault.address,
        VAULT_TOKEN: "hvs.canary",
        VAULT_NAMESPACE: undefined,
        AWS_ENDPOINT_URL: aws.address,
        AWS_ACCESS_KEY_ID: "id",
        AWS_SECRET_ACCESS_KEY: "aws-canary",
      };
      const get = servers.cluster ?? ((path: string) => Promise.resolve(CLUSTER[path]));
      try {
        return await withEnvironment(environment, async () => {
          const connections: Connections = {
            ...connect(platform),
            kubernetes: () => Promise.resolve({ address: "https://cluster.test", get }),
          };
          const found = await preflight([acme], connections);
          assert.ok(!JSON.stringify(found).includes("canary"));
          return { text: found.map(({ kind, message }) => `${kind}: ${message}`), vault: vault.address };
        });
      } finally {
        await Promise.all([vault.close(), aws.close()]);
      }
    }

    it("finds nothing where all is well", async () => assert.deepEqual((await problems({})).text, []));

    const namespaces = (info: unknown): [number, unknown] => [
      200,
      { data: { keys: [`${acme.id}/`], key_info: { [`${acme.id}/`]: info } } },
    ];
    const TOKEN = "VAULT_TOKEN: it may have expired, or lack rights on sys/namespaces";
    const cases: [string, Servers, (vault: string) => string][] = [
      [
        "a sealed Vault",
        { vault: { "sys/health": [200, { ...HEALTHY, sealed: true }] } },
        (vault) => `unreachable: Vault at ${vault} is sealed; unseal it, then run again`,
      ],
      [
        "a Vault that was never initialised",
        { vault: { "sys/health": [200, { initialized: false, sealed: true }] } },
        (vault) => `unreachable: Vault at ${vault} is not initialised; run its operator init`,
      ],
      [
        "a Vault that refuses the token",
        { vault: { "auth/token/lookup-self": [403, { errors: ["permission denied"] }] } },
        (vault) =>
          `credentials: Vault at ${vault} refuses the credentials: GET ${vault}/v1/auth/token/lookup-self: 403 permission denied; check ${TOKEN}`,
      ],
      [
        "a Vault that does not show its namespaces",
        { vault: { "sys/namespaces": [403, { errors: ["permission denied"] }] } },
        (vault) =>
          `credentials: Vault at ${vault} refuses the credentials: GET ${vault}/v1/sys/namespaces?list=true: 403 permission denied; check ${TOKEN}`,
      ],
      [
        "a stranger's Vault namespace",
        { vault: { "sys/namespaces": namespaces({ custom_metadata: null }) } },
        () =>
          `conflict: Vault namespace ${acme.id} exists and is not tenant acme's of the list sample; it is not adopted: find out whose it is, or give the tenant a new id`,
      ],
      [
        "a Vault namespace on its way out",
        { vault: { "sys/namespaces": namespaces({ custom_metadata: {}, tainted: true }) } },
        () =>
          `conflict: Vault namespace ${acme.id} of tenant acme is still being deleted; wait until it is gone, then run again`,
      ],
      [
        "a cluster that does not answer",
        {
          cluster: () =>
            Promise.reject(new ReadError(0, "GET https://cluster.test/readyz: no answer in 10 s")),
        },
        () =>
          "unreachable: the API server does not answer: GET https://cluster.test/readyz: no answer in 10 s; check KUBECONFIG and that the cluster runs",
      ],
      [
        "a cluster that refuses a list",
        {
          cluster: (path) =>
            path.endsWith("namespaces")
              ? Promise.reject(new ReadError(403, "GET …: 403 forbidden"))
              : Promise.resolve(CLUSTER[path]),
        },
        () =>
          "credentials: the API server refuses the credentials: GET …: 403 forbidden; check the rights of the kubeconfig's user",
      ],
      [
        "another AWS account",
        { account: "999999999999" },
        () =>
          "credentials: the AWS credentials are of account 999999999999, and the platform is in 123456789012; set those of the right account",
      ],
      [
        "no bucket",
        { bucket: 404 },
        () =>
          "missing: the backup bucket test-backups does not answer: it answered 404; run: pulumi up --stack platform",
      ],
    ];
    for (const [what, servers, expected] of cases) {
      it(`finds ${what}`, async () => {
        const { text, vault } = await problems(servers);
        assert.deepEqual(text, [expected(vault)]);
      });
    }
  });

  it("says every problem and that nothing was changed", () => {
    assert.equal(
      formatProblems([
        { kind: "conflict", message: "a" },
        { kind: "missing", message: "b" },
      ]),
      "conflict: a\nmissing: b\n2 problems before the run; nothing was changed",
    );
  });
});
