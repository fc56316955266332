/** What each plane declares when the platform has it and the tenant asks for it, and nothing where not. */

import assert from "node:assert/strict";
import { declareTenants } from "../../components/tenant-list";
import type { Platform } from "../../model/platform";
import { shareOf } from "../../model/quota";
import type { Tenant } from "../../model/tenant";
import { tiers } from "../../model/tiers";
import { equipped, platform as plain, tenantOf } from "./fixtures";
import { graphOf, type Declared } from "./graph";

type Json = Readonly<Record<string, unknown>>;
const ID = tenantOf("standard").id;

async function declared(changes: Partial<Tenant> = {}, platform: Platform = equipped()): Promise<Declared[]> {
  return graphOf(() => declareTenants([tenantOf("standard", changes)], platform, []));
}

function only(graph: readonly Declared[], name: string): Json {
  const found = graph.filter((resource) => resource.custom && resource.name === name);
  assert.equal(found.length, 1, `${found.length} resources named ${name}`);
  return found[0]?.props ?? {};
}

const namesOf = (graph: readonly Declared[]) => graph.filter(({ custom }) => custom).map(({ name }) => name);
const network = tenantOf("standard").network;
const policyOf = (props: Json, field = "policy") =>
  JSON.parse(props[field] as string) as { Statement: Record<string, unknown>[] };

describe("a tenant that asks for nothing, on a platform that has nothing", () => {
  it("gets none of the optional planes", async () => {
    const names = namesOf(await declared({}, plain));
    for (const child of [
      "allow-names",
      "wall",
      "address-pool",
      "listeners",
      "secret-store",
      "pod-identity",
    ]) {
      assert.ok(!names.includes(`acme-${child}`), child);
    }
  });
});

