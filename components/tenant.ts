import * as pulumi from "@pulumi/pulumi";
import { presenceOf, type State } from "../model/lifecycle";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Pool, Tenant as TenantModel, TenantNamespace } from "../model/tenant";
import type { Quota } from "../model/tiers";
import { Access } from "./access";
import { AddressPool } from "./address-pool";
import { Backup } from "./backup";
import { BackupIdentity } from "./backup-identity";
import { Encryption, type FoundKey } from "./encryption";
import { Fairness } from "./fairness";
import { Listeners } from "./listeners";
import { ManagedSecrets } from "./managed-secrets";
import { NamedEgress } from "./named-egress";
import { Namespace } from "./namespace";
import { Network } from "./network";
import { NodePool } from "./node-pool";
import { OperatorAccess } from "./operator-access";
import { SecretDelivery } from "./secret-delivery";
import { Storage } from "./storage";
import { Vault } from "./vault";
import { Wall } from "./wall";
import { WorkloadIdentity } from "./workload-identity";

export interface TenantArgs {
  readonly tenant: TenantModel;
  readonly platform: Platform;
  /** The tenant's key, where it stands in AWS already. */
  readonly key?: FoundKey;
}

/** What others build on: documented in `docs/outputs.md` and kept stable. What is not there is left out. */
export interface TenantOutputs {
  readonly id: string;
  readonly tier: string;
  readonly state: State;
  /** The last day on which a retained tenant's data is kept. */
  readonly retainUntil?: string;
  readonly namespaces: string[];
  /** Each environment's namespace and part of the quota; none where the tenant declares none. */
  readonly environments: Record<string, { readonly namespace: string; readonly quota: Quota }>;
  /** The opt-out of `restricted` is on record here, on the namespace and in the tenant's file. */
  readonly podSecurity: string;
  readonly pool: Pool;
  readonly hosts: string[];
  readonly storageClass?: string;
  readonly keyArn: pulumi.Output<string>;
  readonly keyAlias: string;
  readonly secretsEngine: string;
  /** Absent where the tenant's secrets lie in AWS. */
  readonly vaultNamespace?: string;
  readonly workloadRoleArn?: string;
  readonly backupPrefix: string;
  readonly backupRoleArn?: string;
}

/**
 * One tenant: every isolation plane around the same boundary. It composes and decides nothing; the order is that of
 * R88, with access last, so that nobody can act in a namespace before all its guardrails stand (R36).
 */
export class Tenant extends pulumi.ComponentResource {
  readonly outputs: TenantOutputs;
  /** Resolves when the engine is done with the last resources of the tenant, before which all others come. */
  readonly registered: Promise<unknown>;

  constructor(name: string, args: TenantArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Tenant", name, {}, opts);
    const { tenant, platform, key } = args;
    const { stands } = presenceOf(tenant);

    const roles = stands ? this.declareRoles(name, args) : [];
    // KMS refuses a key policy that names a role which does not exist yet.
    const encryption = new Encryption(
      name,
      { tenant, platform, found: key },
      { parent: this, dependsOn: roles },
    );
    const ready = { parent: this, dependsOn: [...roles, encryption.alias] };
    const storage = stands ? [new Storage(name, { tenant, platform }, ready).storageClass] : [];
    const secrets = this.declareSecrets(name, args, encryption);
    const cluster = stands ? this.declareCluster(name, args, ready) : [];

    this.registered = Promise.all([...storage, ...secrets, ...cluster].map(known));
    this.outputs = outputsOf(tenant, platform, encryption.key.arn);
    this.registerOutputs(this.outputs);
  }

  private declareRoles(name: string, { tenant, platform }: TenantArgs): pulumi.Resource[] {
    const backup = new BackupIdentity(name, { tenant, platform }, { parent: this });
    const workload = new WorkloadIdentity(name, { tenant, platform }, { parent: this });
    return [backup.role, backup.policy, workload.role];
  }

