/**
 * The deeper planes, asked of live servers: delivery of secrets, environments, roles of workloads, the Pod Security
 * floor, root on record, and whether the API server knows every kind that is declared. What only a controller or a CNI
 * could answer is named in docs/requirements.md.
 */

import assert from "node:assert/strict";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { ask, asGroup, sandbox, tenantId } from "./fixture";
import { ACCOUNT, assumeByToken, clientOptions, REGION } from "./aws";
import { pod, type Ask } from "./kubernetes";
import { policiesSeen } from "./rules";
import { eventually } from "./scheduling";
import { vault } from "./vault";

/** A token of a ServiceAccount, as External Secrets asks for one. */
async function tokenOf(namespace: string, account: string): Promise<string> {
  const { status, message, body } = await ask(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 600 } },
  );
  assert.equal(status, 201, message);
  return (body["status"] as { token: string }).token;
}

describe("delivery of secrets from Vault (R60-R62)", () => {
  const root = () => sandbox().env["VAULT_TOKEN"];

  async function login(id: string, namespace: string, account: string, role = "external-secrets") {
    const jwt = await tokenOf(namespace, account);
    const reply = await vault(undefined, id, "POST", "auth/kubernetes/login", { role, jwt });
    return { ...reply, token: (reply.body["auth"] as { client_token?: string } | undefined)?.client_token };
  }

  before(async () => {
    for (const tenant of ["acme", "globex"]) {
      const written = await vault(root(), tenantId(tenant), "POST", "kv/data/db", {
        data: { of: tenant },
      });
      assert.equal(written.status, 200, written.errors);
    }
  });

  it("opens the tenant's secrets to the namespace's own reader", async () => {
    const { token, errors } = await login(tenantId("acme"), "tenant-acme", "external-secrets");
    assert.ok(token, errors);
    const read = await vault(token, tenantId("acme"), "GET", "kv/data/db");
    assert.deepEqual((read.body["data"] as { data: unknown }).data, { of: "acme" });
  });

  it("opens nothing of another tenant's to it", async () => {
    const { token } = await login(tenantId("acme"), "tenant-acme", "external-secrets");
    const read = await vault(token, tenantId("globex"), "GET", "kv/data/db");
    assert.equal(read.status, 403);
    assert.match(read.errors, /permission denied/);
  });

  it("lets neither another tenant's reader in nor another ServiceAccount of the tenant's", async () => {
    for (const [namespace, account, reason] of [
      ["tenant-globex", "external-secrets", /namespace not authorized/],
      ["tenant-acme-eu", "external-secrets", /namespace not authorized/],
      ["tenant-acme", "workload", /service account name not authorized/],
      ["tenant-acme", "tenant-reconciler", /service account name not authorized/],
      ["tenant-acme", "default", /service account name not authorized/],
    ] as const) {
      const { status, errors, token } = await login(tenantId("acme"), namespace, account);
      assert.equal(token, undefined);
      assert.equal(status, 403, errors);
      assert.match(errors, reason);
    }
  });

  it("takes no token that the API server did not sign", async () => {
    const [header, payload] = (await tokenOf("tenant-acme", "external-secrets")).split(".");
    const jwt = `${header}.${payload}.${"A".repeat(342)}`;
    const reply = await vault(undefined, tenantId("acme"), "POST", "auth/kubernetes/login", {
      role: "external-secrets",
      jwt,
    });
    assert.equal(reply.status, 403);
    assert.match(reply.errors, /permission denied/);
  });

  it("only reads", async () => {
    const { token } = await login(tenantId("acme"), "tenant-acme", "external-secrets");
    const written = await vault(token, tenantId("acme"), "POST", "kv/data/db", { data: {} });
    assert.equal(written.status, 403);
    assert.match(written.errors, /permission denied/);
  });

  it("keeps the environments of a tenant apart", async () => {
    const id = tenantId("hooli");
    for (const environment of ["dev", "prod"]) {
      await vault(root(), id, "POST", `kv/data/${environment}/db`, { data: { environment } });
    }
    const { token, errors } = await login(
      id,
      "tenant-hooli--dev",
      "external-secrets",
      "external-secrets-dev",
    );
    assert.ok(token, errors);
    const own = await vault(token, id, "GET", "kv/data/dev/db");
    assert.deepEqual((own.body["data"] as { data: unknown }).data, { environment: "dev" });
    assert.match((await vault(token, id, "GET", "kv/data/prod/db")).errors, /permission denied/);
    const foreign = await login(id, "tenant-hooli--dev", "external-secrets", "external-secrets-prod");
    assert.match(foreign.errors, /namespace not authorized/);
  });

  it("is declared as a SecretStore that the API server takes, and a misspelt twin it does not", async () => {
    const path = "/apis/external-secrets.io/v1/namespaces/tenant-acme/secretstores";
    const { status, body } = await ask("GET", `${path}/tenant-secrets`);
    assert.equal(status, 200);
    const { provider } = body["spec"] as { provider: { vault: { namespace: string } } };
    assert.equal(provider.vault.namespace, tenantId("acme"));
    const refused = await ask("POST", `${path}?dryRun=All`, {
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name: "misspelt" },
      spec: { provider: { vault: { ...provider.vault, server: undefined } } },
    });
    assert.equal(refused.status, 422);
    assert.match(refused.message, /spec\.provider\.vault\.server: Required value/);
  });

  it("lets a tenant ask for its secrets and not point the store elsewhere", async () => {
    const admin = await asGroup("alice", "acme-admins");
    const external = {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "db" },
      spec: {
        secretStoreRef: { kind: "SecretStore", name: "tenant-secrets" },
        target: { name: "db" },
        dataFrom: [{ extract: { key: "db" } }],
      },
    };
    const base = "/apis/external-secrets.io/v1/namespaces/tenant-acme";
    assert.equal((await admin("POST", `${base}/externalsecrets?dryRun=All`, external)).status, 201);
    const moved = await admin("PATCH", `${base}/secretstores/tenant-secrets`, { spec: {} });
    assert.equal(moved.status, 403);
    assert.match(moved.message, /cannot patch resource "secretstores"/);
  });
});

