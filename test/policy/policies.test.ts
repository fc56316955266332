/** Every policy over what the program declares, and over the same with one thing spoilt. */

import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { pod } from "../../guardrails/examples";
import { declared, isPartlyUnknown } from "../../policy/declared";
import { policies, resourceChecks, stackChecks } from "../../policy/policies";
import { setting, type StackKind } from "../../policy/project";
import { equipped } from "../components/fixtures";
import {
  asDeclared,
  listGraph,
  platform,
  platformGraph,
  resourceOf,
  tenants,
  UNKNOWN_TEXT,
} from "./fixtures";

describe("the policies", () => {
  it("bear names of their own, and say in one sentence what they are for and by which rows", () => {
    const names = policies.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
    for (const { name, description } of policies) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      assert.match(description, /^[A-Z][^.]* \(R[0-9]+([,-] ?R[0-9]+)*\)\.$/, name);
    }
  });

  it("are mandatory, but for the one that only tells", () => {
    assert.deepEqual(
      policies.filter(({ enforcementLevel }) => enforcementLevel !== undefined).map(({ name }) => name),
      ["admission-advice"],
    );
  });
});

/** What every policy says of a stack, a sentence each with the policy's name before it. */
function verdict(kind: StackKind, resources: readonly PolicyResource[], on = platform): string[] {
  const held = settingFor(kind, on);
  const all = resources.map(declared);
  const single = resourceChecks.flatMap((check) =>
    all
      .filter(({ type }) => check.about(type))
      .flatMap((one) => check.judge(one, held).map((sentence) => `${check.name}: ${sentence}`)),
  );
  return [...single, ...absences(kind, resources, on)];
}

/** The part of it that is about the stack as a whole. */
function absences(kind: StackKind, resources: readonly PolicyResource[], on = platform): string[] {
  const all = resources.map(declared);
  return stackChecks
    .filter(({ of }) => of === kind)
    .flatMap((check) =>
      check.judgeStack(all, settingFor(kind, on)).map((sentence) => `${check.name}: ${sentence}`),
    );
}

function settingFor(kind: StackKind, on: typeof platform) {
  return setting(kind, on, kind === "platform" ? [] : tenants);
}

type Tree = Record<string, unknown>;

/** The value at a path such as `spec.hard.pods`, or without the last step where there is no value. */
function changed(props: unknown, path: string, value: unknown): Tree {
  const copy = structuredClone(asPlain(props)) as Tree;
  const steps = path.split("/").map((step) => step.replaceAll("~1", "/"));
  const last = steps.pop() ?? "";
  const inner = steps.reduce<Tree>((at, step) => (at[step] ??= {}) as Tree, copy);
  if (value === undefined) {
    delete inner[last];
  } else {
    inner[last] = value;
  }
  return copy;
}

/** Through the traps around unknown values. */
function asPlain(props: unknown): unknown {
  const known = (value: unknown): unknown =>
    typeof value === "symbol"
      ? UNKNOWN_TEXT
      : Array.isArray(value)
        ? value.map(known)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, known(inner)]))
          : value;
  return known(asDeclared(resourceOf("x:y:Z", "x", props as Tree)).props);
}