  /** What the tenant has in the cluster; hands back the last resources. */
  private declareCluster(
    name: string,
    args: TenantArgs,
    ready: pulumi.ComponentResourceOptions,
  ): pulumi.Resource[] {
    const { tenant, platform } = args;
    const { cluster } = platform;
    const plane = { parent: this };
    const access = tenant.namespaces.map((namespace) => this.declareNamespace(namespace, args));
    const backup = new Backup(name, { tenant, platform }, ready);
    if (cluster.adminNetworkPolicy !== "none") {
      new Wall(name, { tenant, platform }, plane);
    }
    if (tenant.pool.own) {
      new NodePool(name, { tenant, platform }, plane);
    }
    if (tenant.network.podCidr !== undefined) {
      new AddressPool(name, { tenant, platform, podCidr: tenant.network.podCidr }, plane);
    }
    if (tenant.network.hosts.length > 0 && cluster.gateway.api === "gateway-api") {
      new Listeners(name, { tenant, platform }, plane);
    }
    return [...access.flatMap(({ workload, bindings }) => [workload, ...bindings]), backup.schedule];
  }

  /** Where the tenant's secrets lie; hands back the last resources of that engine. */
  private declareSecrets(name: string, { tenant, platform }: TenantArgs, encryption: Encryption) {
    if (tenant.secrets.engine === "vault") {
      const vault = new Vault(name, { tenant, platform }, { parent: this });
      return [...vault.roles, vault.kv];
    }
    return new ManagedSecrets(name, { tenant, platform }, { parent: this, dependsOn: encryption.alias })
      .policies;
  }

  /** One namespace with every guardrail, and then those who act in it. */
  private declareNamespace(namespace: TenantNamespace, { tenant, platform }: TenantArgs): Access {
    const plane = { parent: this };
    const { key } = namespace;
    const boundary = new Namespace(key, { tenant, namespace, platform }, plane);
    const within = boundary.namespace;
    const fairness = new Fairness(key, { tenant, namespace, within }, plane);
    const network = new Network(key, { tenant, namespace, platform, within }, plane);
    if (tenant.network.names.length > 0) {
      new NamedEgress(key, { tenant, namespace, platform, within }, plane);
    }
    const guardrails = [
      fairness.quota,
      fairness.foreignPriority,
      fairness.limits,
      fairness.budget,
      ...network.policies,
    ];
    const guarded = { ...plane, dependsOn: guardrails };
    if (presenceOf(tenant).runs) {
      new SecretDelivery(key, { tenant, namespace, platform, within }, guarded);
    }
    new OperatorAccess(key, { tenant, namespace, platform, within }, guarded);
    return new Access(key, { tenant, namespace, platform, within }, guarded);
  }
}

function outputsOf(tenant: TenantModel, { aws }: Platform, keyArn: pulumi.Output<string>): TenantOutputs {
  const { id, name, lifecycle } = tenant;
  const { stands } = presenceOf(tenant);
  const namespaces = stands ? tenant.namespaces : [];
  const environments = namespaces.flatMap(({ environment, name: namespace, quota }) =>
    environment === undefined ? [] : [[environment, { namespace, quota }] as const],
  );
  return {
    id,
    tier: tenant.tier,
    state: lifecycle.state,
    ...(lifecycle.retainUntil !== undefined && { retainUntil: lifecycle.retainUntil }),
    namespaces: namespaces.map((namespace) => namespace.name),
    environments: Object.fromEntries(environments),
    podSecurity: tenant.podSecurity,
    pool: tenant.pool,
    hosts: stands ? [...tenant.network.hosts] : [],
    keyArn,
    keyAlias: names.keyAlias(id),
    secretsEngine: tenant.secrets.engine,
    ...(tenant.secrets.engine === "vault" && { vaultNamespace: names.vaultNamespace(id) }),
    backupPrefix: names.backupPrefix(id),
    ...(stands && {
      storageClass: names.storageClassName(name),
      workloadRoleArn: names.roleArn(aws, names.workloadRoleName(id)),
      backupRoleArn: names.roleArn(aws, names.backupRoleName(id)),
    }),
  };
}

/** The engine has answered for the resource: its URN is known, at preview as well. */
function known(resource: pulumi.Resource): Promise<unknown> {
  return new Promise((resolve) => resource.urn.apply(resolve));
}