describe("secrets in AWS Secrets Manager and the role of workloads (R63, R67)", () => {
  const secretId = (name: string) => `tenantry/${tenantId("soylent")}/${name}`;
  const roleOf = (tenant: string) => `tenantry-${tenantId(tenant)}-workload`;
  const subject = (namespace: string, account: string) => `system:serviceaccount:${namespace}:${account}`;

  async function secretsAs(tenant: string, namespace: string, account: string) {
    const credentials = await assumeByToken(roleOf(tenant), { sub: subject(namespace, account) });
    return new SecretsManagerClient(clientOptions(credentials));
  }

  it("gives the role to the tenant's own ServiceAccounts alone", async () => {
    await assumeByToken(roleOf("soylent"), { sub: subject("tenant-soylent", "workload") });
    await assumeByToken(roleOf("soylent"), { sub: subject("tenant-soylent", "external-secrets") });
    await assumeByToken(roleOf("hooli"), { sub: subject("tenant-hooli--prod", "workload") });
    for (const [tenant, namespace, account] of [
      ["soylent", "tenant-acme", "workload"],
      ["soylent", "tenant-soylent", "default"],
      ["soylent", "tenant-soylent2", "workload"],
      ["acme", "tenant-acme-eu", "workload"],
      ["acme", "tenant-acme", "external-secrets"],
      ["hooli", "tenant-hooli", "workload"],
    ] as const) {
      await assert.rejects(
        assumeByToken(roleOf(tenant), { sub: subject(namespace, account) }),
        /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
        `${tenant} ${namespace} ${account}`,
      );
    }
  });

  it("opens the tenant's secrets to its role and to no other", async () => {
    const own = await secretsAs("soylent", "tenant-soylent", "workload");
    await own.send(new PutSecretValueCommand({ SecretId: secretId("database"), SecretString: "s3cret" }));
    const { SecretString } = await own.send(new GetSecretValueCommand({ SecretId: secretId("database") }));
    assert.equal(SecretString, "s3cret");
    const stranger = await secretsAs("acme", "tenant-acme", "workload");
    await assert.rejects(
      stranger.send(new GetSecretValueCommand({ SecretId: secretId("database") })),
      /not authorized to perform: secretsmanager:GetSecretValue/,
    );
  });

  it("is what the ServiceAccount and the store name", async () => {
    const { body } = await ask("GET", "/api/v1/namespaces/tenant-soylent/serviceaccounts/workload");
    const { annotations } = body["metadata"] as { annotations: Record<string, string> };
    assert.equal(
      annotations["eks.amazonaws.com/role-arn"],
      `arn:aws:iam::${ACCOUNT}:role/${roleOf("soylent")}`,
    );
    const { body: store } = await ask(
      "GET",
      "/apis/external-secrets.io/v1/namespaces/tenant-soylent/secretstores/tenant-secrets",
    );
    const { provider } = store["spec"] as { provider: { aws: { region: string; prefix: string } } };
    assert.equal(provider.aws.region, REGION);
    assert.equal(provider.aws.prefix, secretId(""));
  });
});

