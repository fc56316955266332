import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { Platform } from "../../components/platform";
import { declareTenants } from "../../components/tenant-list";
import { roleRules, type BoundRole, type Rule } from "../../model/roles";
import { platform, tenantOf } from "./fixtures";
import { assertGolden } from "./golden";
import { graphOf, type Declared } from "./graph";

describe("the declared graph of the platform", () => {
  let graph: Declared[];

  before(async () => {
    graph = await graphOf(
      () =>
        new Platform(
          "platform",
          { platform, facts: platform },
          {
            providers: [
              new kubernetes.Provider("cluster", {}),
              new aws.Provider("account", { region: "eu-central-1" }),
            ],
          },
        ),
    );
  });

  it("is the one on file, beside the rules, which have a page of their own", () =>
    assertGolden(
      "platform",
      graph.filter(({ name }) => !name.startsWith("guardrail-")),
    ));

  it("protects the bucket and the system namespaces", () => {
    const kept = graph.filter(({ opts }) => opts.protect).map(({ name }) => name);
    assert.deepEqual(kept, ["gateway", "observability", "backup", "backup-bucket"]);
  });

  it("aggregates no role (attack A026)", () => {
    const roles = graph.filter(({ type }) => type.endsWith(":ClusterRole"));
    assert.equal(roles.length, 8);
    for (const { props } of roles) {
      assert.equal(props["aggregationRule"], undefined);
      assert.ok(!JSON.stringify(props["metadata"]).includes("aggregate-to"));
    }
  });
});

const WRITES = ["create", "update", "patch", "delete", "deletecollection"];
const grants = (rules: readonly Rule[]) =>
  new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
      ),
    ),
  );

describe("the tenant roles", () => {
  const roles = Object.entries(roleRules) as [BoundRole, readonly Rule[]][];

  it("leave the guardrails, identities and proxies alone (R6)", () => {
    const untouchable = [
      ...["resourcequotas", "limitranges", "namespaces", "endpoints"].map((resource) => `${resource}.`),
      "endpointslices.discovery.k8s.io",
      "roles.rbac.authorization.k8s.io",
      "rolebindings.rbac.authorization.k8s.io",
    ];
    for (const [role, rules] of roles) {
      const granted = grants(rules);
      for (const resource of untouchable) {
        assert.deepEqual(
          WRITES.filter((verb) => granted.has(`${verb} ${resource}`)),
          [],
          `${role}: ${resource}`,
        );
      }
    }
  });

  it("hold no wildcard, no token, no impersonation, no proxy, no ephemeral container (attacks A002 to A007)", () => {
    const never =
      /\*|serviceaccounts\/token|\/proxy|ephemeralcontainers|pods\/binding|localsubjectaccessreviews/;
    for (const [role, rules] of roles) {
      for (const right of grants(rules)) {
        assert.doesNotMatch(right, never, role);
        assert.doesNotMatch(right, /^(impersonate|bind|escalate|approve|sign|use) /, role);
      }
    }
  });

  it("rise from view over dev to admin, and keep the reconciler below admin (R82)", () => {
    const [admin, dev, view, reconciler] = (["admin", "dev", "view", "reconciler"] as const).map((role) =>
      grants(roleRules[role]),
    );
    assert.ok(admin && dev && view && reconciler);
    const beyond = (lower: Set<string>, upper: Set<string>) =>
      [...lower].filter((right) => !upper.has(right));
    assert.deepEqual(beyond(view, dev), []);
    assert.deepEqual(beyond(dev, admin), []);
    // People do not write Secrets (R64).
    assert.deepEqual(
      beyond(reconciler, admin),
      WRITES.map((verb) => `${verb} secrets.`),
    );
    assert.ok(admin.size > dev.size && dev.size > view.size && admin.size > reconciler.size);
  });

  it("let view read no Secret, people write none, and the reconciler browse none (R3, R64, attack A030)", () => {
    const secrets = (role: BoundRole) =>
      [...grants(roleRules[role])]
        .filter((right) => right.includes(" secrets."))
        .map((right) => right.split(" ")[0]);
    assert.deepEqual(secrets("view"), []);
    assert.deepEqual(secrets("dev"), ["get", "list", "watch"]);
    assert.deepEqual(secrets("admin"), ["get", "list", "watch"]);
    assert.deepEqual(secrets("reconciler"), ["get", ...WRITES]);
  });

  it("let admin and the reconciler write network policies, which a guardrail judges (R48)", () => {
    const writers = roles.filter(([, rules]) =>
      grants(rules).has("create networkpolicies.networking.k8s.io"),
    );
    assert.deepEqual(
      writers.map(([role]) => role),
      ["admin", "reconciler"],
    );
  });

  it("create nothing that the quota does not count (attack A140)", async () => {
    const graph = await graphOf(() => declareTenants([tenantOf("standard")], platform, []));
    const quota = graph.find(({ name }) => name === "acme-quota")?.props["spec"] as {
      hard: Record<string, string>;
    };
    const counted = new Set(Object.keys(quota.hard).map((key) => key.replace(/^count\//, "")));
    const created = roles.flatMap(([, rules]) =>
      rules
        .filter(({ verbs }) => verbs.includes("create"))
        .flatMap(({ apiGroups, resources }) =>
          apiGroups.flatMap((group) => resources.map((resource) => [resource, group] as const)),
        )
        .filter(([resource]) => !resource.includes("/"))
        .map(([resource, group]) => (group === "" ? resource : `${resource}.${group}`)),
    );
    assert.ok(created.length > 10);
    assert.deepEqual(
      [...new Set(created)].filter((resource) => !counted.has(resource)),
      [],
    );
  });
});