describe("the policies over the declared list", () => {
  let list: PolicyResource[];
  before(async () => {
    list = await listGraph();
  });

  it("find nothing, though values are unknown", () => {
    const unknown = list.filter((one) => isPartlyUnknown(asDeclared(one).props)).map(({ name }) => name);
    assert.ok(unknown.includes("acme-alias") && unknown.includes("acme-backup-credential"), unknown.join());
    assert.deepEqual(verdict("list", list), []);
  });

  /** The list with one property of one resource changed. */
  const spoilt = (type: string, name: string, path: string, value: unknown): PolicyResource[] => {
    const found = list.filter((one) => one.name === name && one.type.endsWith(`:${type}`));
    assert.equal(found.length, 1, `${type} ${name}`);
    return list.map((one) =>
      one === found[0]
        ? resourceOf(one.type, one.name, changed(one.props, path, value), one.opts.protect)
        : one,
    );
  };
  const documentOf = (type: string, name: string, property: string): { Statement: Tree[] } => {
    const found = list.find((one) => one.name === name && one.type.endsWith(`:${type}`));
    return JSON.parse(String(found?.props[property])) as { Statement: Tree[] };
  };
  /** The document with something done to one of its statements. */
  const statement = (type: string, name: string, property: string, sid: string, more: Tree): string => {
    const document = documentOf(type, name, property);
    assert.ok(
      document.Statement.some(({ Sid }) => Sid === sid),
      sid,
    );
    return JSON.stringify({
      ...document,
      Statement: document.Statement.map((one) => (one["Sid"] === sid ? { ...one, ...more } : one)),
    });
  };
  const added = (type: string, name: string, property: string, more: Tree): string => {
    const document = documentOf(type, name, property);
    return JSON.stringify({ ...document, Statement: [...document.Statement, { Effect: "Allow", ...more }] });
  };

  const [acme, acmeEu] = tenants;
  assert.ok(acme && acmeEu);
  const role = (id: string, purpose: string) => `arn:aws:iam::123456789012:role/tenantry-${id}-${purpose}`;
  const own = `IAM role tenantry-${acme.id}`;
  const issuer = "oidc.test.example";
  const velero = "system:serviceaccount:velero:velero";

  const cases: [what: string, of: () => PolicyResource[], says: readonly string[]][] = [
    [
      "a namespace with an object that admission would refuse",
      () => [
        ...list,
        resourceOf("kubernetes:core/v1:Service", "acme-open", {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "open", namespace: "tenant-acme" },
          spec: { type: "ExternalName", externalName: "db.tenant-acme-eu.svc.cluster.local" },
        }),
      ],
      ["admission-rules: Service open: "],
    ],
    [
      "a rule that is set to audit",
      () => [
        ...list,
        resourceOf("kubernetes:core/v1:Pod", "acme-pod", {
          ...pod({ container: { securityContext: { privileged: true } } }),
          metadata: { name: "web", namespace: "tenant-acme" },
        }),
      ],
      ["admission-advice: Pod web: container app is privileged. "],
    ],
    [
      "another tenant's key on a StorageClass",
      () =>
        spoilt(
          "StorageClass",
          "acme-storage-class",
          "parameters/kmsKeyId",
          `arn:aws:kms:eu-central-1:123456789012:alias/tenantry/${acmeEu.id}`,
        ),
      [
        `tenant-borders: acme-storage-class of tenant acme: names tenant acme-eu (${acmeEu.id}); name its own alone`,
        `storage-keys: StorageClass tenant-acme of tenant acme: encrypts with arn:aws:kms:eu-central-1:123456789012:alias/tenantry/${acmeEu.id} instead of arn:aws:kms:eu-central-1:123456789012:alias/tenantry/${acme.id}`,
      ],
    ],
    [
      "a StorageClass that does not encrypt",
      () => spoilt("StorageClass", "acme-storage-class", "parameters/encrypted", "false"),
      ["storage-keys: StorageClass tenant-acme of tenant acme: does not encrypt"],
    ],
    [
      "another tenant's ServiceAccount in a binding",
      () => spoilt("Key", "acme-key", "description", "for system:serviceaccount:tenant-acme-eu:workload"),
      [`tenant-borders: acme-key of tenant acme: names tenant acme-eu (${acmeEu.id}); name its own alone`],
    ],
    [
      "a key that is not rotated",
      () => spoilt("Key", "acme-key", "enableKeyRotation", false),
      ["key-policies: KMS key of tenant acme: is not rotated"],
    ],
    [
      "a key that is soon destroyed",
      () => spoilt("Key", "acme-key", "deletionWindowInDays", 7),
      ["key-policies: KMS key of tenant acme: is destroyed after 7 days instead of 30"],
    ],
    [
      "a key for everybody",
      () =>
        spoilt(
          "Key",
          "acme-key",
          "policy",
          added("Key", "acme-key", "policy", { Principal: "*", Action: "kms:Decrypt", Resource: "*" }),
        ),
      ["key-policies: KMS key of tenant acme: lets everybody in (kms:Decrypt)"],
    ],
    [
      "a key that the account uses",
      () =>
        spoilt(
          "Key",
          "acme-key",
          "policy",
          statement("Key", "acme-key", "policy", "AccountAdministersButDoesNotUse", { Action: "kms:*" }),
        ),
      ["key-policies: KMS key of tenant acme: lets the whole account use it (kms:*)"],
    ],
    [
      "a key for a role of another account",
      () =>
        spoilt(
          "Key",
          "acme-key",
          "policy",
          added("Key", "acme-key", "policy", {
            Principal: { AWS: "arn:aws:iam::210987654321:role/reader" },
            Action: "kms:Decrypt",
          }),
        ),
      ["key-policies: KMS key of tenant acme: lets arn:aws:iam::210987654321:role/reader in (kms:Decrypt)"],
    ],
    [
      "a key whose backups are of every prefix",
      () =>
        spoilt(
          "Key",
          "acme-key",
          "policy",
          statement("Key", "acme-key", "policy", "BackupsThroughS3", {
            Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
          }),
        ),
      [
        `key-policies: KMS key of tenant acme: lets ${role(acme.id, "backup")} use it otherwise than for this tenant (kms:Decrypt, kms:GenerateDataKey)`,
      ],
    ],
    [
      "a key for another tenant's backups",
      () =>
        spoilt(
          "Key",
          "acme-key",
          "policy",
          statement("Key", "acme-key", "policy", "BackupsFindTheKey", {
            Principal: { AWS: role(acmeEu.id, "backup") },
          }),
        ),
      [
        `tenant-borders: acme-key of tenant acme: names tenant acme-eu (${acmeEu.id}); name its own alone`,
        `key-policies: KMS key of tenant acme: lets ${role(acmeEu.id, "backup")} in (kms:DescribeKey)`,
      ],
    ],
    [
      "a key of nobody",
      () => spoilt("Key", "acme-key", "tags/tenant", "nobody"),
      [
        "key-policies: KMS key acme-key: its tag tenant names no tenant of this list; tag it with its tenant's id",
        `tenant-planes: tenant acme: encryption: KMS key tagged for ${acme.id} is missing`,
      ],
    ],
    [
      "a role without a boundary",
      () => spoilt("Role", "acme-workload-role", "permissionsBoundary", undefined),
      [`trust-policies: ${own}-workload of tenant acme: is not bounded by tenantry-tenant-boundary`],
    ],
    [
      "a trust that matches names",
      () =>
        spoilt(
          "Role",
          "acme-backup-role",
          "assumeRolePolicy",
          statement("Role", "acme-backup-role", "assumeRolePolicy", "VeleroOfThisCluster", {
            Condition: {
              StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
              StringLike: { [`${issuer}:sub`]: velero },
            },
          }),
        ),
      [
        `trust-policies: ${own}-backup of tenant acme: does not compare the ServiceAccount of the token (sub) with the tenant's own alone`,
      ],
    ],
    [
      "a trust for every audience",
      () =>
        spoilt(
          "Role",
          "acme-backup-role",
          "assumeRolePolicy",
          statement("Role", "acme-backup-role", "assumeRolePolicy", "VeleroOfThisCluster", {
            Condition: { StringEquals: { [`${issuer}:sub`]: velero } },
          }),
        ),
      [`trust-policies: ${own}-backup of tenant acme: does not compare the audience of the token (aud)`],
    ],
    [
      "a trust in another tenant's ServiceAccount",
      () =>
        spoilt(
          "Role",
          "acme-workload-role",
          "assumeRolePolicy",
          statement("Role", "acme-workload-role", "assumeRolePolicy", "ServiceAccountsOfThisTenant", {
            Condition: {
              StringEquals: {
                [`${issuer}:aud`]: "sts.amazonaws.com",
                [`${issuer}:sub`]: "system:serviceaccount:tenant-acme-eu:workload",
              },
            },
          }),
        ),
      [
        `tenant-borders: acme-workload-role of tenant acme: names tenant acme-eu (${acmeEu.id}); name its own alone`,
        `trust-policies: ${own}-workload of tenant acme: does not compare the ServiceAccount of the token (sub) with the tenant's own alone`,
      ],
    ],
    [
      "a trust in everybody",
      () =>
        spoilt(
          "Role",
          "acme-workload-role",
          "assumeRolePolicy",
          added("Role", "acme-workload-role", "assumeRolePolicy", {
            Principal: { AWS: "*" },
            Action: "sts:AssumeRole",
          }),
        ),
      [`trust-policies: ${own}-workload of tenant acme: trusts everybody`],
    ],
    [
      "a role that reaches every prefix",
      () =>
        spoilt(
          "RolePolicy",
          "acme-backup-policy",
          "policy",
          statement("RolePolicy", "acme-backup-policy", "policy", "UseOwnPrefix", {
            Resource: "arn:aws:s3:::test-backups/tenants/*",
          }),
        ),
      [
        `role-policies: policy backup-prefix of ${own}-backup of tenant acme: reaches data of other tenants (arn:aws:s3:::test-backups/tenants/*)`,
      ],
    ],
    [
      "a role that lists the whole bucket",
      () =>
        spoilt(
          "RolePolicy",
          "acme-backup-policy",
          "policy",
          statement("RolePolicy", "acme-backup-policy", "policy", "ListOwnPrefix", { Condition: {} }),
        ),
      [
        `role-policies: policy backup-prefix of ${own}-backup of tenant acme: lists what other tenants keep in the bucket`,
      ],
    ],
    [
      "a role whose prefix lacks the closing slash",
      () =>
        spoilt(
          "RolePolicy",
          "acme-backup-policy",
          "policy",
          statement("RolePolicy", "acme-backup-policy", "policy", "ListOwnPrefix", {
            Condition: { StringLike: { "s3:prefix": `tenants/${acme.id}*` } },
          }),
        ),
      [
        `role-policies: policy backup-prefix of ${own}-backup of tenant acme: lists what other tenants keep in the bucket`,
      ],
    ],
    [
      "a role that may do all but some actions",
      () =>
        spoilt(
          "RolePolicy",
          "acme-backup-policy",
          "policy",
          added("RolePolicy", "acme-backup-policy", "policy", {
            NotAction: "iam:*",
            Resource: `arn:aws:s3:::test-backups/tenants/${acme.id}/*`,
          }),
        ),
      [
        `role-policies: policy backup-prefix of ${own}-backup of tenant acme: allows everything but some actions (NotAction)`,
      ],
    ],
    [
      "a document that is none",
      () => spoilt("RolePolicy", "acme-backup-policy", "policy", "{"),
      [`role-policies: policy backup-prefix of ${own}-backup of tenant acme: holds no policy document`],
    ],
    [
      "a secret under the account's key",
      () => spoilt("Secret", "soylent-secret--database", "kmsKeyId", undefined),
      [
        "secret-policies: secret of tenant soylent: lies under the account's key instead of arn:aws:kms:eu-central-1:123456789012:alias/tenantry/6e5d4c3b-2a19-4f08-9e7d-5c4b3a291807",
      ],
    ],
    [
      "a secret that is open to others",
      () =>
        spoilt(
          "SecretPolicy",
          "soylent-secret--database-policy",
          "policy",
          JSON.stringify({ Statement: [] }),
        ),
      [
        "secret-policies: policy soylent-secret--database-policy of a secret: does not deny everybody but the tenant's role",
      ],
    ],
    [
      "a Vault policy that reaches the mounts",
      () =>
        spoilt(
          "Policy",
          "acme-tenant-read",
          "policy",
          JSON.stringify({ path: { "sys/mounts/*": { capabilities: ["update"] } } }),
        ),
      [
        "vault-boundaries: acme-tenant-read of tenant acme: Vault policy tenant-read gives update on sys/mounts/*, which is not the tenant's secrets",
      ],
    ],
    [
      "a Vault policy that nobody can judge",
      () => spoilt("Policy", "acme-tenant-read", "policy", 'path "sys/*" { capabilities = ["sudo"] }'),
      [
        "vault-boundaries: acme-tenant-read of tenant acme: Vault policy tenant-read is not JSON, so that nobody here can judge it; write it as JSON",
      ],
    ],
    [
      "a login for another tenant's namespace",
      () =>
        spoilt("AuthBackendRole", "acme-secret-reader-login", "boundServiceAccountNamespaces", [
          "tenant-acme",
          "tenant-acme-eu",
        ]),
      [
        "vault-boundaries: acme-secret-reader-login of tenant acme: Vault login external-secrets: takes ServiceAccounts of tenant-acme, tenant-acme-eu instead of tenant-acme",
      ],
    ],
    [
      "a login that writes",
      () => spoilt("AuthBackendRole", "acme-secret-reader-login", "tokenPolicies", ["tenant-write"]),
      [
        "vault-boundaries: acme-secret-reader-login of tenant acme: Vault login external-secrets: carries the policies tenant-write instead of tenant-read",
      ],
    ],
    [
      "an AppRole whose tokens live for ever",
      () => spoilt("AuthBackendRole", "acme-reader", "tokenMaxTtl", 0),
      [
        "vault-boundaries: acme-reader of tenant acme: AppRole reader: tokenMaxTtl is 0 instead of at most 3600 seconds",
      ],
    ],
    [
      "a Vault mount outside every namespace",
      () => spoilt("Mount", "acme-kv", "namespace", undefined),
      [
        "vault-boundaries: acme-kv: lies outside every Vault namespace; put it into its tenant's",
        `tenant-planes: tenant acme: secrets: Vault mount ${acme.id}/kv is missing`,
      ],
    ],
    [
      "backups in another tenant's prefix",
      () =>
        spoilt(
          "BackupStorageLocation",
          "acme-backup-location",
          "spec/objectStorage/prefix",
          `tenants/${acmeEu.id}`,
        ),
      [
        `tenant-borders: acme-backup-location of tenant acme: names tenant acme-eu (${acmeEu.id}); name its own alone`,
        `backup-places: BackupStorageLocation tenant-acme of tenant acme: writes to test-backups/tenants/${acmeEu.id} instead of test-backups/tenants/${acme.id}`,
        `unique-names: bucket prefix test-backups/tenants/${acmeEu.id} is declared 2 times, by acme-backup-location and acme-eu-backup-location`,
      ],
    ],
    [
      "a backup of every namespace",
      () => spoilt("Schedule", "acme-backup-schedule", "spec/template/includedNamespaces", []),
      ["backup-places: Schedule tenant-acme of tenant acme: backs up every namespace instead of tenant-acme"],
    ],
    [
      "a namespace below its level",
      () => spoilt("Namespace", "acme", "metadata/labels/pod-security.kubernetes.io~1enforce", "baseline"),
      ["pod-security: Namespace tenant-acme of tenant acme: enforces baseline instead of restricted"],
    ],
    [
      "a namespace of another tenant's id",
      () => spoilt("Namespace", "acme", "metadata/labels/tenant", acmeEu.id),
      [
        `pod-security: Namespace tenant-acme of tenant acme: is labelled for ${acmeEu.id} instead of ${acme.id}`,
      ],
    ],
    [
      "a quota larger than the file's",
      () => spoilt("ResourceQuota", "acme-eu-quota", "spec/hard/pods", "5000"),
      [
        "quotas: ResourceQuota tenant-acme-eu/tenant-quota of tenant acme-eu: gives 5000 of pods instead of 50",
      ],
    ],
    [
      "a quota that forgets something",
      () => spoilt("ResourceQuota", "acme-eu-quota", "spec/hard/secrets", undefined),
      [
        "quotas: ResourceQuota tenant-acme-eu/tenant-quota of tenant acme-eu: gives any amount of secrets instead of 50",
      ],
    ],
    [
      "limits above the file's",
      () => spoilt("LimitRange", "acme-eu-limits", "spec/limits/0/max/cpu", "64"),
      [
        "quotas: LimitRange tenant-acme-eu/tenant-limits of tenant acme-eu: lets one container have 64 of cpu instead of ",
      ],
    ],
    [
      "a default deny of one direction",
      () => spoilt("NetworkPolicy", "acme-default-deny", "spec/policyTypes", ["Ingress"]),
      ["default-deny: NetworkPolicy tenant-acme/default-deny of tenant acme: does not close egress"],
    ],
    [
      "a default deny of some pods",
      () => spoilt("NetworkPolicy", "acme-default-deny", "spec/podSelector", { matchLabels: { app: "web" } }),
      [
        "default-deny: NetworkPolicy tenant-acme/default-deny of tenant acme: leaves out the pods that it does not select",
      ],
    ],
    [
      "a default deny that opens",
      () => spoilt("NetworkPolicy", "acme-default-deny", "spec/egress", [{}]),
      ["default-deny: NetworkPolicy tenant-acme/default-deny of tenant acme: opens egress"],
    ],
    [
      "a protected tenant's key without protection",
      () =>
        list.map((one) =>
          one.name === "acme-key" ? { ...one, opts: { ...one.opts, protect: false } } : one,
        ),
      [
        "data-protection: acme-key of tenant acme: is not protected from deletion (protect), which the tenant's file asks for (lifecycle)",
      ],
    ],
    [
      "two resources of one name",
      () => spoilt("Alias", "acme-alias", "name", `alias/tenantry/${acmeEu.id}`),
      [
        `tenant-planes: tenant acme: encryption: KMS alias alias/tenantry/${acme.id} is missing`,
        `unique-names: KMS alias alias/tenantry/${acmeEu.id} is declared 2 times, by acme-alias and acme-eu-alias`,
      ],
    ],
  ];

  for (const [what, of, says] of cases) {
    it(`find ${what}`, () => {
      const found = verdict("list", of());
      for (const sentence of says) {
        assert.ok(
          found.some((one) => one.startsWith(sentence)),
          `${sentence}\nnot in\n${found.join("\n")}`,
        );
      }
      // The rules of admission have tests of their own, and may be against the same thing.
      const others = found.filter(
        (one) => !one.startsWith("admission-") && !says.some((sentence) => one.startsWith(sentence)),
      );
      assert.deepEqual(others, []);
    });
  }

  it("find every part of every plane that is missing", () => {
    const parts = list.filter(({ type }) => !type.startsWith("pulumi:"));
    const unmissed = parts.filter(
      (part) =>
        absences(
          "list",
          list.filter((one) => one !== part),
        ).length === 0,
    );
    // The ARN of the secret that it closes is made up by AWS: its absence is left to the proof.
    assert.deepEqual(
      unmissed.map(({ name }) => name),
      ["soylent-secret--database-policy"],
    );
  });
});