describe("egress by DNS name (R49)", () => {
  const names = [
    { host: "api.stripe.com", ports: [{ port: 443, protocol: "TCP" as const }] },
    {
      host: "*.cdn.example",
      ports: [
        { port: 8000, endPort: 8010, protocol: "TCP" as const },
        { port: 443, protocol: "UDP" as const },
      ],
    },
  ];

  it("is a CiliumNetworkPolicy that sends DNS through the proxy and opens the names", async () => {
    const props = only(await declared({ network: { ...network, names } }), "acme-allow-names");
    assert.equal(props["kind"], "CiliumNetworkPolicy");
    assert.deepEqual(props["spec"], {
      endpointSelector: {},
      egress: [
        {
          toEndpoints: [
            { matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns" } },
          ],
          toPorts: [
            {
              ports: [
                { port: "53", protocol: "UDP" },
                { port: "53", protocol: "TCP" },
              ],
              rules: { dns: [{ matchPattern: "*" }] },
            },
          ],
        },
        {
          toFQDNs: [{ matchName: "api.stripe.com" }],
          toPorts: [{ ports: [{ port: "443", protocol: "TCP" }] }],
        },
        {
          toFQDNs: [{ matchPattern: "*.cdn.example" }],
          toPorts: [
            {
              ports: [
                { port: "8000", endPort: 8010, protocol: "TCP" },
                { port: "443", protocol: "UDP" },
              ],
            },
          ],
        },
      ],
    });
  });

  it("is a NetworkPolicy of Calico Enterprise with domains, a rule for each protocol", async () => {
    const graph = await declared({ network: { ...network, names } }, equipped({ cni: "calico-enterprise" }));
    const props = only(graph, "acme-allow-names");
    assert.equal(
      `${String(props["apiVersion"])} ${String(props["kind"])}`,
      "projectcalico.org/v3 NetworkPolicy",
    );
    const { egress } = props["spec"] as { egress: unknown[] };
    assert.deepEqual(egress, [
      {
        action: "Allow",
        protocol: "TCP",
        destination: { domains: ["api.stripe.com"], ports: [443] },
      },
      {
        action: "Allow",
        protocol: "TCP",
        destination: { domains: ["*.cdn.example"], ports: ["8000:8010"] },
      },
      { action: "Allow", protocol: "UDP", destination: { domains: ["*.cdn.example"], ports: [443] } },
    ]);
  });

  it("is not declared for a tenant that names none", async () => {
    const names = namesOf(await declared({ network: { ...network, names: [] } }));
    assert.ok(!names.includes("acme-allow-names"));
  });
});

describe("the wall between tenants (R48)", () => {
  for (const [kind, apiVersion, tier] of [
    ["AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1", undefined],
    ["ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2", "Admin"],
  ] as const) {
    it(`denies every other tenant and nobody else, as ${kind}`, async () => {
      const props = only(await declared({}, equipped({ adminNetworkPolicy: kind })), "acme-wall");
      const others = {
        namespaces: {
          matchExpressions: [
            { key: "tenant", operator: "Exists" },
            { key: "tenant", operator: "NotIn", values: [ID] },
          ],
        },
      };
      assert.equal(props["apiVersion"], apiVersion);
      assert.equal(props["kind"], kind);
      assert.deepEqual(props["spec"], {
        ...(tier && { tier }),
        priority: 100,
        subject: { namespaces: { matchLabels: { tenant: ID } } },
        ingress: [{ name: "deny-other-tenants", action: "Deny", from: [others] }],
        egress: [{ name: "deny-other-tenants", action: "Deny", to: [others] }],
      });
    });
  }
});

describe("the tenant's own pod addresses (R51)", () => {
  const own = { network: { ...network, podCidr: "10.128.4.0/22" } };
  const annotations = (graph: readonly Declared[]) =>
    (
      only(
        graph.filter(({ type }) => type.endsWith(":Namespace")),
        "acme",
      )["metadata"] as { annotations: Json }
    ).annotations;

  it("are a CiliumPodIPPool that the namespace names", async () => {
    const graph = await declared(own);
    assert.deepEqual(only(graph, "acme-address-pool")["spec"], {
      ipv4: { cidrs: ["10.128.4.0/22"], maskSize: 26 },
    });
    assert.equal(annotations(graph)["ipam.cilium.io/ip-pool"], "tenant-acme");
  });

  it("are a Calico IPPool that nobody gets who does not name it", async () => {
    const graph = await declared(own, equipped({ cni: "calico" }));
    const spec = only(graph, "acme-address-pool")["spec"] as Json;
    assert.equal(spec["cidr"], "10.128.4.0/22");
    assert.equal(spec["assignmentMode"], "Manual");
    assert.equal(annotations(graph)["cni.projectcalico.org/ipv4pools"], '["tenant-acme"]');
  });
});

describe("the tenant's hosts (R50)", () => {
  const hosts = { network: { ...network, hosts: ["shop.acme.example", "*.apps.acme.example"] } };

  it("are listeners to which only the tenant's routes attach", async () => {
    const props = only(await declared(hosts), "acme-listeners");
    assert.deepEqual((props["metadata"] as { name: string; namespace: string }).namespace, "tenant-gateway");
    const { parentRef, listeners } = props["spec"] as { parentRef: Json; listeners: Json[] };
    assert.deepEqual(parentRef, {
      group: "gateway.networking.k8s.io",
      kind: "Gateway",
      name: "tenant-gateway",
    });
    assert.deepEqual(
      listeners.map(({ name, hostname }) => [name, hostname]),
      [
        ["shop.acme.example", "shop.acme.example"],
        ["apps.acme.example.0", "*.apps.acme.example"],
      ],
    );
    for (const { allowedRoutes } of listeners) {
      assert.deepEqual(allowedRoutes, {
        namespaces: { from: "Selector", selector: { matchLabels: { tenant: ID } } },
      });
    }
  });

  it("stand on the namespace for admission rules to read, with an Ingress controller as well", async () => {
    const graph = await declared(hosts, equipped({ gateway: { api: "ingress" } }));
    assert.ok(!namesOf(graph).includes("acme-listeners"));
    const namespace = only(
      graph.filter(({ type }) => type.endsWith(":Namespace")),
      "acme",
    );
    const { annotations } = namespace["metadata"] as { annotations: Json };
    assert.equal(annotations["tenantry.dev/hosts"], "shop.acme.example,*.apps.acme.example");
  });
});

describe("delivery of secrets (R60-R65)", () => {
  it("signs in to the tenant's Vault namespace as the namespace's reader, by Vault's own review", async () => {
    const graph = await declared({}, equipped({}, { vaultNamespace: "platform" }));
    assert.deepEqual(only(graph, "acme-secret-store")["spec"], {
      provider: {
        vault: {
          server: "https://vault.example:8200",
          namespace: `platform/${ID}`,
          path: "kv",
          version: "v2",
          auth: {
            kubernetes: {
              mountPath: "kubernetes",
              role: "external-secrets",
              serviceAccountRef: { name: "external-secrets", audiences: ["vault"] },
            },
          },
        },
      },
    });
    const login = only(graph, "acme-secret-reader-login");
    assert.deepEqual(login["boundServiceAccountNames"], ["external-secrets"]);
    assert.deepEqual(login["boundServiceAccountNamespaces"], ["tenant-acme"]);
    assert.equal(login["audience"], "vault");
    assert.deepEqual(login["tokenPolicies"], ["tenant-read"]);
    assert.equal(login["tokenNoDefaultPolicy"], true);
    const config = only(graph, "acme-kubernetes-config");
    assert.equal(config["kubernetesHost"], "https://kubernetes.default.svc");
  });

  it("has the API server review the login's own token where Vault is outside the cluster", async () => {
    const apiServer = { url: "https://api.example:6443", certificate: "PEM" };
    const graph = await declared({}, equipped({}, { vault: { inCluster: false }, apiServer }));
    const config = only(graph, "acme-kubernetes-config");
    assert.deepEqual(
      [config["kubernetesHost"], config["kubernetesCaCert"], config["disableLocalCaJwt"]],
      ["https://api.example:6443", "PEM", true],
    );
    assert.equal(only(graph, "acme-secret-reader-login")["audience"], undefined);
  });

  const inAws = {
    secrets: { ...tenantOf("standard").secrets, engine: "aws-secrets-manager" as const, names: ["database"] },
  };

  it("declares the secrets in AWS with the tenant's key and closed to every other role (R63)", async () => {
    const graph = await declared(inAws);
    assert.ok(!namesOf(graph).includes("acme-vault"));
    const secret = only(graph, "acme-secret--database");
    assert.equal(secret["name"], `tenantry/${ID}/database`);
    assert.equal(secret["kmsKeyId"], `arn:aws:kms:eu-central-1:123456789012:alias/tenantry/${ID}`);
    assert.equal(secret["recoveryWindowInDays"], 7);
    const [deny] = policyOf(only(graph, "acme-secret--database-policy")).Statement;
    assert.equal(deny?.["Effect"], "Deny");
    assert.deepEqual(deny?.["Condition"], {
      ArnNotEquals: { "aws:PrincipalArn": `arn:aws:iam::123456789012:role/tenantry-${ID}-workload` },
    });
    const statements = policyOf(only(graph, "acme-key")).Statement;
    assert.equal(statements.at(-1)?.["Sid"], "SecretsThroughSecretsManager");
  });

  it("signs in to AWS as a ServiceAccount with the tenant's role", async () => {
    const graph = await declared(inAws);
    assert.deepEqual(only(graph, "acme-secret-store")["spec"], {
      provider: {
        aws: {
          service: "SecretsManager",
          region: "eu-central-1",
          prefix: `tenantry/${ID}/`,
          auth: { jwt: { serviceAccountRef: { name: "external-secrets" } } },
        },
      },
    });
    const { annotations } = only(graph, "acme-secret-reader")["metadata"] as { annotations: Json };
    assert.equal(
      annotations["eks.amazonaws.com/role-arn"],
      `arn:aws:iam::123456789012:role/tenantry-${ID}-workload`,
    );
  });

  it("gives the role to exactly the tenant's own ServiceAccounts", async () => {
    const subjects = async (changes: Partial<Tenant>) => {
      const [statement] = policyOf(
        only(await declared(changes), "acme-workload-role"),
        "assumeRolePolicy",
      ).Statement;
      const { StringEquals } = statement?.["Condition"] as { StringEquals: Json };
      return StringEquals["oidc.test.example:sub"];
    };
    assert.deepEqual(await subjects({}), ["system:serviceaccount:tenant-acme:workload"]);
    assert.deepEqual(await subjects(inAws), [
      "system:serviceaccount:tenant-acme:workload",
      "system:serviceaccount:tenant-acme:external-secrets",
    ]);
  });

  it("associates the role by EKS Pod Identity where the platform says so (R67)", async () => {
    const graph = await declared(
      {},
      equipped({}, { aws: { ...plain.aws, workloadIdentity: "pod-identity" } }),
    );
    const association = only(graph, "acme-pod-identity");
    assert.deepEqual(
      [association["clusterName"], association["namespace"], association["serviceAccount"]],
      ["test", "tenant-acme", "workload"],
    );
    const [statement] = policyOf(only(graph, "acme-workload-role"), "assumeRolePolicy").Statement;
    assert.deepEqual(statement?.["Principal"], { Service: "pods.eks.amazonaws.com" });
    assert.deepEqual((statement?.["Condition"] as { StringEquals: Json }).StringEquals, {
      "aws:SourceAccount": "123456789012",
      "aws:RequestTag/eks-cluster-name": "test",
      "aws:RequestTag/kubernetes-namespace": ["tenant-acme"],
      "aws:RequestTag/kubernetes-service-account": "workload",
    });
    const { annotations } = only(graph, "acme-workload")["metadata"] as { annotations: Json };
    assert.equal(annotations["eks.amazonaws.com/role-arn"], undefined);
  });

  it("puts every role under the tenants' boundary", async () => {
    const roles = (await declared(inAws)).filter(({ type }) => type === "aws:iam/role:Role");
    assert.equal(roles.length, 2);
    for (const { props } of roles) {
      assert.equal(props["permissionsBoundary"], "arn:aws:iam::123456789012:policy/tenantry-tenant-boundary");
    }
  });
});

describe("environments (R32)", () => {
  const { quota } = tiers.standard;
  const environments: Partial<Tenant> = {
    namespaces: [
      { name: "tenant-acme--dev", key: "acme--dev", environment: "dev", quota: shareOf(quota, 30) },
      { name: "tenant-acme--prod", key: "acme--prod", environment: "prod", quota: shareOf(quota, 70) },
    ],
  };

  it("take every plane along, each with its part of the quota", async () => {
    const graph = await declared(environments);
    const one = namesOf(graph).filter((name) => name.startsWith("acme--dev"));
    assert.deepEqual(
      namesOf(graph).filter((name) => name.startsWith("acme--prod")),
      one.map((name) => name.replace("--dev", "--prod")),
    );
    assert.ok(one.length > 15, one.join());
    const hard = (key: string) => (only(graph, key)["spec"] as { hard: Json }).hard;
    assert.deepEqual(
      [hard("acme--dev-quota")["requests.cpu"], hard("acme--prod-quota")["requests.cpu"]],
      ["1200m", "2800m"],
    );
    assert.deepEqual([hard("acme--dev-quota")["pods"], hard("acme--prod-quota")["pods"]], ["15", "35"]);
  });

  it("have a login each, which reads what lies below the environment's name", async () => {
    const graph = await declared(environments);
    const login = only(graph, "acme--dev-secret-reader-login");
    assert.equal(login["roleName"], "external-secrets-dev");
    assert.deepEqual(login["boundServiceAccountNamespaces"], ["tenant-acme--dev"]);
    assert.deepEqual(login["tokenPolicies"], ["tenant-read-dev"]);
    const { path } = JSON.parse(only(graph, "acme-tenant-read-dev")["policy"] as string) as { path: Json };
    assert.deepEqual(
      Object.keys(path).filter((rule) => rule.startsWith("kv/")),
      ["kv/data/dev/*", "kv/metadata/dev/*"],
    );
  });

  it("are backed up together and share one role, by exact names", async () => {
    const graph = await declared(environments);
    const { template } = only(graph, "acme-backup-schedule")["spec"] as { template: Json };
    assert.deepEqual(template["includedNamespaces"], ["tenant-acme--dev", "tenant-acme--prod"]);
    const [statement] = policyOf(only(graph, "acme-workload-role"), "assumeRolePolicy").Statement;
    const { StringEquals } = statement?.["Condition"] as { StringEquals: Json };
    assert.deepEqual(StringEquals["oidc.test.example:sub"], [
      "system:serviceaccount:tenant-acme--dev:workload",
      "system:serviceaccount:tenant-acme--prod:workload",
    ]);
  });
});

describe("the namespace's labels", () => {
  const labelsOf = async (changes: Partial<Tenant>) => {
    const graph = await declared(changes);
    const namespace = only(
      graph.filter(({ type }) => type.endsWith(":Namespace")),
      "acme",
    );
    return (namespace["metadata"] as { labels: Json }).labels;
  };

  it("hold a tenant to `restricted`, and one that opted out to `baseline`, reported at `restricted` (R39)", async () => {
    const levels = (labels: Json) =>
      ["enforce", "audit", "warn"].map((mode) => labels[`pod-security.kubernetes.io/${mode}`]);
    const held = await labelsOf({});
    assert.deepEqual(levels(held), ["restricted", "restricted", "restricted"]);
    assert.equal(held["tenantry.dev/allow-root"], undefined);
    const freed = await labelsOf({ podSecurity: "baseline" });
    assert.deepEqual(levels(freed), ["baseline", "restricted", "restricted"]);
    assert.equal(freed["tenantry.dev/allow-root"], "true");
  });

  it("name the pool and the runtime that pods are given (R41, R42)", async () => {
    const labels = await labelsOf({ pool: { name: "sensitive", own: false }, runtime: "gvisor" });
    assert.equal(labels["tenantry.dev/pool"], "sensitive");
    assert.equal(labels["tenantry.dev/runtime-class"], "tenant-gvisor");
  });
});

describe("what the namespace grants the tenant's Services and network policies (R24, R48)", () => {
  const metadataOf = async (changes: Partial<Tenant>) => {
    const graph = await declared(changes);
    const namespaces = graph.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
    return namespaces.map(({ props }) => props["metadata"] as { labels: Json; annotations: Json });
  };

  it("is nothing by default", async () => {
    const [{ labels, annotations } = { labels: {}, annotations: {} }] = await metadataOf({
      network: { egress: [], names: [], hosts: [] },
    });
    for (const key of ["load-balancers", "node-ports", "egress", "hosts"]) {
      assert.ok(!(`tenantry.dev/${key}` in labels) && !(`tenantry.dev/${key}` in annotations), key);
    }
  });

  it("goes by the quota of each namespace, and spells the listed networks", async () => {
    const { quota } = tiers.standard;
    const namespaces = [
      {
        name: "tenant-acme--dev",
        key: "acme--dev",
        environment: "dev",
        quota: { ...quota, loadBalancers: 0, nodePorts: 0 },
      },
      {
        name: "tenant-acme--prod",
        key: "acme--prod",
        environment: "prod",
        quota: { ...quota, loadBalancers: 1, nodePorts: 2 },
      },
    ];
    const egress = [
      ...network.egress,
      {
        cidr: "2001:db8::/32",
        except: [],
        ports: [
          { port: 53, protocol: "UDP" as const },
          { port: 8000, endPort: 8100, protocol: "TCP" as const },
        ],
      },
    ];
    const found = await metadataOf({ namespaces, network: { ...network, egress } });
    assert.deepEqual(
      found.map(({ labels }) => [labels["tenantry.dev/load-balancers"], labels["tenantry.dev/node-ports"]]),
      [
        [undefined, undefined],
        ["true", "true"],
      ],
    );
    for (const { annotations } of found) {
      assert.equal(
        annotations["tenantry.dev/egress"],
        "203.0.113.0/24|443/TCP|203.0.113.8/29;2001:db8::/32|53/UDP,8000-8100/TCP|",
      );
    }
  });
});

describe("the disruption budget (R38)", () => {
  it("counts only pods with a scale, and never stands in the way of one", async () => {
    assert.deepEqual(only(await declared(), "acme-disruption-budget")["spec"], {
      selector: { matchLabels: { "tenantry.dev/disruption-budget": "default" } },
      maxUnavailable: "50%",
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });
});
