import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant as TenantModel } from "../model/tenant";
import { Access } from "./access";
import { Backup } from "./backup";
import { BackupIdentity } from "./backup-identity";
import { Encryption } from "./encryption";
import { Fairness } from "./fairness";
import { Namespace } from "./namespace";
import { Network } from "./network";
import { Storage } from "./storage";
import { Vault } from "./vault";

export interface TenantArgs {
  readonly tenant: TenantModel;
  readonly platform: Platform;
}

/** What others build on: documented in `docs/outputs.md` and kept stable. */
export interface TenantOutputs {
  readonly id: string;
  readonly tier: string;
  readonly namespaces: string[];
  readonly storageClass: string;
  readonly keyArn: pulumi.Output<string>;
  readonly keyAlias: string;
  readonly vaultNamespace: string;
  readonly backupPrefix: string;
  readonly backupRoleArn: string;
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
    const { tenant, platform } = args;
    const plane = { parent: this };

    const identity = new BackupIdentity(name, { tenant, platform }, plane);
    // KMS refuses a key policy that names a role which does not exist yet.
    const encryption = new Encryption(name, { tenant, platform }, { ...plane, dependsOn: identity.role });
    const storage = new Storage(name, { tenant, platform }, { ...plane, dependsOn: encryption.alias });
    const vault = new Vault(name, { tenant }, plane);
    const access = tenant.namespaces.map((namespace) => {
      const boundary = new Namespace(namespace.key, { tenant, namespace, platform }, plane);
      const within = boundary.namespace;
      const fairness = new Fairness(namespace.key, { tenant, namespace, within }, plane);
      const network = new Network(namespace.key, { tenant, namespace, platform, within }, plane);
      const guardrails = [fairness.quota, fairness.foreignPriority, fairness.limits, ...network.policies];
      return new Access(namespace.key, { tenant, namespace, within }, { ...plane, dependsOn: guardrails });
    });
    const backup = new Backup(
      name,
      { tenant, platform },
      { ...plane, dependsOn: [identity.policy, encryption.alias] },
    );

    this.registered = Promise.all(
      [
        ...access.flatMap((plane) => plane.bindings),
        ...vault.roles,
        vault.kv,
        storage.storageClass,
        backup.schedule,
      ].map(known),
    );
    this.outputs = {
      id: tenant.id,
      tier: tenant.tier,
      namespaces: tenant.namespaces.map((namespace) => namespace.name),
      storageClass: names.storageClassName(tenant.name),
      keyArn: encryption.key.arn,
      keyAlias: names.keyAlias(tenant.id),
      vaultNamespace: names.vaultNamespace(tenant.id),
      backupPrefix: names.backupPrefix(tenant.id),
      backupRoleArn: names.roleArn(platform.aws, names.backupRoleName(tenant.id)),
    };
    this.registerOutputs(this.outputs);
  }
}

/** The engine has answered for the resource: its URN is known, at preview as well. */
function known(resource: pulumi.Resource): Promise<unknown> {
  return new Promise((resolve) => resource.urn.apply(resolve));
}
