import assert from "node:assert/strict";
import type { Tenant } from "../../model/tenant";
import { tierNames, tiers } from "../../model/tiers";
import { Ledger } from "../../proof/ledger";
import { judgeClusterBindings, judgeRoles } from "../../proof/live/access";
import { judgeKubernetes, type LiveKinds } from "../../proof/live/kubernetes";
import { neighbour, platform, tenantOf } from "../components/fixtures";
import { changed, clusterOf, declared, sentences, withMore, without, type Json } from "./live";

const acme = tenantOf("standard");
const stranger = tenantOf("standard", neighbour);
const PSA = "pod-security.kubernetes.io";
const HOST = "kubernetes.io/metadata.name";
const KEY = (id: string) => `arn:aws:kms:eu-central-1:123456789012:alias/tenantry/${id}`;
const json = (value: unknown) => value as Json;

function judged(live: LiveKinds, tenant: Tenant = acme): Ledger {
  const ledger = new Ledger();
  judgeRoles(live.clusterroles, ledger);
  judgeClusterBindings(live.clusterrolebindings, ledger);
  judgeKubernetes(tenant, platform, live, ledger);
  return ledger;
}

describe("the read-back of the cluster", () => {
  let live: LiveKinds;
  before(async () => {
    live = clusterOf(await declared([acme, stranger]));
  });

  for (const tier of tierNames) {
    it(`finds nothing amiss in what the components declare for a ${tier} tenant`, async () => {
      const tenant = tenantOf(tier);
      const ledger = judged(clusterOf(await declared([tenant])), tenant);
      assert.deepEqual(sentences(ledger), []);
      assert.ok(ledger.checked > 60, String(ledger.checked));
    });
  }

  it("finds nothing amiss with environments, without egress and without anybody but the reconciler", async () => {
    const nobody = { groups: [], users: [] };
    const tenant = tenantOf("standard", {
      namespaces: [
        {
          name: "tenant-acme--dev",
          key: "acme--dev",
          environment: "dev",
          quota: { ...tiers.standard.quota, cpu: "1", pods: 5 },
        },
        { name: "tenant-acme--prod", key: "acme--prod", environment: "prod", quota: tiers.standard.quota },
      ],
      access: { admin: nobody, dev: nobody, view: nobody },
      network: { egress: [], names: [], hosts: [] },
    });
    const both = clusterOf(await declared([tenant]));
    assert.deepEqual(sentences(judged(both, tenant)), []);
    const mixedUp = changed(both, "namespaces", "tenant-acme--dev", ({ metadata }) => {
      metadata!["labels"]!["tenantry.dev/environment"] = json("prod");
    });
    assert.deepEqual(sentences(judged(mixedUp, tenant)), [
      "acme: namespace: Namespace tenant-acme--dev has label tenantry.dev/environment=prod instead of dev",
    ]);
  });

  it("finds everything missing on an empty cluster", () => {
    const empty = Object.fromEntries(Object.keys(live).map((kind) => [kind, []])) as unknown as LiveKinds;
    const found = sentences(judged(empty));
    for (const object of [
      "(platform): access: ClusterRole tenant-admin",
      "acme: namespace: Namespace tenant-acme",
      "acme: fairness: ResourceQuota tenant-acme/tenant-quota",
      "acme: fairness: LimitRange tenant-acme/tenant-limits",
      "acme: network: NetworkPolicy tenant-acme/default-deny",
      "acme: network: NetworkPolicy tenant-acme/allow-egress",
      "acme: access: RoleBinding tenant-acme/tenant-reconciler",
      "acme: access: ServiceAccount tenant-acme/tenant-reconciler",
      "acme: storage: StorageClass tenant-acme",
      "acme: backup: BackupStorageLocation tenant-acme",
      "acme: backup: Schedule tenant-acme",
    ]) {
      assert.ok(found.includes(`${object} is missing`), object);
    }
  });

  const finds = (what: string, change: (live: LiveKinds) => LiveKinds, ...expected: string[]) =>
    it(`finds ${what}`, () => assert.deepEqual(sentences(judged(change(live))), expected));
  const allows = (what: string, change: (live: LiveKinds) => LiveKinds) =>
    it(`allows ${what}`, () => assert.deepEqual(sentences(judged(change(live))), []));

  describe("namespace", () => {
    const OBJECT = "acme: namespace: Namespace tenant-acme";
    const labels = (change: (labels: Json) => void) => (from: LiveKinds) =>
      changed(from, "namespaces", "tenant-acme", ({ metadata }) => change(metadata!["labels"]!));
    finds("it missing", (from) => without(from, "namespaces", "tenant-acme"), `${OBJECT} is missing`);
    finds(
      "it on its way out",
      (from) =>
        changed(from, "namespaces", "tenant-acme", ({ metadata }) => {
          metadata!["deletionTimestamp"] = json("2026-01-01T00:00:00Z");
        }),
      `${OBJECT} is being deleted`,
    );
    for (const mode of ["enforce", "audit", "warn"]) {
      finds(
        `Pod Security loosened in mode ${mode}`,
        labels((of) => void (of[`${PSA}/${mode}`] = json("privileged"))),
        `${OBJECT} has label ${PSA}/${mode}=privileged instead of restricted`,
      );
      finds(
        `Pod Security taken away in mode ${mode}`,
        labels((of) => void delete of[`${PSA}/${mode}`]),
        `${OBJECT} has label ${PSA}/${mode}=none instead of restricted`,
      );
      finds(
        `Pod Security of an old version in mode ${mode}`,
        labels((of) => void (of[`${PSA}/${mode}-version`] = json("v1.0"))),
        `${OBJECT} has label ${PSA}/${mode}-version=v1.0 instead of v1.36`,
      );
    }
    finds(
      "it labelled as another tenant's",
      labels((of) => void (of["tenant"] = json(stranger.id))),
      `${OBJECT} has label tenant=${stranger.id} instead of ${acme.id}`,
    );
    finds(
      "it labelled as another list's",
      labels((of) => void (of["tenantry.dev/list"] = json("other"))),
      `${OBJECT} has label tenantry.dev/list=other instead of sample`,
    );
    const annotations = (change: (annotations: Json) => void) => (from: LiveKinds) =>
      changed(from, "namespaces", "tenant-acme", ({ metadata }) => change(metadata!["annotations"]!));
    finds(
      "other owners",
      annotations((of) => void (of["tenantry.dev/owners"] = json("mallory@evil.example"))),
      `${OBJECT} names mallory@evil.example as owners instead of alice@acme.example`,
    );
    finds(
      "no owners",
      annotations((of) => void delete of["tenantry.dev/owners"]),
      `${OBJECT} names nobody as owners instead of alice@acme.example`,
    );
    for (const key of ["load-balancers", "node-ports"]) {
      finds(
        `a grant of ${key} that the quota does not give`,
        labels((of) => void (of[`tenantry.dev/${key}`] = json("true"))),
        `${OBJECT} has label tenantry.dev/${key}=true instead of none`,
      );
    }
    finds(
      "a grant of a host that the tenant's file does not list",
      annotations((of) => void (of["tenantry.dev/hosts"] = json("b.example.com"))),
      `${OBJECT} has annotation tenantry.dev/hosts=b.example.com instead of none`,
    );
    finds(
      "a grant of a network that the tenant's file does not list",
      annotations((of) => void (of["tenantry.dev/egress"] = json("0.0.0.0/0|443/TCP|"))),
      `${OBJECT} has annotation tenantry.dev/egress=0.0.0.0/0|443/TCP| instead of 203.0.113.0/24|443/TCP|203.0.113.8/29`,
    );
    finds(
      "no word of the networks that the tenant's file lists",
      annotations((of) => void delete of["tenantry.dev/egress"]),
      `${OBJECT} has annotation tenantry.dev/egress=none instead of 203.0.113.0/24|443/TCP|203.0.113.8/29`,
    );
    it("holds a tenant that may run as root to baseline, and reports on it at restricted", async () => {
      const tenant = tenantOf("standard", { podSecurity: "baseline" });
      const from = clusterOf(await declared([tenant]));
      assert.deepEqual(sentences(judged(from, tenant)), []);
      const quiet = labels((of) => void (of[`${PSA}/audit`] = json("baseline")))(from);
      assert.deepEqual(sentences(judged(quiet, tenant)), [
        `${OBJECT} has label ${PSA}/audit=baseline instead of restricted`,
      ]);
      assert.ok(
        sentences(judged(from)).includes(`${OBJECT} has label ${PSA}/enforce=baseline instead of restricted`),
      );
    });
    allows(
      "a label of somebody else's beside ours",
      labels((of) => void (of["team"] = json("blue"))),
    );
  });

  describe("fairness", () => {
    const QUOTA = "acme: fairness: ResourceQuota tenant-acme/tenant-quota";
    const hard = (change: (hard: Json) => void) => (from: LiveKinds) =>
      changed(from, "resourcequotas", "tenant-quota", ({ spec }) => change(spec!["hard"]!));
    it("finds every key of the quota taken away or raised", () => {
      const quota = live.resourcequotas.find(({ metadata }) => metadata.name === "tenant-quota");
      const keys = Object.entries((quota?.["spec"] as { hard: Record<string, string> }).hard);
      assert.equal(keys.length, 31);
      for (const [key, value] of keys) {
        const gone = judged(hard((of) => void delete of[key])(live));
        assert.deepEqual(sentences(gone), [`${QUOTA} allows ${key}=unlimited instead of ${value}`]);
        const raised = judged(hard((of) => void (of[key] = json("9999Gi")))(live));
        assert.deepEqual(sentences(raised), [`${QUOTA} allows ${key}=9999Gi instead of ${value}`]);
      }
    });
    allows(
      "an amount written otherwise",
      hard((of) => {
        of["requests.cpu"] = json("4000m");
        of["requests.memory"] = json("8192Mi");
      }),
    );
    for (const scope of [
      { scopes: ["BestEffort"] },
      { scopeSelector: { matchExpressions: [{ scopeName: "Terminating", operator: "Exists" }] } },
    ]) {
      finds(
        `a quota that counts only ${Object.keys(scope)[0]}`,
        (from) => changed(from, "resourcequotas", "tenant-quota", ({ spec }) => Object.assign(spec!, scope)),
        `${QUOTA} counts only the pods of a scope`,
      );
    }
    const PRIORITY =
      "acme: fairness: ResourceQuota tenant-acme/foreign-priority does not close the priority classes " +
      "system-cluster-critical, system-node-critical, tenant-sensitive, tenant-dedicated";
    finds(
      "no quota on foreign priorities",
      (from) => without(onlyAcme(from), "resourcequotas", "foreign-priority"),
      PRIORITY,
    );
    const priority = (change: (spec: Json) => void) => (from: LiveKinds) =>
      changed(from, "resourcequotas", "foreign-priority", ({ spec }) => change(spec!));
    const expressions = (spec: Json) => spec["scopeSelector"]!["matchExpressions"]!;
    const loosened: [string, (spec: Json) => void][] = [
      ["that allows a pod", (spec) => void (spec["hard"]!["pods"] = json("1"))],
      ["that counts no pods", (spec) => void delete spec["hard"]!["pods"]],
      ["with the opposite operator", (spec) => void (expressions(spec)[0]!["operator"] = json("NotIn"))],
      ["over another scope", (spec) => void (expressions(spec)[0]!["scopeName"] = json("BestEffort"))],
      [
        "without a class",
        (spec) => void Object.assign(expressions(spec)[0]!, { values: ["tenant-sensitive"] }),
      ],
      ["without a selector", (spec) => void delete spec["scopeSelector"]],
      ["narrowed by a scope", (spec) => void (spec["scopes"] = json(["Terminating"]))],
      [
        "narrowed by a second condition",
        (spec) => void expressions(spec).push(json({ scopeName: "BestEffort", operator: "Exists" })),
      ],
    ];
    for (const [what, change] of loosened) {
      finds(`a quota on foreign priorities ${what}`, priority(change), PRIORITY);
    }

    const LIMITS = "acme: fairness: LimitRange tenant-acme/tenant-limits";
    const limits = (change: (limits: Json) => void) => (from: LiveKinds) =>
      changed(from, "limitranges", "tenant-limits", ({ spec }) => change(spec!["limits"]!));
    it("finds every limit taken away or raised", () => {
      const range = live.limitranges.find(({ metadata }) => metadata.name === "tenant-limits");
      const [limit] = (range?.["spec"] as { limits: Record<string, Record<string, string>>[] }).limits;
      for (const kind of ["default", "defaultRequest", "max"]) {
        const amounts = Object.entries(limit?.[kind] ?? {});
        assert.equal(amounts.length, 3);
        for (const [key, value] of amounts) {
          const gone = judged(limits((of) => void delete of[0]![kind]![key])(live));
          assert.deepEqual(sentences(gone), [`${LIMITS} sets ${kind}.${key}=none instead of ${value}`]);
          const raised = judged(limits((of) => void (of[0]![kind]![key] = json("99Ti")))(live));
          assert.deepEqual(sentences(raised), [`${LIMITS} sets ${kind}.${key}=99Ti instead of ${value}`]);
        }
      }
    });
    finds(
      "a second set of limits for containers",
      limits((of) => void of.unshift(structuredClone(of[0]!))),
      `${LIMITS} holds 2 sets of limits for containers instead of 1`,
    );
    allows(
      "limits for volumes before those for containers",
      limits((of) => void of.unshift(json({ type: "PersistentVolumeClaim", max: { storage: "1Gi" } }))),
    );
    const second = (limit: unknown) => (from: LiveKinds) =>
      withMore(from, "limitranges", {
        metadata: { name: "second", namespace: "tenant-acme" },
        spec: { limits: [limit] },
      });
    finds(
      "other defaults in a second LimitRange",
      second({ type: "Container", defaultRequest: { cpu: "0" } }),
      "acme: fairness: LimitRange tenant-acme/second is not declared and sets other defaults for containers",
    );
    allows("a second LimitRange that only narrows", second({ type: "Container", max: { cpu: "1" } }));
  });

  describe("network", () => {
    const policy = (name: string) => `acme: network: NetworkPolicy tenant-acme/${name}`;
    const IN = "lets in others than the namespace itself, the gateway and observability";
    const OUT = "lets out to more than the namespace itself, DNS and the listed networks";
    const spec = (name: string, change: (spec: Json) => void) => (from: LiveKinds) =>
      changed(onlyAcme(from), "networkpolicies", name, (object) => change(object["spec"]!));
    for (const name of [
      "default-deny",
      "allow-same-namespace",
      "allow-dns",
      "allow-gateway",
      "allow-observability",
      "allow-egress",
    ]) {
      finds(
        `${name} missing`,
        (from) => without(onlyAcme(from), "networkpolicies", name),
        `${policy(name)} is missing`,
      );
    }
    const opened: [string, (spec: Json) => void][] = [
      ["an ingress rule more", (of) => void (of["ingress"] = json([{}]))],
      ["an egress rule more", (of) => void (of["egress"] = json([{}]))],
      ["ingress alone", (of) => void (of["policyTypes"] = json(["Ingress"]))],
      ["no types", (of) => void delete of["policyTypes"]],
      ["some pods alone, by label", (of) => void (of["podSelector"] = json({ matchLabels: { app: "x" } }))],
      [
        "some pods alone, by expression",
        (of) =>
          void (of["podSelector"] = json({ matchExpressions: [{ key: "free", operator: "DoesNotExist" }] })),
      ],
    ];
    for (const [what, change] of opened) {
      finds(
        `default-deny with ${what}`,
        spec("default-deny", change),
        `${policy("default-deny")} does not deny every pod in both directions`,
      );
    }
    const namespaced = (selector: unknown) => ({ namespaceSelector: selector });
    const foreignPeers: [string, unknown][] = [
      ["every namespace", namespaced({})],
      ["a namespace by another label", namespaced({ matchLabels: { name: "tenant-gateway" } })],
      ["another namespace", namespaced({ matchLabels: { [HOST]: "tenant-acme-eu" } })],
      [
        "the gateway's namespace by one label more",
        namespaced({ matchLabels: { [HOST]: "tenant-gateway", a: "b" } }),
      ],
      [
        "namespaces by expression",
        namespaced({ matchExpressions: [{ key: HOST, operator: "NotIn", values: ["x"] }] }),
      ],
      [
        "the gateway's namespace by expression too",
        namespaced({
          matchLabels: { [HOST]: "tenant-gateway" },
          matchExpressions: [{ key: "x", operator: "Exists" }],
        }),
      ],
      ["own pods and every namespace", { podSelector: {}, namespaceSelector: {} }],
      ["own pods and a network", { podSelector: {}, ipBlock: { cidr: "0.0.0.0/0" } }],
      ["a network", { ipBlock: { cidr: "10.0.0.0/8" } }],
      ["nothing at all", {}],
    ];
    for (const [what, peer] of foreignPeers) {
      finds(
        `${what} let in`,
        spec("allow-gateway", (of) => void of["ingress"]![0]!["from"]!.push(json(peer))),
        `${policy("allow-gateway")} ${IN}`,
      );
      finds(
        `${what} reached`,
        spec("allow-same-namespace", (of) => void of["egress"]![0]!["to"]!.push(json(peer))),
        `${policy("allow-same-namespace")} ${OUT}`,
      );
    }
    finds(
      "a rule from anywhere",
      spec("allow-gateway", (of) => void of["ingress"]!.push(json({ ports: [{ port: 80 }] }))),
      `${policy("allow-gateway")} ${IN}`,
    );
    finds(
      "a rule to anywhere",
      spec("allow-dns", (of) => void delete of["egress"]![0]!["to"]),
      `${policy("allow-dns")} ${OUT}`,
    );
    const dns: [string, (rule: Json) => void][] = [
      ["without ports", (rule) => void delete rule["ports"]],
      ["with a port more", (rule) => void rule["ports"]!.push(json({ protocol: "TCP", port: 443 }))],
      ["with a range of ports", (rule) => void (rule["ports"]![0]!["endPort"] = json(65535))],
      ["without a port's number", (rule) => void delete rule["ports"]![0]!["port"]],
      ["to every pod of its namespace", (rule) => void delete rule["to"]![0]!["podSelector"]],
      [
        "to other pods",
        (rule) => void (rule["to"]![0]!["podSelector"] = json({ matchLabels: { app: "etcd" } })),
      ],
    ];
    for (const [what, change] of dns) {
      finds(
        `DNS ${what}`,
        spec("allow-dns", (of) => change(of["egress"]![0]!)),
        `${policy("allow-dns")} ${OUT}`,
      );
    }
    const egress: [string, (rule: Json) => void][] = [
      ["a network more", (rule) => void rule["to"]!.push(json({ ipBlock: { cidr: "0.0.0.0/0" } }))],
      ["a wider network", (rule) => void (rule["to"]![0]!["ipBlock"]!["cidr"] = json("203.0.0.0/16"))],
      ["no exception", (rule) => void delete rule["to"]![0]!["ipBlock"]!["except"]],
      ["all ports", (rule) => void delete rule["ports"]],
      ["a port more", (rule) => void rule["ports"]!.push(json({ protocol: "TCP", port: 22 }))],
      ["a range of ports", (rule) => void (rule["ports"]![0]!["endPort"] = json(9999))],
    ];
    for (const [what, change] of egress) {
      finds(
        `egress to ${what}`,
        spec("allow-egress", (of) => change(of["egress"]![0]!)),
        `${policy("allow-egress")} ${OUT}`,
      );
    }
    const foreign = (of: unknown) => (from: LiveKinds) =>
      withMore(from, "networkpolicies", { metadata: { name: "debug", namespace: "tenant-acme" }, spec: of });
    allows(
      "a policy of the tenant's own within what is open",
      foreign({
        podSelector: { matchLabels: { a: "b" } },
        ingress: [
          {
            from: [
              { podSelector: {} },
              namespaced({ matchLabels: { [HOST]: "tenant-acme" } }),
              namespaced({ matchLabels: { [HOST]: "tenant-gateway" } }),
            ],
          },
        ],
        egress: [
          {
            to: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.8/29"] } }],
            ports: [{ protocol: "TCP", port: 443 }],
          },
        ],
      }),
    );
    finds(
      "a policy of somebody else's that opens both ways",
      foreign({ podSelector: { matchLabels: { a: "b" } }, ingress: [{}], egress: [{}] }),
      `${policy("debug")} ${IN}`,
      `${policy("debug")} ${OUT}`,
    );
    allows(
      "a policy of somebody else's that opens nothing more",
      foreign({
        podSelector: {},
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { [HOST]: "tenant-gateway" } } }] }],
      }),
    );
  });

  describe("access", () => {
    const binding = (name: string) => `acme: access: RoleBinding tenant-acme/${name}`;
    const of = (name: string, change: (binding: Json) => void) => (from: LiveKinds) =>
      changed(onlyAcme(from), "rolebindings", name, change);
    for (const name of ["tenant-admin", "tenant-dev", "tenant-reconciler"]) {
      finds(
        `${name} missing`,
        (from) => without(onlyAcme(from), "rolebindings", name),
        `${binding(name)} is missing`,
      );
    }
    finds(
      "a subject more",
      of("tenant-dev", ({ subjects }) => void subjects!.push(json({ kind: "User", name: "mallory" }))),
      `${binding("tenant-dev")} binds Group acme-devs, User carol, ServiceAccount tenant-acme/tenant-dev, User mallory instead of Group acme-devs, User carol, ServiceAccount tenant-acme/tenant-dev`,
    );
    finds(
      "a user of a group's name",
      of("tenant-admin", ({ subjects }) => void (subjects![0]!["kind"] = json("User"))),
      `${binding("tenant-admin")} binds User acme-admins, ServiceAccount tenant-acme/tenant-admin instead of Group acme-admins, ServiceAccount tenant-acme/tenant-admin`,
    );
    finds(
      "another tenant's reconciler",
      of("tenant-reconciler", ({ subjects }) => void (subjects![0]!["namespace"] = json("tenant-acme-eu"))),
      `${binding("tenant-reconciler")} binds ServiceAccount tenant-acme-eu/tenant-reconciler instead of ServiceAccount tenant-acme/tenant-reconciler`,
    );
    finds(
      "nobody bound",
      of("tenant-admin", (live) => void delete live["subjects"]),
      `${binding("tenant-admin")} binds nobody instead of Group acme-admins, ServiceAccount tenant-acme/tenant-admin`,
    );
    finds(
      "another role",
      of("tenant-dev", ({ roleRef }) => void (roleRef!["name"] = json("cluster-admin"))),
      `${binding("tenant-dev")} grants ClusterRole cluster-admin instead of ClusterRole tenant-dev`,
    );
    finds(
      "a Role of the same name",
      of("tenant-dev", ({ roleRef }) => void (roleRef!["kind"] = json("Role"))),
      `${binding("tenant-dev")} grants Role tenant-dev instead of ClusterRole tenant-dev`,
    );
    finds(
      "a binding that is not declared",
      (from) =>
        withMore(from, "rolebindings", {
          metadata: { name: "debug", namespace: "tenant-acme" },
          roleRef: { kind: "ClusterRole", name: "view" },
          subjects: [{ kind: "Group", name: "system:authenticated" }],
        }),
      `${binding("debug")} is not declared and binds Group system:authenticated`,
    );

    for (const [what, value] of [
      ["mounts its token", true],
      ["says nothing of its token", undefined],
    ] as const) {
      finds(
        `a reconciler that ${what}`,
        (from) =>
          changed(from, "serviceaccounts", "tenant-reconciler", (account) => {
            account["automountServiceAccountToken"] = json(value);
          }),
        "acme: access: ServiceAccount tenant-acme/tenant-reconciler puts its token into every pod that runs as it",
      );
    }

    const clusterWide =
      (role: string, ...subjects: unknown[]) =>
      (from: LiveKinds) =>
        withMore(from, "clusterrolebindings", {
          metadata: { name: "wide" },
          roleRef: { kind: "ClusterRole", name: role },
          subjects,
        });
    const WIDE = "access: ClusterRoleBinding wide grants ClusterRole";
    const own: [string, string, unknown][] = [
      ["group", "Group acme-admins", { kind: "Group", name: "acme-admins" }],
      ["user", "User carol", { kind: "User", name: "carol" }],
      [
        "reconciler",
        "ServiceAccount tenant-acme/tenant-reconciler",
        { kind: "ServiceAccount", name: "tenant-reconciler", namespace: "tenant-acme" },
      ],
      [
        "ServiceAccounts, as a group",
        "Group system:serviceaccounts:tenant-acme",
        { kind: "Group", name: "system:serviceaccounts:tenant-acme" },
      ],
      [
        "ServiceAccount, as a user",
        "User system:serviceaccount:tenant-acme:default",
        { kind: "User", name: "system:serviceaccount:tenant-acme:default" },
      ],
    ];
    for (const [what, subject, declaredSubject] of own) {
      finds(
        `a cluster-wide right of the tenant's ${what}`,
        clusterWide("view", declaredSubject, { kind: "Group", name: "platform" }),
        `acme: ${WIDE} view in every namespace to ${subject}`,
      );
    }
    for (const everybody of ["system:authenticated", "system:unauthenticated", "system:serviceaccounts"]) {
      finds(
        `a cluster-wide right of ${everybody}`,
        clusterWide("edit", { kind: "Group", name: everybody }),
        `(platform): ${WIDE} edit in every namespace to Group ${everybody}`,
      );
    }
    finds(
      "a tenant role bound in the whole cluster",
      clusterWide("tenant-view", { kind: "Group", name: "auditors" }),
      `(platform): ${WIDE} tenant-view in every namespace to Group auditors`,
    );
    allows(
      "what Kubernetes itself binds to everybody",
      clusterWide("system:discovery", { kind: "Group", name: "system:authenticated" }),
    );
    allows(
      "an administrator of the cluster, and a tenant whose name only begins alike",
      clusterWide(
        "cluster-admin",
        { kind: "Group", name: "platform" },
        { kind: "ServiceAccount", name: "x", namespace: "tenant-acme-eu" },
      ),
    );
  });

  describe("the closed roles", () => {
    const role = (change: (role: Json) => void) => (from: LiveKinds) =>
      changed(from, "clusterroles", "tenant-dev", change);
    const OBJECT = "(platform): access: ClusterRole tenant-dev";
    finds("one missing", (from) => without(from, "clusterroles", "tenant-dev"), `${OBJECT} is missing`);
    finds(
      "a rule more",
      role(({ rules }) => void rules!.push(json({ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }))),
      `${OBJECT} grants other rights than the template`,
    );
    finds(
      "a verb more",
      role(({ rules }) => void rules![0]!["verbs"]!.push(json("escalate"))),
      `${OBJECT} grants other rights than the template`,
    );
    finds(
      "it part of another role",
      role(
        ({ metadata }) =>
          void (metadata!["labels"]!["rbac.authorization.k8s.io/aggregate-to-edit"] = json("true")),
      ),
      `${OBJECT} is aggregated: any chart could widen it`,
    );
    finds(
      "it made of others",
      role((of) => void (of["aggregationRule"] = json({ clusterRoleSelectors: [] }))),
      `${OBJECT} is aggregated: any chart could widen it`,
    );
  });

  describe("storage", () => {
    const OBJECT = "acme: storage: StorageClass tenant-acme";
    const storage = (change: (live: Json) => void) => (from: LiveKinds) =>
      changed(from, "storageclasses", "tenant-acme", change);
    const parameters = (change: (parameters: Json) => void) => storage((of) => change(of["parameters"]!));
    finds("it missing", (from) => without(from, "storageclasses", "tenant-acme"), `${OBJECT} is missing`);
    finds(
      "another provisioner",
      storage((of) => void (of["provisioner"] = json("rancher.io/local-path"))),
      `${OBJECT} is provisioned by rancher.io/local-path`,
    );
    finds(
      "no encryption",
      parameters((of) => void (of["encrypted"] = json("false"))),
      `${OBJECT} does not encrypt`,
    );
    finds(
      "another tenant's key",
      parameters((of) => void (of["kmsKeyId"] = json(KEY(stranger.id)))),
      `${OBJECT} encrypts with ${KEY(stranger.id)} instead of ${KEY(acme.id)}`,
    );
    finds(
      "no key",
      parameters((of) => void delete of["kmsKeyId"]),
      `${OBJECT} encrypts with no named key instead of ${KEY(acme.id)}`,
    );
    finds(
      "another tenant's key in another spelling of the parameter",
      parameters((of) => void (of["kmskeyid"] = json(KEY(stranger.id)))),
      `${OBJECT} encrypts with ${KEY(acme.id)} or ${KEY(stranger.id)} instead of ${KEY(acme.id)}`,
    );
    for (const annotation of ["storageclass.kubernetes.io", "storageclass.beta.kubernetes.io"]) {
      finds(
        `it made the default by ${annotation}`,
        storage(({ metadata }) => {
          metadata!["annotations"]![`${annotation}/is-default-class`] = json("true");
        }),
        `${OBJECT} is the cluster's default: volumes of others would lie under the tenant's key`,
      );
    }
    allows(
      "it said not to be the default",
      storage(({ metadata }) => {
        metadata!["annotations"]!["storageclass.kubernetes.io/is-default-class"] = json("false");
      }),
    );
    finds(
      "another reclaim policy",
      storage((of) => void (of["reclaimPolicy"] = json("Retain"))),
      `${OBJECT} has reclaim policy Retain instead of Delete`,
    );
  });

  describe("backup", () => {
    const LOCATION = "acme: backup: BackupStorageLocation tenant-acme";
    const SCHEDULE = "acme: backup: Schedule tenant-acme";
    const location = (change: (spec: Json) => void) => (from: LiveKinds) =>
      changed(from, "backupstoragelocations", "tenant-acme", (of) => change(of["spec"]!));
    const schedule = (change: (spec: Json) => void) => (from: LiveKinds) =>
      changed(from, "schedules", "tenant-acme", (of) => change(of["spec"]!));
    const faults: [string, (spec: Json) => void, string][] = [
      [
        "another prefix",
        (of) => void (of["objectStorage"]!["prefix"] = json(`tenants/${stranger.id}`)),
        `writes to test-backups/tenants/${stranger.id} instead of test-backups/tenants/${acme.id}`,
      ],
      [
        "no prefix",
        (of) => void delete of["objectStorage"]!["prefix"],
        `writes to test-backups/ instead of test-backups/tenants/${acme.id}`,
      ],
      [
        "another bucket",
        (of) => void (of["objectStorage"]!["bucket"] = json("theirs")),
        `writes to theirs/tenants/${acme.id} instead of test-backups/tenants/${acme.id}`,
      ],
      [
        "another provider",
        (of) => void (of["provider"] = json("gcp")),
        "is of the provider gcp instead of aws",
      ],
      [
        "another key",
        (of) => void (of["config"]!["kmsKeyId"] = json(KEY(stranger.id))),
        `encrypts with ${KEY(stranger.id)} instead of ${KEY(acme.id)}`,
      ],
      [
        "another region",
        (of) => void (of["config"]!["region"] = json("us-east-1")),
        "is in the region us-east-1 instead of eu-central-1",
      ],
      [
        "another server",
        (of) => void (of["config"]!["s3Url"] = json("https://s3.evil.example")),
        "has settings that are not declared: s3Url",
      ],
      [
        "the server's own credential",
        (of) => void delete of["credential"],
        "uses the credential of the server instead of tenant-acme/cloud",
      ],
      [
        "another tenant's credential",
        (of) => void (of["credential"]!["name"] = json("tenant-acme-eu")),
        "uses the credential tenant-acme-eu/cloud instead of tenant-acme/cloud",
      ],
      [
        "another key of the credential",
        (of) => void (of["credential"]!["key"] = json("other")),
        "uses the credential tenant-acme/other instead of tenant-acme/cloud",
      ],
      [
        "read-only access",
        (of) => void (of["accessMode"] = json("ReadOnly")),
        "takes no backups: it is read-only",
      ],
      [
        "it the default",
        (of) => void (of["default"] = json(true)),
        "is the default location: backups of others would lie in it",
      ],
    ];
    finds(
      "no location",
      (from) => without(from, "backupstoragelocations", "tenant-acme"),
      `${LOCATION} is missing`,
    );
    for (const [what, change, fault] of faults) {
      finds(`a location with ${what}`, location(change), `${LOCATION} ${fault}`);
    }
    const SNAPSHOTS = "takes snapshots of volumes, which lie outside the tenant's prefix, role and key";
    const template = (change: (template: Json) => void) => (of: Json) => change(of["template"]!);
    const scheduleFaults: [string, (spec: Json) => void, string][] = [
      [
        "every namespace",
        template((of) => void delete of["includedNamespaces"]),
        "backs up every namespace instead of tenant-acme",
      ],
      [
        "every namespace by a star",
        template((of) => void (of["includedNamespaces"] = json(["*"]))),
        "backs up * instead of tenant-acme",
      ],
      [
        "another tenant's namespace too",
        template((of) => void of["includedNamespaces"]!.push(json("tenant-acme-eu"))),
        "backs up tenant-acme, tenant-acme-eu instead of tenant-acme",
      ],
      [
        "the default location",
        template((of) => void delete of["storageLocation"]),
        "stores in the default location instead of tenant-acme",
      ],
      [
        "another tenant's location",
        template((of) => void (of["storageLocation"] = json("tenant-acme-eu"))),
        "stores in tenant-acme-eu instead of tenant-acme",
      ],
      ["a pause", (of) => void (of["paused"] = json(true)), "is paused"],
      [
        "another hour",
        (of) => void (of["schedule"] = json("0 0 1 1 *")),
        "runs at 0 0 1 1 * instead of 0 3 * * *",
      ],
      [
        "a shorter life",
        template((of) => void (of["ttl"] = json("1h0m0s"))),
        "keeps backups for 1h0m0s instead of 720h0m0s",
      ],
      [
        "a part left out",
        template((of) => void (of["excludedResources"] = json(["secrets"]))),
        "leaves something out, by excludedResources",
      ],
      [
        "a part chosen by label",
        template((of) => void (of["labelSelector"] = json({ matchLabels: { keep: "yes" } }))),
        "leaves something out, by labelSelector",
      ],
      ["snapshots", template((of) => void delete of["snapshotVolumes"]), SNAPSHOTS],
      ["volumes left to snapshots", template((of) => void delete of["defaultVolumesToFsBackup"]), SNAPSHOTS],
    ];
    finds("no schedule", (from) => without(from, "schedules", "tenant-acme"), `${SCHEDULE} is missing`);
    for (const [what, change, fault] of scheduleFaults) {
      finds(`a schedule with ${what}`, schedule(change), `${SCHEDULE} ${fault}`);
    }
  });
});

/** Both tenants have objects of the same names: a test means those of acme. */
function onlyAcme(live: LiveKinds): LiveKinds {
  const inside = (kind: keyof LiveKinds) =>
    live[kind].filter(({ metadata }) => metadata.namespace === "tenant-acme");
  return {
    ...live,
    networkpolicies: inside("networkpolicies"),
    resourcequotas: inside("resourcequotas"),
    rolebindings: inside("rolebindings"),
    serviceaccounts: inside("serviceaccounts"),
  };
}
