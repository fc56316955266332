import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import * as names from "../model/names";
import type { PlatformSpec } from "../model/platform";
import { policyText, provisionerVaultRights } from "../model/provisioner-vault";
import { tokenReview, VAULT_AUDIENCE } from "../model/vault";
import type { Surroundings } from "./facts";

export interface ProvisionerVaultArgs {
  readonly platform: PlatformSpec;
  readonly facts: Surroundings;
}

/**
 * Who tenant lists run as in Vault: the login of the provisioner's ServiceAccount, and its one policy (R1-R4). Without
 * it a list would run with a token that reads every tenant's secrets.
 */
export class ProvisionerVault extends pulumi.ComponentResource {
  /** The mount by which the platform's identities log in. */
  readonly login: vault.AuthBackend;

  constructor(name: string, args: ProvisionerVaultArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:ProvisionerVault", name, {}, opts);
    const platform = { ...args.platform, ...args.facts };
    const child = { parent: this, deleteBeforeReplace: true };

    const policy = new vault.Policy(
      `${name}-policy`,
      { name: names.PROVISIONER_VAULT_POLICY, policy: policyText(provisionerVaultRights(platform)) },
      child,
    );
    this.login = new vault.AuthBackend(
      `${name}-login`,
      { type: "kubernetes", path: names.PROVISIONER_VAULT_MOUNT, description: "Runs of tenant lists" },
      child,
    );
    const within = { ...child, deletedWith: this.login };
    const config = new vault.kubernetes.AuthBackendConfig(
      `${name}-login-config`,
      { backend: names.PROVISIONER_VAULT_MOUNT, ...tokenReview(platform) },
      { ...within, dependsOn: this.login },
    );
    new vault.kubernetes.AuthBackendRole(
      `${name}-login-role`,
      { backend: names.PROVISIONER_VAULT_MOUNT, ...loginRole(platform) },
      { ...within, dependsOn: [config, policy] },
    );

    this.registerOutputs();
  }
}

/** Seconds that a run may last: an hour. */
const TOKEN_TTL = 3600;

/** One ServiceAccount of one namespace; its token cannot be made to last longer, and carries no other policy. */
function loginRole({ cluster, vault: { inCluster } }: PlatformSpec) {
  return {
    roleName: names.PROVISIONER,
    boundServiceAccountNames: [names.PROVISIONER],
    boundServiceAccountNamespaces: [cluster.provisionerNamespace],
    ...(inCluster && { audience: VAULT_AUDIENCE }),
    tokenPolicies: [names.PROVISIONER_VAULT_POLICY],
    tokenNoDefaultPolicy: true,
    tokenTtl: TOKEN_TTL,
    tokenMaxTtl: TOKEN_TTL,
  };
}
