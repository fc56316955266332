import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import * as names from "../model/names";
import { operatorVaultRights } from "../model/operator-vault";
import type { PlatformSpec } from "../model/platform";
import { policyText } from "../model/provisioner-vault";
import { VAULT_AUDIENCE } from "../model/vault";

export interface OperatorVaultArgs {
  readonly platform: PlatformSpec;
  /** The mount by which the platform's identities log in. */
  readonly login: vault.AuthBackend;
}

/** Seconds that the operator works with one token: an hour. */
const TOKEN_TTL = 3600;

/**
 * Who works on tenants' logins in Vault: the login of the operator's ServiceAccount, and its one policy (R1-R4). Without
 * it secret ids would be minted with a token that reads every tenant's secrets.
 */
export class OperatorVault extends pulumi.ComponentResource {
  constructor(name: string, args: OperatorVaultArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:OperatorVault", name, {}, opts);
    const { platform, login } = args;
    const child = { parent: this, deleteBeforeReplace: true };

    const policy = new vault.Policy(
      `${name}-policy`,
      { name: names.OPERATOR_VAULT_POLICY, policy: policyText(operatorVaultRights()) },
      child,
    );
    new vault.kubernetes.AuthBackendRole(
      `${name}-login-role`,
      { backend: names.PROVISIONER_VAULT_MOUNT, ...loginRole(platform) },
      { ...child, deletedWith: login, dependsOn: [login, policy] },
    );

    this.registerOutputs();
  }
}

/** One ServiceAccount of one namespace; its token cannot be made to last longer, and carries no other policy. */
function loginRole({ cluster, vault: { inCluster } }: PlatformSpec) {
  return {
    roleName: names.OPERATOR,
    boundServiceAccountNames: [names.OPERATOR],
    boundServiceAccountNamespaces: [cluster.provisionerNamespace],
    ...(inCluster && { audience: VAULT_AUDIENCE }),
    tokenPolicies: [names.OPERATOR_VAULT_POLICY],
    tokenNoDefaultPolicy: true,
    tokenTtl: TOKEN_TTL,
    tokenMaxTtl: TOKEN_TTL,
  };
}
