/** Questions to the live API server, asked as tenants' people and machines: each refusal beside its legal twin. */

import assert from "node:assert/strict";
import { ask, asGroup, asServiceAccount } from "./fixture";
import { pod, type Ask } from "./kubernetes";

const ACME = "/api/v1/namespaces/tenant-acme";
const GLOBEX = "/api/v1/namespaces/tenant-globex";
const dryRun = (path: string) => `${path}?dryRun=All`;

type Refusal = [method: string, path: string, body: unknown, sentence: RegExp];

describe("tenants on the live API server", () => {
  let admin: Ask;
  let dev: Ask;
  let viewer: Ask;
  let stranger: Ask;
  let reconciler: Ask;

  before(async () => {
    admin = await asGroup("alice", "acme-admins");
    dev = await asGroup("dave", "acme-devs");
    viewer = await asGroup("vera", "acme-viewers");
    stranger = await asGroup("gina", "globex-admins");
    reconciler = await asServiceAccount("tenant-acme", "tenant-reconciler");
  });

  /** Refused with that sentence, and nothing but 403: a typo would be 400, 404 or 422. */
  async function refused(who: Ask, [method, path, body, sentence]: Refusal): Promise<void> {
    const { status, message } = await who(method, path, body);
    assert.match(message, sentence);
    assert.equal(status, 403, message);
  }

  async function allowed(
    who: Ask,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Record<string, unknown>> {
    const answer = await who(method, path, body);
    assert.ok(
      answer.status >= 200 && answer.status < 300,
      `${method} ${path}: ${answer.status} ${answer.message}`,
    );
    return answer.body;
  }

  describe("across the border (R5, R14)", () => {
    const kinds: [resource: string, group: string, base: string][] = [
      ["pods", "", "/api/v1"],
      ["secrets", "", "/api/v1"],
      ["configmaps", "", "/api/v1"],
      ["persistentvolumeclaims", "", "/api/v1"],
      ["resourcequotas", "", "/api/v1"],
      ["deployments", "apps", "/apis/apps/v1"],
      ["networkpolicies", "networking.k8s.io", "/apis/networking.k8s.io/v1"],
      ["rolebindings", "rbac.authorization.k8s.io", "/apis/rbac.authorization.k8s.io/v1"],
    ];
    for (const [resource, group, base] of kinds) {
      it(`lists its own ${resource} and nobody else's`, async () => {
        await allowed(admin, "GET", `${base}/namespaces/tenant-acme/${resource}`);
        await allowed(stranger, "GET", `${base}/namespaces/tenant-globex/${resource}`);
        const sentence = (user: string, namespace: string) =>
          new RegExp(
            `User "${user}" cannot list resource "${resource}" in API group "${group}" in the namespace "${namespace}"`,
          );
        await refused(admin, [
          "GET",
          `${base}/namespaces/tenant-globex/${resource}`,
          undefined,
          sentence("alice", "tenant-globex"),
        ]);
        await refused(stranger, [
          "GET",
          `${base}/namespaces/tenant-acme/${resource}`,
          undefined,
          sentence("gina", "tenant-acme"),
        ]);
        await refused(admin, [
          "GET",
          `${base}/${resource}`,
          undefined,
          new RegExp(`cannot list resource "${resource}" in API group "${group}" at the cluster scope`),
        ]);
      });
    }

    it("creates in its own namespace and not in the neighbour whose name begins alike", async () => {
      const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
      await allowed(admin, "POST", dryRun(`${ACME}/configmaps`), configMap("own"));
      await refused(admin, [
        "POST",
        dryRun("/api/v1/namespaces/tenant-acme-eu/configmaps"),
        configMap("foreign"),
        /User "alice" cannot create resource "configmaps".* in the namespace "tenant-acme-eu"/,
      ]);
    });

    it("reads its own namespace object and no other", async () => {
      await allowed(admin, "GET", ACME);
      await refused(admin, [
        "GET",
        GLOBEX,
        undefined,
        /cannot get resource "namespaces".* in the namespace "tenant-globex"/,
      ]);
      await refused(admin, [
        "GET",
        "/api/v1/namespaces",
        undefined,
        /cannot list resource "namespaces".* at the cluster scope/,
      ]);
    });

    for (const [path, resource] of [
      ["/api/v1/nodes", "nodes"],
      ["/api/v1/persistentvolumes", "persistentvolumes"],
      ["/apis/storage.k8s.io/v1/storageclasses", "storageclasses"],
      ["/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "customresourcedefinitions"],
      ["/apis/scheduling.k8s.io/v1/priorityclasses", "priorityclasses"],
      ["/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", "validatingadmissionpolicies"],
      ["/apis/rbac.authorization.k8s.io/v1/clusterroles", "clusterroles"],
      ["/apis/velero.io/v1/namespaces/velero/schedules", "schedules"],
      ["/api/v1/namespaces/velero/secrets", "secrets"],
    ] as const) {
      it(`sees no ${path}`, () =>
        refused(admin, ["GET", path, undefined, new RegExp(`cannot list resource "${resource}"`)]));
    }

    it("holds no right in the other's namespace, over all kinds, subresources and verbs", async () => {
      const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
      const resources = await namespacedResources();
      assert.ok(resources.length > 60, `${resources.length} resources discovered`);
      const granted = { own: 0, foreign: [] as string[] };
      const review = async (
        who: Ask,
        namespace: string,
        right: { group: string; resource: string; subresource: string; verb: string },
      ) => {
        const body = {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes: { namespace, ...right } },
        };
        const answer = await allowed(
          who,
          "POST",
          "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
          body,
        );
        return (answer["status"] as { allowed: boolean }).allowed;
      };
      for (const resource of resources) {
        await Promise.all(
          verbs.flatMap((verb) => [
            review(admin, "tenant-acme", { ...resource, verb }).then((yes) => (granted.own += Number(yes))),
            review(admin, "tenant-globex", { ...resource, verb }).then(
              (yes) => yes && granted.foreign.push(`alice ${verb} ${resource.resource}`),
            ),
            review(stranger, "tenant-acme", { ...resource, verb }).then(
              (yes) => yes && granted.foreign.push(`gina ${verb} ${resource.resource}`),
            ),
          ]),
        );
      }
      assert.deepEqual(granted.foreign, []);
      assert.ok(granted.own > 100, `alice holds ${granted.own} rights at home`);
    });
  });

  describe("against its own guardrails (R6)", () => {
    const NETWORK = "/apis/networking.k8s.io/v1/namespaces/tenant-acme/networkpolicies";
    const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/tenant-acme";
    const label = { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } };
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "mine" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "alice" }],
    };
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "x" },
      type: "kubernetes.io/service-account-token",
    };
    const token = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 315360000 },
    };

    it("reads each of them", async () => {
      for (const path of [
        `${ACME}/resourcequotas/tenant-quota`,
        `${ACME}/limitranges/tenant-limits`,
        `${NETWORK}/default-deny`,
        `${RBAC}/rolebindings/tenant-admin`,
      ]) {
        await allowed(admin, "GET", path);
      }
    });

    const refusals: Refusal[] = [
      ["PATCH", ACME, label, /cannot patch resource "namespaces"/],
      ["PATCH", `${ACME}/status`, label, /cannot patch resource "namespaces\/status"/],
      ["DELETE", ACME, undefined, /cannot delete resource "namespaces"/],
      [
        "POST",
        "/api/v1/namespaces",
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "tenant-acme-2" } },
        /cannot create resource "namespaces"/,
      ],
      ["DELETE", `${ACME}/resourcequotas/tenant-quota`, undefined, /cannot delete resource "resourcequotas"/],
      [
        "PATCH",
        `${ACME}/resourcequotas/tenant-quota`,
        { spec: { hard: { pods: "9999" } } },
        /cannot patch resource "resourcequotas"/,
      ],
      [
        "PATCH",
        `${ACME}/resourcequotas/tenant-quota/status`,
        {},
        /cannot patch resource "resourcequotas\/status"/,
      ],
      ["DELETE", `${ACME}/limitranges/tenant-limits`, undefined, /cannot delete resource "limitranges"/],
      [
        "DELETE",
        `${NETWORK}/default-deny`,
        undefined,
        /'tenantry-managed-objects' .* denied request: NetworkPolicy default-deny: the platform manages it\./,
      ],
      [
        "PATCH",
        `${NETWORK}/default-deny`,
        { spec: { policyTypes: ["Ingress"] } },
        /'tenantry-managed-objects' .* denied request: NetworkPolicy default-deny: the platform manages it\./,
      ],
      ["POST", `${RBAC}/rolebindings`, binding, /cannot create resource "rolebindings"/],
      ["DELETE", `${RBAC}/rolebindings/tenant-admin`, undefined, /cannot delete resource "rolebindings"/],
      [
        "POST",
        `${RBAC}/roles`,
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "r" }, rules: [] },
        /cannot create resource "roles"/,
      ],
      [
        "POST",
        `${ACME}/serviceaccounts/tenant-reconciler/token`,
        token,
        /cannot create resource "serviceaccounts\/token"/,
      ],
      ["POST", `${ACME}/secrets`, secret, /cannot create resource "secrets"/],
      ["GET", `${ACME}/services/x/proxy/`, undefined, /cannot get resource "services\/proxy"/],
      ["GET", `${ACME}/pods/x/proxy/`, undefined, /cannot get resource "pods\/proxy"/],
      [
        "PATCH",
        `${ACME}/pods/x/ephemeralcontainers`,
        {},
        /cannot patch resource "pods\/ephemeralcontainers"/,
      ],
      ["POST", `${ACME}/pods/x/binding`, {}, /cannot create resource "pods\/binding"/],
    ];
    for (const refusal of refusals) {
      it(`refuses ${refusal[0]} ${refusal[1].replace(/^.*\/tenant-acme/, "…")}`, () =>
        refused(admin, refusal));
    }

    it("refuses to impersonate its reconciler, or anybody", async () => {
      const impersonate = (user: string) =>
        admin("GET", `${ACME}/pods`, undefined, { "impersonate-user": user });
      for (const user of ["system:serviceaccount:tenant-acme:tenant-reconciler", "gina"]) {
        const { status, message } = await impersonate(user);
        assert.match(message, /User "alice" cannot impersonate/);
        assert.equal(status, 403);
      }
    });
  });

  describe("role by role (R7, R9, R10)", () => {
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: pod("web").spec },
      },
    };
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "app" } };
    const deployments = "/apis/apps/v1/namespaces/tenant-acme/deployments";

    it("lets admin, dev and the reconciler deploy, and view not", async () => {
      for (const who of [admin, dev, reconciler]) {
        await allowed(who, "POST", dryRun(deployments), deployment);
      }
      await refused(viewer, [
        "POST",
        dryRun(deployments),
        deployment,
        /User "vera" cannot create resource "deployments"/,
      ]);
    });

    it("lets view look", async () => {
      await allowed(viewer, "GET", deployments);
      await allowed(viewer, "GET", `${ACME}/pods`);
    });

    it("shows Secrets to admin and dev, not to view and the reconciler (R64)", async () => {
      await allowed(admin, "GET", `${ACME}/secrets`);
      await allowed(dev, "GET", `${ACME}/secrets`);
      await refused(viewer, [
        "GET",
        `${ACME}/secrets`,
        undefined,
        /User "vera" cannot list resource "secrets"/,
      ]);
      await refused(reconciler, [
        "GET",
        `${ACME}/secrets`,
        undefined,
        /tenant-reconciler" cannot list resource "secrets"/,
      ]);
    });

    it("lets the reconciler bring a Secret and read it by its name, and people bring none (R64)", async () => {
      const annotations = { "kubernetes.io/service-account.name": "tenant-reconciler" };
      const secret = (type: string) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "brought", annotations },
        type,
      });
      await allowed(reconciler, "POST", `${ACME}/secrets`, secret("Opaque"));
      try {
        await allowed(reconciler, "GET", `${ACME}/secrets/brought`);
      } finally {
        await allowed(reconciler, "DELETE", `${ACME}/secrets/brought`);
      }
      await refused(reconciler, [
        "POST",
        dryRun(`${ACME}/secrets`),
        secret("kubernetes.io/service-account-token"),
        /'tenantry-secret-types' .* Secret brought: it is of type kubernetes\.io\/service-account-token\./,
      ]);
      for (const who of [admin, dev]) {
        await refused(who, [
          "POST",
          dryRun(`${ACME}/secrets`),
          secret("Opaque"),
          /User "(alice|dave)" cannot create resource "secrets"/,
        ]);
      }
    });

    it("lets admin and the reconciler write network policies within the tenant, and dev none (R48)", async () => {
      const path = dryRun("/apis/networking.k8s.io/v1/namespaces/tenant-acme/networkpolicies");
      const policy = (to: object) => ({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "own" },
        spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [to] }] },
      });
      for (const who of [admin, reconciler]) {
        await allowed(who, "POST", path, policy({ podSelector: {} }));
        await refused(who, [
          "POST",
          path,
          policy({ ipBlock: { cidr: "0.0.0.0/0" } }),
          /'tenantry-network-policy-egress' .* NetworkPolicy own: it lets out to 0\.0\.0\.0\/0\./,
        ]);
      }
      await refused(dev, [
        "POST",
        path,
        policy({ podSelector: {} }),
        /User "dave" cannot create resource "networkpolicies"/,
      ]);
    });

    it("lets admin make a ServiceAccount, and dev not", async () => {
      await allowed(admin, "POST", dryRun(`${ACME}/serviceaccounts`), account);
      await refused(dev, [
        "POST",
        dryRun(`${ACME}/serviceaccounts`),
        account,
        /User "dave" cannot create resource "serviceaccounts"/,
      ]);
    });

    it("keeps the reconciler at home", async () => {
      const foreign = dryRun("/apis/apps/v1/namespaces/tenant-globex/deployments");
      await refused(reconciler, [
        "POST",
        foreign,
        deployment,
        /tenant-acme:tenant-reconciler" cannot create resource "deployments".*"tenant-globex"/,
      ]);
    });

    it("gives the default ServiceAccount nothing", async () => {
      const workload = await asServiceAccount("tenant-acme", "default");
      await refused(workload, [
        "GET",
        `${ACME}/pods`,
        undefined,
        /tenant-acme:default" cannot list resource "pods"/,
      ]);
    });

    it("takes no group whose name only begins alike", async () => {
      const impostor = await asGroup("ida", "acme-admins-2");
      await refused(impostor, ["GET", `${ACME}/pods`, undefined, /User "ida" cannot list resource "pods"/]);
    });
  });

  describe("with pods (R18, R20, R34, R35, R37)", () => {
    const create = (name: string, spec = {}, container = {}) =>
      dev("POST", dryRun(`${ACME}/pods`), pod(name, spec, container));
    const spoiled: [string, Record<string, unknown>, Record<string, unknown>, RegExp][] = [
      [
        "privileged",
        {},
        { securityContext: { privileged: true } },
        /violates PodSecurity "restricted:v1\.\d+": privileged/,
      ],
      [
        "hostPath",
        { volumes: [{ name: "h", hostPath: { path: "/" } }] },
        {},
        /violates PodSecurity .*restricted volume type "hostPath"/,
      ],
      [
        "hostNetwork",
        { hostNetwork: true },
        {},
        /violates PodSecurity .*host namespaces \(hostNetwork=true\)/,
      ],
      [
        "root",
        { securityContext: { runAsUser: 0, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } },
        {},
        /violates PodSecurity .*runAsUser=0/,
      ],
      [
        "no seccomp",
        { securityContext: { runAsNonRoot: true } },
        {},
        /violates PodSecurity .*seccompProfile/,
      ],
      [
        "a probe of another host",
        {},
        {
          livenessProbe: { httpGet: { host: "169.254.169.254", port: 80 } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
        /violates PodSecurity .*169\.254\.169\.254/,
      ],
      [
        "platform priority",
        { priorityClassName: "system-cluster-critical" },
        {},
        /'tenantry-priority-class' .* denied request: Pod spoiled: its priority class is system-cluster-critical\./,
      ],
      [
        "another tier's priority",
        { priorityClassName: "tenant-dedicated" },
        {},
        /'tenantry-priority-class' .* denied request: Pod spoiled: its priority class is tenant-dedicated\./,
      ],
      [
        "too large a container",
        {},
        limits({ cpu: "5" }),
        /maximum cpu usage per Container is 4, but limit is 5/,
      ],
    ];
    function limits(amounts: Record<string, string>) {
      return {
        resources: { limits: amounts },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      };
    }
    for (const [what, spec, container, sentence] of spoiled) {
      it(`refuses ${what}`, async () => {
        const { status, message } = await create("spoiled", spec, container);
        assert.match(message, sentence);
        assert.equal(status, 403);
      });
    }

    it("admits the twin that is not spoiled, in its own priority class and size", async () => {
      assert.equal((await create("plain")).status, 201);
      assert.equal((await create("classy", { priorityClassName: "tenant-standard" })).status, 201);
      assert.equal((await create("large", {}, limits({ cpu: "4" }))).status, 201);
    });

    it("fills requests and limits where a container names none", async () => {
      const { body } = await create("defaulted", {}, { resources: undefined });
      const [container] = (body["spec"] as { containers: { resources: unknown }[] }).containers;
      assert.deepEqual(container?.resources, {
        limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "1Gi" },
        requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "128Mi" },
      });
    });

    it("runs one for real, and ends it", async () => {
      await allowed(dev, "POST", `${ACME}/pods`, pod("real"));
      try {
        await eventually(async () => {
          const { body } = await dev("GET", `${ACME}/pods/real`);
          assert.equal((body["status"] as { phase?: string }).phase, "Running");
        });
      } finally {
        await allowed(dev, "DELETE", `${ACME}/pods/real?gracePeriodSeconds=0`);
      }
    });

    it("admits exactly what the quota has left when many ask at once (attack A143)", async () => {
      const service = (index: number) => ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: `many-${index}` },
        spec: { ports: [{ port: 80 }] },
      });
      const { body } = await dev("GET", `${ACME}/resourcequotas/tenant-quota`);
      const left = Number((body["status"] as { hard: Record<string, string> }).hard["services"]);
      const answers = await Promise.all(
        Array.from({ length: left + 10 }, (_, index) => dev("POST", `${ACME}/services`, service(index))),
      );
      const admitted = answers.filter(({ status }) => status === 201);
      try {
        assert.equal(admitted.length, left);
        for (const { status, message } of answers.filter((answer) => !admitted.includes(answer))) {
          assert.match(message, /exceeded quota: tenant-quota, requested: services=1/);
          assert.equal(status, 403);
        }
      } finally {
        await allowed(dev, "DELETE", `${ACME}/services`);
      }
    });
  });

  describe("with Services and claims (R34, R56)", () => {
    const service = (type: string) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s" },
      spec: { type, ports: [{ port: 80 }] },
    });
    const claim = (storage: string) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: {
        storageClassName: "tenant-acme",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage } },
      },
    });

    it("refuses NodePort and LoadBalancer, and admits ClusterIP", async () => {
      await allowed(dev, "POST", dryRun(`${ACME}/services`), service("ClusterIP"));
      await refused(dev, [
        "POST",
        dryRun(`${ACME}/services`),
        service("NodePort"),
        /'tenantry-service-type' .* denied request: Service s: it is of type NodePort\./,
      ]);
      await refused(dev, [
        "POST",
        dryRun(`${ACME}/services`),
        service("LoadBalancer"),
        /'tenantry-service-type' .* denied request: Service s: it is of type LoadBalancer\b/,
      ]);
    });

    it("refuses a claim beyond the storage quota, and admits one within", async () => {
      await allowed(dev, "POST", dryRun(`${ACME}/persistentvolumeclaims`), claim("10Gi"));
      await refused(dev, [
        "POST",
        dryRun(`${ACME}/persistentvolumeclaims`),
        claim("10Ti"),
        /exceeded quota: tenant-quota, requested: requests\.storage=10Ti/,
      ]);
    });
  });
});

interface Resource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
}

/** Every namespaced resource and subresource that the API server serves. */
async function namespacedResources(): Promise<Resource[]> {
  const { body } = await ask("GET", "/apis");
  const groups = (body["groups"] as { name: string; preferredVersion: { groupVersion: string } }[]).map(
    ({ name, preferredVersion }) => ({ group: name, path: `/apis/${preferredVersion.groupVersion}` }),
  );
  const lists = [{ group: "", path: "/api/v1" }, ...groups].map(async ({ group, path }) => {
    const { body: list } = await ask("GET", path);
    return (list["resources"] as { name: string; namespaced: boolean }[])
      .filter(({ namespaced }) => namespaced)
      .map(({ name }) => {
        const [resource = "", subresource = ""] = name.split("/");
        return { group, resource, subresource };
      });
  });
  return (await Promise.all(lists)).flat();
}

async function eventually(check: () => Promise<void>, seconds = 20): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; ;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
