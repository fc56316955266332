/**
 * The provisioner on the live API server: what a tenant list needs is granted, and every way to climb from there is
 * refused (R1-R4, R17). An attempt is sent by three: by the provisioner; by a member of its group to whom RBAC refuses
 * nothing, so that the guard stands alone (R30); and by the administrator, whom the guard does not bind and whose
 * success shows that nothing else was wrong with it.
 */

import assert from "node:assert/strict";
import {
  assertAllowed,
  assertRefused,
  byGuard,
  climbers,
  create,
  documentsOf,
  spoilt,
  tenantWithAll,
  type Climbers,
  type Document,
} from "./climbing";
import { ask } from "./fixture";

const ID = "7d3f2a1b-0c9e-4d8f-a7b6-5c4d3e2f1a0b";
const ACME_ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";
const TENANT = tenantWithAll("climber", ID, "10.143.0.0/22");
/** The same with its secrets in AWS. */
const IN_AWS = { ...TENANT, secrets: { ...TENANT.secrets, engine: "aws-secrets-manager" as const } };

const RBAC = "rbac.authorization.k8s.io";
const user = (name: string) => [{ kind: "User", apiGroup: RBAC, name }];
const group = (name: string) => [{ kind: "Group", apiGroup: RBAC, name }];
const account = (name: string, namespace: string) => [{ kind: "ServiceAccount", name, namespace }];
const base64 = (text: string) => Buffer.from(text).toString("base64");

type Climb = [
  what: string,
  of: string,
  field: readonly (string | number)[],
  value: unknown,
  sentence: RegExp,
  /** What RBAC says, where it refuses the provisioner before the guard can. */
  first?: RegExp,
];