describe("the Pod Security floor of the cluster (R19)", () => {
  const namespace = (name: string, labels: Record<string, string> = {}) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels },
  });
  const ENFORCE = "pod-security.kubernetes.io/enforce";
  const create = (body: unknown) => ask("POST", "/api/v1/namespaces?dryRun=All", body);

  it("gives a namespace without a level `baseline`, and leaves one with a level alone", async () => {
    for (const [given, level] of [
      [{}, "baseline"],
      [{ [ENFORCE]: "restricted" }, "restricted"],
    ] as const) {
      const { status, message, body } = await create(namespace("some-team", given));
      assert.equal(status, 201, message);
      assert.equal((body["metadata"] as { labels: Record<string, string> }).labels[ENFORCE], level);
    }
  });

  it("refuses a namespace below it, whoever asks and by whatever subresource, but those exempted by name", async () => {
    const sentence = /namespace some-team asks for Pod Security below baseline, the floor of this cluster/;
    const { status, message } = await create(namespace("some-team", { [ENFORCE]: "privileged" }));
    assert.equal(status, 403);
    assert.match(message, sentence);
    const patch = { metadata: { labels: { [ENFORCE]: "privileged" } } };
    for (const path of ["default", "default/status"]) {
      const answer = await ask("PATCH", `/api/v1/namespaces/${path}?dryRun=All`, patch);
      assert.equal(answer.status, 403, path);
      assert.match(answer.message, /namespace default asks for Pod Security below baseline/);
    }
    const exempt = await ask("PATCH", "/api/v1/namespaces/kube-system?dryRun=All", patch);
    assert.equal(exempt.status, 200, exempt.message);
  });

  it("lets one that is below it since before be labelled and removed", async () => {
    const binding =
      "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/tenantry-pod-security-floor";
    const path = "/api/v1/namespaces/old-team";
    const bind = async (validationActions: string[]) => {
      assert.equal((await ask("PATCH", binding, { spec: { validationActions } })).status, 200);
      await policiesSeen();
    };
    await bind(["Audit"]);
    try {
      const { status, message } = await ask(
        "POST",
        "/api/v1/namespaces",
        namespace("old-team", { [ENFORCE]: "privileged" }),
      );
      assert.equal(status, 201, message);
    } finally {
      await bind(["Deny"]);
    }
    assert.equal((await ask("PATCH", path, { metadata: { labels: { team: "old" } } })).status, 200);
    assert.equal((await ask("DELETE", path)).status, 200);
    await eventually(async () => assert.equal((await ask("GET", path)).status, 404));
  });
});

describe("root on record (R39)", () => {
  const asRoot = () =>
    pod("root", {
      securityContext: { runAsUser: 0, runAsNonRoot: false, seccompProfile: { type: "RuntimeDefault" } },
    });
  const create = (as: Ask, tenant: string, body: unknown) =>
    as("POST", `/api/v1/namespaces/tenant-${tenant}/pods?dryRun=All`, body);

  it("lets the tenant that opted out run as root, and no other", async () => {
    const soylent = await asGroup("sol", "soylent-devs");
    const { status, message } = await create(soylent, "soylent", asRoot());
    assert.equal(status, 201, message);
    const refused = await create(await asGroup("dan", "acme-devs"), "acme", asRoot());
    assert.equal(refused.status, 403);
    assert.match(refused.message, /violates PodSecurity "restricted:v1\.36": runAsNonRoot != true/);
  });

  it("never goes below `baseline`", async () => {
    const soylent = await asGroup("sol", "soylent-devs");
    const { status, message } = await create(
      soylent,
      "soylent",
      pod("privileged", {}, { securityContext: { privileged: true } }),
    );
    assert.equal(status, 403);
    assert.match(message, /violates PodSecurity "baseline:v1\.36": privileged/);
  });
});