describe("the policies over the declared platform", () => {
  let graph: PolicyResource[];
  before(async () => {
    graph = await platformGraph();
  });

  it("find nothing", () => assert.deepEqual(verdict("platform", graph), []));

  const isGuardrail = ({ type }: PolicyResource) => type.includes("admissionregistration.k8s.io");

  it("find every guardrail that is missing", () => {
    const guardrails = graph.filter(isGuardrail);
    assert.ok(guardrails.length > 20);
    for (const guardrail of guardrails) {
      const { kind, metadata } = guardrail.props as { kind: string; metadata: { name: string } };
      assert.deepEqual(
        absences(
          "platform",
          graph.filter((one) => one !== guardrail),
        ),
        [
          `guardrails-stand: ${kind} ${metadata.name} is missing from the platform; declare it again, or take its rule out of guardrails/`,
        ],
      );
    }
  });

  const cure =
    "change the rule in guardrails/, or set it to audit in the platform's settings (guardrails.rules), and leave its objects alone";
  const loosened: [string, string, string, unknown, string][] = [
    [
      "ValidatingAdmissionPolicyBinding",
      "guardrail-volume-source-binding",
      "spec/validationActions",
      ["Audit"],
      "does Audit instead of Deny",
    ],
    [
      "ValidatingAdmissionPolicyBinding",
      "guardrail-volume-source-binding",
      "spec/matchResources",
      { namespaceSelector: {} },
      "holds in some places only (matchResources)",
    ],
    [
      "ValidatingAdmissionPolicy",
      "guardrail-volume-source",
      "spec/failurePolicy",
      "Ignore",
      "lets everything through where it cannot be worked out (failurePolicy Ignore)",
    ],
    [
      "ValidatingAdmissionPolicy",
      "guardrail-volume-source",
      "spec/matchConstraints/namespaceSelector",
      { matchLabels: { guarded: "true" } },
      "looks at other namespaces than its rule (namespaceSelector)",
    ],
    [
      "ValidatingAdmissionPolicy",
      "guardrail-volume-source",
      "spec/validations",
      [{ expression: "true" }],
      "says something else than its rule",
    ],
  ];
  for (const [type, name, path, value, says] of loosened) {
    it(`find a guardrail that ${says}`, () => {
      const spoilt = graph.map((one) =>
        one.name === name && one.type.endsWith(`:${type}`)
          ? resourceOf(one.type, one.name, changed(one.props, path, value), one.opts.protect)
          : one,
      );
      assert.deepEqual(verdict("platform", spoilt), [
        `guardrails-kept: ${type} tenantry-volume-source: ${says}; ${cure}`,
      ]);
    });
  }

  for (const [engine, type, field, told, says] of [
    [
      "kyverno",
      "ValidatingPolicy",
      "validationActions",
      ["Audit", "Warn"],
      "does Audit, Warn instead of Deny",
    ],
    ["gatekeeper", "TenantryVolumeSource", "enforcementAction", "warn", "does warn instead of deny"],
  ] as const) {
    it(`find a guardrail of ${engine} that only tells, or is missing`, async () => {
      const on = equipped({}, { guardrails: engine });
      const declaredThere = await platformGraph(on);
      assert.deepEqual(verdict("platform", declaredThere, on), []);
      const one = declaredThere.find(({ name }) => name === "guardrail-volume-source");
      assert.ok(one !== undefined && one.type.endsWith(`:${type}`));
      const others = declaredThere.filter((other) => other !== one);
      const loose = resourceOf(one.type, one.name, changed(one.props, `spec/${field}`, told));
      const object = `${type} tenantry-volume-source`;
      assert.deepEqual(verdict("platform", [...others, loose], on), [
        `guardrails-kept: ${object}: ${says}; ${cure}`,
      ]);
      assert.deepEqual(verdict("platform", others, on), [
        `guardrails-stand: ${object} is missing from the platform; declare it again, or take its rule out of guardrails/`,
      ]);
    });
  }
});