describe("what the provisioner may write on the live API server", () => {
  let who: Climbers;
  let documents: ReadonlyMap<string, Document>;

  const find = (key: string) => {
    const found = documents.get(key);
    assert.ok(found, `${key} is not among ${[...documents.keys()].join(", ")}`);
    // The namespace is there already: another one of the tenant's is asked for.
    return found.kind === "Namespace" ? spoilt(found, ["metadata", "name"], "tenant-climber--new") : found;
  };

  before(async function () {
    this.timeout(600_000);
    who = await climbers();
    documents = new Map([
      ...(await documentsOf(TENANT)),
      ...[...(await documentsOf(IN_AWS))].map(([key, document]) => [`AWS ${key}`, document] as const),
    ]);
    const namespace = documents.get("Namespace tenant-climber");
    assert.ok(namespace);
    assertAllowed(await create(who.provisioner, namespace, ""));
    const role = {
      apiVersion: `${RBAC}/v1`,
      kind: "Role",
      metadata: { name: "tenant-admin", namespace: "tenant-climber", labels: {} },
      rules: [{ apiGroups: [""], resources: ["namespaces"], verbs: ["get"] }],
    };
    assertAllowed(await create(ask, role, ""));
  });

  after(async () => {
    await ask("DELETE", "/api/v1/namespaces/tenant-climber");
  });

  /** A document that the program declares is admitted; with one field changed it is not. */
  function refusesEach(climbs: readonly Climb[]): void {
    for (const [what, of, field, value, sentence, first = sentence] of climbs) {
      it(what, async () => {
        const legal = find(of);
        const climb = spoilt(legal, field, value);
        assertAllowed(await create(who.provisioner, legal));
        assertAllowed(await create(who.unbridled, legal));
        assertRefused(await create(who.provisioner, climb), first);
        assertRefused(await create(who.unbridled, climb), sentence);
        assertAllowed(await create(ask, climb));
      });
    }
  }

  describe("grants nothing to itself (R1, R2)", () => {
    const ownRole = byGuard(
      "it grants another role than tenant-admin, tenant-dev, tenant-view, tenant-reconciler;",
    );
    const kept = byGuard("it binds a group or user that Kubernetes or Tenantry keeps for itself");
    const foreign = byGuard("it binds another ServiceAccount than that of the role in this namespace");
    const beyond = /attempting to grant RBAC permissions not currently held/;
    const subjects = ["subjects"];
    const admin = "RoleBinding tenant-admin";
    const reconciler = "RoleBinding tenant-reconciler";
    refusesEach([
      [
        "its ServiceAccount a tenant's role",
        admin,
        subjects,
        account("provisioner", "tenantry-system"),
        foreign,
      ],
      [
        "its ServiceAccount by its user name",
        admin,
        subjects,
        user("system:serviceaccount:tenantry-system:provisioner"),
        kept,
      ],
      ["its group a tenant's role", admin, subjects, group("tenantry:provisioners"), kept],
      ["everybody", admin, subjects, group("system:authenticated"), kept],
      ["every ServiceAccount", admin, subjects, group("system:serviceaccounts"), kept],
      ["the masters of the cluster", admin, subjects, group("system:masters"), kept],
      [
        "one more beside the tenant's people",
        admin,
        ["subjects", 1],
        group("tenantry:provisioners")[0],
        kept,
      ],
      [
        "the tenant's default account its admin role",
        admin,
        subjects,
        account("default", "tenant-climber"),
        foreign,
      ],
      [
        "another tenant's admin account its admin role",
        admin,
        subjects,
        account("tenant-admin", "tenant-acme"),
        foreign,
      ],
      [
        "an account of another role its admin role",
        admin,
        subjects,
        account("tenant-view", "tenant-climber"),
        foreign,
      ],
      [
        "the reconciler more than its own role",
        admin,
        subjects,
        account("tenant-reconciler", "tenant-climber"),
        foreign,
      ],
      [
        "another tenant's reconciler this tenant's role",
        reconciler,
        subjects,
        account("tenant-reconciler", "tenant-acme"),
        foreign,
      ],
      [
        "another account of the namespace the reconciler's role",
        reconciler,
        subjects,
        account("default", "tenant-climber"),
        foreign,
      ],
      ["the administrator's role", admin, ["roleRef", "name"], "cluster-admin", ownRole, beyond],
      ["the role `edit`, which charts widen", admin, ["roleRef", "name"], "edit", ownRole, beyond],
      [
        "its own ClusterRole, all of which it holds",
        admin,
        ["roleRef", "name"],
        "tenantry-provisioner",
        ownRole,
      ],
      [
        "a Role of the namespace by the name of that role, all of which it holds",
        admin,
        ["roleRef"],
        { apiGroup: RBAC, kind: "Role", name: "tenant-admin" },
        ownRole,
      ],
    ]);

    it("grants whoever runs it nothing, by name or by a group", async () => {
      const own = byGuard("it binds whoever asks for it, directly or by a group");
      const binding = find(admin);
      assertAllowed(await create(who.person, binding));
      for (const climb of [user("pia@platform.example"), group("platform-team")]) {
        assertRefused(await create(who.person, spoilt(binding, subjects, climb)), own);
        // Somebody else may: they gain nothing by it.
        assertAllowed(await create(who.provisioner, spoilt(binding, subjects, climb)));
      }
    });
  });

  describe("lends no ServiceAccount what is another's (R2, R62, R67)", () => {
    const workload = "ServiceAccount workload";
    const role = ["metadata", "annotations", "eks.amazonaws.com/role-arn"];
    const otherRole = byGuard("it takes on another IAM role than the tenant's own");
    const hands = byGuard("it hands Secrets to the pods that use it");
    const elsewhere = byGuard("it leads elsewhere than to the tenant's own secrets");
    const store = "SecretStore tenant-secrets";
    const vault = (...field: string[]) => ["spec", "provider", "vault", ...field];
    refusesEach([
      [
        "another name",
        workload,
        ["metadata", "name"],
        "deployer",
        byGuard("the provisioner makes no ServiceAccount but"),
      ],
      [
        "another tenant's role",
        workload,
        role,
        `arn:aws:iam::000000000000:role/tenantry-${ACME_ID}-workload`,
        otherRole,
      ],
      ["the backup role", workload, role, `arn:aws:iam::000000000000:role/tenantry-${ID}-backup`, otherRole],
      [
        "the provisioner's own role",
        workload,
        role,
        "arn:aws:iam::000000000000:role/tenantry-provisioner",
        otherRole,
      ],
      ["Secrets to mount", workload, ["secrets"], [{ name: "any" }], hands],
      ["Secrets to pull with", workload, ["imagePullSecrets"], [{ name: "any" }], hands],
      ["a token for a stranger's server", store, vault("server"), "https://vault.evil.example", elsewhere],
      ["another tenant's Vault namespace", store, vault("namespace"), ACME_ID, elsewhere],
      [
        "the reconciler's token",
        store,
        vault("auth", "kubernetes", "serviceAccountRef", "name"),
        "tenant-reconciler",
        elsewhere,
      ],
      [
        "another way to log in",
        store,
        vault("auth"),
        { tokenSecretRef: { name: "any", key: "token" } },
        elsewhere,
      ],
      [
        "a webhook",
        store,
        ["spec", "provider"],
        { webhook: { url: "https://evil.example", result: {} } },
        elsewhere,
      ],
      [
        "a second way to log in",
        store,
        vault("auth", "tokenSecretRef"),
        { name: "any", key: "token" },
        elsewhere,
      ],
      ["no way to log in", store, vault("auth"), undefined, elsewhere],
      [
        "AWS Parameter Store",
        `AWS ${store}`,
        ["spec", "provider", "aws", "service"],
        "ParameterStore",
        elsewhere,
      ],
      [
        "the reconciler's token to AWS",
        `AWS ${store}`,
        ["spec", "provider", "aws", "auth", "jwt", "serviceAccountRef", "name"],
        "tenant-reconciler",
        elsewhere,
      ],
      [
        "an access key of the tenant's",
        `AWS ${store}`,
        ["spec", "provider", "aws", "auth"],
        { secretRef: { accessKeyIDSecretRef: { name: "any", key: "id" } } },
        elsewhere,
      ],
    ]);
  });

  describe("has Velero do nothing for it (R65, R70)", () => {
    const secret = "Secret tenant-climber";
    const profile = byGuard("it is not the AWS profile of the tenant's backup role");
    const place = byGuard("it is not the tenant's own place");
    const more = byGuard("it backs up more than the tenant's own namespaces");
    const location = "BackupStorageLocation tenant-climber";
    const schedule = "Schedule tenant-climber";
    const template = (field: string) => ["spec", "template", field];
    const withProcess = base64("[default]\ncredential_process = /bin/sh -c id\n");
    const rolesOf = (role: string) =>
      base64(
        `[default]\nrole_arn = arn:aws:iam::000000000000:role/${role}\nweb_identity_token_file = /var/run/secrets/eks.amazonaws.com/serviceaccount/token\n`,
      );
    refusesEach([
      ["a program in its AWS profile", secret, ["data", "cloud"], withProcess, profile],
      [
        "another tenant's backup role",
        secret,
        ["data", "cloud"],
        rolesOf(`tenantry-${ACME_ID}-backup`),
        profile,
      ],
      ["the provisioner's own role", secret, ["data", "cloud"], rolesOf("tenantry-provisioner"), profile],
      ["no profile at all", secret, ["data"], undefined, profile],
      ["a second key", secret, ["data", "more"], base64("x"), profile],
      ["another type of Secret", secret, ["type"], "example/other", profile],
      ["another bucket", location, ["spec", "objectStorage", "bucket"], "evil", place],
      ["another tenant's prefix", location, ["spec", "objectStorage", "prefix"], `tenants/${ACME_ID}`, place],
      ["another store", location, ["spec", "config", "s3Url"], "https://s3.evil.example", place],
      ["another key", location, ["spec", "config", "kmsKeyId"], "alias/aws/s3", place],
      ["another tenant's credential", location, ["spec", "credential", "name"], "tenant-acme", place],
      ["no credential but Velero's own", location, ["spec", "credential"], undefined, place],
      ["another provider", location, ["spec", "provider"], "velero.io/gcp", place],
      ["the default location", location, ["spec", "default"], true, place],
      ["every namespace", schedule, template("includedNamespaces"), ["*"], more],
      ["no namespace, which means every one", schedule, template("includedNamespaces"), [], more],
      [
        "another tenant's namespace",
        schedule,
        template("includedNamespaces"),
        ["tenant-climber", "tenant-acme"],
        more,
      ],
      [
        "a neighbour whose name begins alike",
        schedule,
        template("includedNamespaces"),
        ["tenant-climber-eu"],
        more,
      ],
      ["another tenant's location", schedule, template("storageLocation"), "tenant-acme", more],
      [
        "a command in the tenant's pods",
        schedule,
        template("hooks"),
        { resources: [{ name: "x", pre: [{ exec: { command: ["/bin/sh"] } }] }] },
        more,
      ],
      ["objects of the cluster", schedule, template("includeClusterResources"), true, more],
    ]);

    it("fills no Secret with a token of Velero's own ServiceAccount", async () => {
      const { metadata, ...rest } = find(secret);
      const annotations = { "kubernetes.io/service-account.name": "velero" };
      const climb = {
        ...rest,
        metadata: { ...metadata, annotations },
        type: "kubernetes.io/service-account-token",
        data: undefined,
      };
      assertRefused(await create(who.provisioner, climb, ""), profile);
      assertRefused(await create(who.unbridled, climb, ""), profile);
      assertAllowed(await create(ask, climb));
    });
  });

  describe("writes nothing into the cluster's own that reaches beyond the tenant (R18, R39, R41, R48-R51, R56)", () => {
    const namespace = "Namespace tenant-climber";
    const label = (key: string) => ["metadata", "labels", key];
    const security = byGuard(
      "its Pod Security is not restricted at version v1.36, nor baseline with the opt-out on record",
    );
    const name = byGuard("what does not begin with tenant- is the platform's or a stranger's");
    const id = byGuard("its label tenant is not the id of a tenant");
    const pool = byGuard(
      "its label tenantry.dev/pool, by which its pods are kept to the tenant's nodes, is none of",
    );
    const storage = "StorageClass tenant-climber";
    const volumes = byGuard("its volumes are not EBS volumes encrypted with the tenant's own key");
    const byDefault = byGuard("it asks to be the class of every volume in the cluster that names none");
    const wall = "ClusterNetworkPolicy tenant-climber";
    const more = byGuard("it does more than deny traffic of the tenant's own namespaces");
    const nodes = "NodePool tenant-climber";
    const strangersNodes = byGuard("its nodes are not of one of the platform's classes");
    const addresses = byGuard(
      "its addresses are not within the networks that the platform keeps for tenants' pods",
    );
    const listeners = "ListenerSet tenant-climber";
    const routes = byGuard("it takes routes of others than the tenant's own namespaces");
    const key = (alias: string) => `arn:aws:kms:eu-central-1:000000000000:alias/${alias}`;
    refusesEach([
      ["a namespace of another name", namespace, ["metadata", "name"], "kube-climber", name],
      ["a namespace without an id", namespace, label("tenant"), undefined, id],
      ["a namespace with an id that is none", namespace, label("tenant"), "climber", id],
      ["an id of another version", namespace, label("tenant"), "7d3f2a1b-0c9e-1d8f-a7b6-5c4d3e2f1a0b", id],
      [
        "a namespace below restricted",
        namespace,
        label("pod-security.kubernetes.io/enforce"),
        "baseline",
        security,
      ],
      [
        "a namespace of no level",
        namespace,
        label("pod-security.kubernetes.io/enforce"),
        undefined,
        security,
      ],
      [
        "a namespace held to an old version",
        namespace,
        label("pod-security.kubernetes.io/enforce-version"),
        "v1.30",
        security,
      ],
      ["a namespace of no pool", namespace, label("tenantry.dev/pool"), undefined, pool],
      ["a namespace of the system's nodes", namespace, label("tenantry.dev/pool"), "system", pool],
      ["a StorageClass of another name", storage, ["metadata", "name"], "gp4", name],
      ["a StorageClass without an id", storage, label("tenant"), undefined, id],
      ["another tenant's key", storage, ["parameters", "kmsKeyId"], key(`tenantry/${ACME_ID}`), volumes],
      ["the account's key", storage, ["parameters", "kmsKeyId"], key("aws/ebs"), volumes],
      ["no encryption", storage, ["parameters", "encrypted"], "false", volumes],
      ["another driver", storage, ["provisioner"], "rancher.io/local-path", volumes],
      [
        "a driver's Secret in any namespace",
        storage,
        ["parameters", "csi.storage.k8s.io/provisioner-secret-name"],
        "any",
        volumes,
      ],
      [
        "the default class",
        storage,
        ["metadata", "annotations", "storageclass.kubernetes.io/is-default-class"],
        "true",
        byDefault,
      ],
      [
        "the default class by its old name",
        storage,
        ["metadata", "annotations", "storageclass.beta.kubernetes.io/is-default-class"],
        "true",
        byDefault,
      ],
      ["a policy that allows", wall, ["spec", "ingress", 0, "action"], "Accept", more],
      ["a policy that allows the way out", wall, ["spec", "egress", 0, "action"], "Accept", more],
      ["a policy over every namespace", wall, ["spec", "subject", "namespaces"], {}, more],
      [
        "a policy over another tenant's",
        wall,
        ["spec", "subject", "namespaces", "matchLabels", "tenant"],
        ACME_ID,
        more,
      ],
      [
        "nodes of a stranger's class",
        nodes,
        ["spec", "template", "spec", "nodeClassRef", "name"],
        "system",
        strangersNodes,
      ],
      [
        "nodes of another maker",
        nodes,
        ["spec", "template", "spec", "nodeClassRef", "group"],
        "eks.amazonaws.com",
        strangersNodes,
      ],
      [
        "nodes for pods of another kind",
        nodes,
        ["spec", "template", "spec", "taints", 1, "key"],
        "team",
        strangersNodes,
      ],
      [
        "nodes for another tenant's pods",
        nodes,
        ["spec", "template", "spec", "taints", 1, "value"],
        ACME_ID,
        strangersNodes,
      ],
      [
        "nodes for pods that find no others",
        nodes,
        ["spec", "template", "spec", "taints", 1, "effect"],
        "PreferNoSchedule",
        strangersNodes,
      ],
      ["nodes for everybody's pods", nodes, ["spec", "template", "spec", "taints"], [], strangersNodes],
      [
        "addresses of the Services",
        "CiliumPodIPPool tenant-climber",
        ["spec", "ipv4", "cidrs"],
        ["10.0.0.0/24"],
        addresses,
      ],
      [
        "addresses of another family",
        "CiliumPodIPPool tenant-climber",
        ["spec", "ipv6"],
        { cidrs: ["fd00::/104"], maskSize: 120 },
        addresses,
      ],
      [
        "routes of every namespace",
        listeners,
        ["spec", "listeners", 0, "allowedRoutes"],
        { namespaces: { from: "All" } },
        routes,
      ],
      ["listeners for another gateway", listeners, ["spec", "parentRef", "name"], "internal", routes],
      [
        "listeners for a gateway elsewhere",
        listeners,
        ["spec", "parentRef", "namespace"],
        "internal",
        routes,
      ],
      ["listeners of another name", listeners, ["metadata", "name"], "climber", name],
      [
        "a tenant's object with another's id",
        "ResourceQuota tenant-quota",
        label("tenant"),
        ACME_ID,
        byGuard("is not that of its namespace"),
      ],
    ]);
  });
});