describe("environments (R32)", () => {
  it("have the parts of one quota, and nothing more together", async () => {
    const hard = async (environment: string) => {
      const path = `/api/v1/namespaces/tenant-hooli--${environment}/resourcequotas/tenant-quota`;
      return ((await ask("GET", path)).body["spec"] as { hard: Record<string, string> }).hard;
    };
    const [dev, prod] = [await hard("dev"), await hard("prod")];
    assert.deepEqual([dev["requests.cpu"], prod["requests.cpu"]], ["1200m", "2800m"]);
    assert.equal(Number(dev["pods"]) + Number(prod["pods"]), 50);
  });

  it("are open to the tenant's people alike, and to nobody else", async () => {
    const admin = await asGroup("gavin", "hooli-admins");
    const stranger = await asGroup("alice", "acme-admins");
    for (const environment of ["dev", "prod"]) {
      const pods = `/api/v1/namespaces/tenant-hooli--${environment}/pods`;
      assert.equal((await admin("GET", pods)).status, 200);
      assert.match((await stranger("GET", pods)).message, /cannot list resource "pods"/);
    }
  });
});

describe("kinds of other systems", () => {
  for (const [what, path, spoil, sentence] of [
    [
      "CiliumNetworkPolicy (R49)",
      "/apis/cilium.io/v2/namespaces/tenant-acme/ciliumnetworkpolicies/allow-names",
      { egress: [{ toFQDNs: [{ matchName: "not a name" }] }] },
      /spec\.egress\[0\]\.toFQDNs\[0\]\.matchName/,
    ],
    [
      "CiliumPodIPPool (R51)",
      "/apis/cilium.io/v2alpha1/ciliumpodippools/tenant-acme-eu",
      { ipv4: { cidrs: ["10.128.0.0/22"], maskSize: 99 } },
      /spec\.ipv4\.maskSize/,
    ],
    [
      "ClusterNetworkPolicy (R48)",
      "/apis/policy.networking.k8s.io/v1alpha2/clusternetworkpolicies/tenant-acme",
      { tier: "Nobody" },
      /spec\.tier: Unsupported value: "Nobody"/,
    ],
    [
      "ListenerSet (R50)",
      "/apis/gateway.networking.k8s.io/v1/namespaces/tenant-gateway/listenersets/tenant-acme",
      { listeners: [{ name: "x", hostname: "not a host", port: 443, protocol: "HTTPS" }] },
      /spec\.listeners\[0\]\.hostname/,
    ],
    [
      "Gateway (R50)",
      "/apis/gateway.networking.k8s.io/v1/namespaces/tenant-gateway/gateways/tenant-gateway",
      { allowedListeners: { namespaces: { from: "Anybody" } } },
      /spec\.allowedListeners\.namespaces\.from/,
    ],
  ] as const) {
    it(`${what} stands on the API server, whose schema refuses its spoilt twin`, async () => {
      const { status, message } = await ask("GET", path);
      assert.equal(status, 200, message);
      const spoilt = await ask("PATCH", `${path}?dryRun=All`, { spec: spoil });
      assert.equal(spoilt.status, 422, spoilt.message);
      assert.match(spoilt.message, sentence);
    });
  }

  it("lets only the tenant's namespaces attach to its hosts", async () => {
    const { body } = await ask(
      "GET",
      "/apis/gateway.networking.k8s.io/v1/namespaces/tenant-gateway/listenersets/tenant-acme",
    );
    const { listeners } = body["spec"] as {
      listeners: { allowedRoutes: { namespaces: { selector: { matchLabels: unknown } } } }[];
    };
    for (const { allowedRoutes } of listeners) {
      assert.deepEqual(allowedRoutes.namespaces.selector.matchLabels, { tenant: tenantId("acme") });
    }
  });
});
