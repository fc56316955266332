import assert from "node:assert/strict";
import { connect, type Connections } from "../../proof/connect";
import { formatProblems, preflight } from "../../proof/preflight";
import { ReadError } from "../../proof/reader";
import { platform, tenantOf } from "../components/fixtures";
import { serve, withEnvironment } from "./server";

const acme = tenantOf("standard");
const KINDS = { resources: [{ kind: "BackupStorageLocation" }, { kind: "Schedule" }] };
const roles = ["admin", "dev", "view", "reconciler"].map((role) => ({
  metadata: { name: `tenant-${role}` },
}));
const kubeSystem = { metadata: { name: "kube-system", uid: platform.clusterUid } };

const LOCATION = "<LocationConstraint>eu-central-1</LocationConstraint>";

describe("before a run", () => {
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
      readonly administrator?: boolean;
      readonly bucket?: [status: number, headers?: Record<string, string>];
      readonly key?: [status: number, body: unknown];
    }

    async function problems(servers: Servers): Promise<{ text: string[]; vault: string }> {
      const vault = await serve(({ url = "" }) => {
        const path = url.replace(/^\/v1\//, "").replace(/\?.*/, "");
        const answers: Record<string, [number, unknown]> = {
          // As a performance standby answers where it is not asked to pass for an active node.
          "sys/health": url.includes("perfstandbyok=true") ? [200, HEALTHY] : [473, HEALTHY],
          "auth/token/lookup-self": [200, {}],
          "sys/namespaces": [404, { errors: [] }],
          ...servers.vault,
        };
        return answers[path] ?? [404, {}];
      });
      const aws = await serve(({ url = "", headers }) => {
        if (url.includes("?location")) {
          const [status, more] = servers.bucket ?? [200];
          return [status, status === 200 ? LOCATION : "", more];
        }
        return headers["x-amz-target"] === "TrentService.DescribeKey"
          ? (servers.key ?? [400, { __type: "NotFoundException", message: "no alias" }])
          : [200, identity(servers.account ?? "123456789012")];
      });
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
            kubernetes: () =>
              Promise.resolve({
                address: "https://cluster.test",
                get,
                mayEverything: () => Promise.resolve(servers.administrator === true),
              }),
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
        "a page of somebody else's in Vault's place",
        { vault: { "sys/health": [200, "<html>Welcome to nginx!</html>"] } },
        (vault) =>
          `unreachable: what answers at ${vault} is no Vault: its health is not what Vault says of itself; check VAULT_ADDR and what stands before it`,
      ],
      [
        "a document of somebody else's in Vault's place",
        { vault: { "sys/health": [200, { status: "ok" }] } },
        (vault) =>
          `unreachable: what answers at ${vault} is no Vault: its health is not what Vault says of itself; check VAULT_ADDR and what stands before it`,
      ],
      [
        "a Vault without namespaces",
        { vault: { "sys/namespaces": [404, { errors: ["1 error occurred: unsupported path"] }] } },
        (vault) =>
          `missing: Vault at ${vault} has no namespaces (1 error occurred: unsupported path), and every tenant gets one; use OpenBao 2.6.2 or later, or Vault Enterprise`,
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
        "an administrator",
        { administrator: true },
        () =>
          "credentials: the kubeconfig's user may do everything in the cluster, and a tenant list runs as the provisioner; get its token: kubectl create token provisioner -n tenantry-system (docs/provisioner.md)",
      ],
      [
        "another AWS account",
        { account: "999999999999" },
        () =>
          "credentials: the AWS credentials are of account 999999999999, and the platform is in 123456789012; set those of the right account",
      ],
      [
        "no bucket",
        { bucket: [404] },
        () => "missing: the backup bucket test-backups is missing; run: pulumi up --stack platform",
      ],
      [
        "a bucket of another region",
        { bucket: [301, { "x-amz-bucket-region": "us-east-1" }] },
        () =>
          "conflict: the backup bucket test-backups lies in us-east-1, and the platform in eu-central-1; name a bucket of that region, or correct aws.region",
      ],
      [
        "a key that is disabled",
        { key: [200, { KeyMetadata: { KeyId: "k", KeyState: "Disabled" } }] },
        () =>
          `conflict: the KMS key behind alias/tenantry/${acme.id} of tenant acme is disabled, so that neither volumes nor backups can be read or written; find out why, then: aws kms enable-key --key-id k`,
      ],
      [
        "keys that are not to be seen",
        { key: [400, { __type: "AccessDeniedException", message: "not authorized" }] },
        () =>
          "credentials: KMS does not show the tenants' keys: not authorized; check the credentials' right to kms:DescribeKey",
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
