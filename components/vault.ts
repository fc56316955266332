import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import * as labels from "../model/labels";
import { presenceOf, protectionOf } from "../model/lifecycle";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { policiesOf, tokenReview, VAULT_AUDIENCE, vaultLogin, vaultRoles } from "../model/vault";

export interface VaultArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * A Vault namespace of the tenant's own, with KV v2, one AppRole for reading and one for writing, and a login for
 * the secret reader of each of the tenant's Kubernetes namespaces (R60-R62). Tokens of one Vault namespace are
 * strangers in every other. Secret ids are credentials, so that they are no resources
 * and never reach state: `automation` mints them on demand, wrapped.
 */
export class Vault extends pulumi.ComponentResource {
  readonly namespace: vault.Namespace;
  readonly kv: vault.Mount;
  /** AppRoles, and the logins of ServiceAccounts; none while the tenant does not run. */
  readonly roles: pulumi.Resource[];

  constructor(name: string, args: VaultArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Vault", name, {}, opts);
    const { tenant } = args;
    const protect = protectionOf(tenant).data;

    this.namespace = new vault.Namespace(
      `${name}-vault`,
      {
        path: names.vaultNamespace(tenant.id),
        customMetadata: { [labels.VAULT_OWNER]: tenant.list, [labels.VAULT_TENANT]: tenant.name },
      },
      { parent: this, protect },
    );
    // The namespace takes everything inside with it: one deletion instead of seven.
    const child = { parent: this, deletedWith: this.namespace, dependsOn: this.namespace };

    this.kv = new vault.Mount(
      `${name}-kv`,
      {
        namespace: names.vaultNamespace(tenant.id),
        path: names.VAULT_KV_MOUNT,
        type: "kv",
        options: { version: "2" },
        description: `Secrets of tenant ${tenant.name}`,
      },
      { ...child, protect },
    );
    this.roles = presenceOf(tenant).runs ? this.declareLogins(name, args) : [];

    this.registerOutputs({ path: this.namespace.path });
  }

  /** Every way in. Without them, and the tokens that came from them, the tenant's secrets lie still. */
  private declareLogins(name: string, { tenant, platform }: VaultArgs): pulumi.Resource[] {
    const namespace = names.vaultNamespace(tenant.id);
    const child = { parent: this, deletedWith: this.namespace, dependsOn: this.namespace };
    const approle = new vault.AuthBackend(
      `${name}-approle`,
      { namespace, type: "approle", path: names.VAULT_APPROLE_MOUNT },
      child,
    );
    const policies = Object.entries(policiesOf(tenant)).map(
      ([policy, rules]) =>
        new vault.Policy(
          `${name}-${policy}`,
          { namespace, name: policy, policy: JSON.stringify({ path: rules }) },
          child,
        ),
    );
    const roles = Object.entries(vaultRoles).map(
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
          { ...child, deletedWith: approle, dependsOn: [approle, ...policies] },
        ),
    );

    const cluster = new vault.AuthBackend(
      `${name}-kubernetes`,
      { namespace, type: "kubernetes", path: names.VAULT_KUBERNETES_MOUNT },
      child,
    );
    const config = new vault.kubernetes.AuthBackendConfig(
      `${name}-kubernetes-config`,
      { namespace, backend: names.VAULT_KUBERNETES_MOUNT, ...tokenReview(platform) },
      { ...child, deletedWith: cluster, dependsOn: cluster },
    );
    const logins = tenant.namespaces.map((within) => {
      const { role, policy } = vaultLogin(within);
      return new vault.kubernetes.AuthBackendRole(
        `${within.key}-secret-reader-login`,
        {
          namespace,
          backend: names.VAULT_KUBERNETES_MOUNT,
          roleName: role,
          boundServiceAccountNames: [names.SECRET_READER],
          boundServiceAccountNamespaces: [within.name],
          ...(platform.vault.inCluster && { audience: VAULT_AUDIENCE }),
          tokenPolicies: [policy],
          tokenNoDefaultPolicy: true,
          tokenTtl: tenant.secrets.tokenTtl,
          tokenMaxTtl: tenant.secrets.tokenMaxTtl,
        },
        { ...child, deletedWith: cluster, dependsOn: [config, ...policies] },
      );
    });
    return [...roles, ...logins];
  }
}

/** Seconds that a secret id may wait for its single use: a day. */
const SECRET_ID_TTL = 86_400;
