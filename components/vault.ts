import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Tenant } from "../model/tenant";
import { vaultPolicies, vaultRoles } from "../model/vault";

export interface VaultArgs {
  readonly tenant: Tenant;
}

/**
 * A Vault namespace of the tenant's own, with KV v2 and one AppRole for reading and one for writing (R60, R61).
 * Tokens of one namespace are strangers in every other. Secret ids are credentials, so that they are no resources
 * and never reach state: `automation` mints them on demand, wrapped.
 */
export class Vault extends pulumi.ComponentResource {
  readonly namespace: vault.Namespace;
  readonly kv: vault.Mount;
  readonly roles: vault.approle.AuthBackendRole[];

  constructor(name: string, args: VaultArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Vault", name, {}, opts);
    const { tenant } = args;

    this.namespace = new vault.Namespace(
      `${name}-vault`,
      {
        path: names.vaultNamespace(tenant.id),
        customMetadata: { [labels.VAULT_OWNER]: tenant.list, [labels.VAULT_TENANT]: tenant.name },
      },
      { parent: this, protect: tenant.deletionProtection },
    );
    // The namespace takes everything inside with it: one deletion instead of seven.
    const child = { parent: this, deletedWith: this.namespace, dependsOn: this.namespace };
    const namespace = names.vaultNamespace(tenant.id);

    this.kv = new vault.Mount(
      `${name}-kv`,
      {
        namespace,
        path: names.VAULT_KV_MOUNT,
        type: "kv",
        options: { version: "2" },
        description: `Secrets of tenant ${tenant.name}`,
      },
      { ...child, protect: tenant.deletionProtection },
    );
    const approle = new vault.AuthBackend(
      `${name}-approle`,
      { namespace, type: "approle", path: names.VAULT_APPROLE_MOUNT },
      child,
    );
    const policies = Object.entries(vaultPolicies).map(
      ([policy, rules]) =>
        new vault.Policy(
          `${name}-${policy}`,
          { namespace, name: policy, policy: JSON.stringify({ path: rules }) },
          child,
        ),
    );
    this.roles = Object.entries(vaultRoles).map(
      ([role, policy]) =>
        new vault.approle.AuthBackendRole(
          `${name}-${role}`,
          {
            namespace,
            backend: names.VAULT_APPROLE_MOUNT,
            roleName: role,
            tokenPolicies: [policy],
            tokenNoDefaultPolicy: true,
            tokenTtl: tenant.secrets.tokenTtl,
            tokenMaxTtl: tenant.secrets.tokenMaxTtl,
            tokenBoundCidrs: [...tenant.secrets.boundCidrs],
            secretIdBoundCidrs: [...tenant.secrets.boundCidrs],
            secretIdNumUses: 1,
            secretIdTtl: SECRET_ID_TTL,
          },
          { ...child, dependsOn: [approle, ...policies] },
        ),
    );

    this.registerOutputs({ path: this.namespace.path });
  }
}

/** Seconds that a secret id may wait for its single use: a day. */
const SECRET_ID_TTL = 86_400;
