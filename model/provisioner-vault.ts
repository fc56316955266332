/**
 * What the provisioner may do in Vault: make a tenant's namespace and, inside, what a tenant consists of (R1-R4). It
 * reaches no secret, no secret id, no token and no identity, and what gives a login is pinned by value, so that it
 * cannot use what it makes.
 *
 * What no policy can pin: a path ends in a wildcard or takes one for a whole segment, so that a stranger's namespace
 * beside the tenants' is as open to it as theirs (give tenants a parent of their own), and the texts of ACL policies
 * and the Kubernetes namespaces of a login are free. It may widen what a tenant's own logins open inside that tenant,
 * and has none of those logins.
 */

import * as names from "./names";
import type { Platform } from "./platform";
import { tokenReview, VAULT_AUDIENCE, vaultPolicies, vaultRoles } from "./vault";

type Capability = "create" | "read" | "update" | "patch" | "delete" | "list" | "sudo";
type Parameter = string | boolean | readonly string[];

/** Rights on a path, and what may be sent there: parameters by name, each with the values it takes; none means any. */
export interface VaultRight {
  readonly capabilities: readonly Capability[];
  readonly parameters?: Readonly<Record<string, readonly Parameter[]>>;
}
export type VaultRights = Readonly<Record<string, VaultRight>>;

/** The platform, as far as Vault asks it about tokens. */
export type VaultPlatform = Pick<Platform, "vault" | "apiServer">;

const MANAGE = ["create", "read", "update", "delete"] as const;
const READ: VaultRight = { capabilities: ["read"] };
const LIST: VaultRight = { capabilities: ["list"] };
/** All parameters besides those that are named. */
const OTHERS = { "*": [] };

/** The provisioner's rights by path; `+` is any one namespace. */
export function provisionerVaultRights(platform: VaultPlatform): VaultRights {
  return { ...OWN_TOKEN, ...NAMESPACES, ...MOUNTS, ...POLICIES, ...APPROLES, ...logins(platform) };
}

const OWN_TOKEN: VaultRights = {
  "auth/token/lookup-self": READ,
  "auth/token/revoke-self": { capabilities: ["update"] },
};

/** Never with a seal of its own: its keys are handed to whoever makes it. */
const NAMESPACES: VaultRights = {
  "sys/namespaces": LIST,
  "sys/namespaces/+": { capabilities: [...MANAGE, "patch"], parameters: { custom_metadata: [] } },
};

/** One store and two ways in, of one type each. Vault wants `sudo` over ways in. */
const MOUNTS: VaultRights = {
  "+/sys/mounts": READ,
  "+/sys/auth": READ,
  [`+/sys/mounts/${names.VAULT_KV_MOUNT}`]: {
    capabilities: MANAGE,
    parameters: { type: ["kv"], ...OTHERS },
  },
  [`+/sys/mounts/${names.VAULT_KV_MOUNT}/tune`]: tuning(),
  ...wayIn(names.VAULT_APPROLE_MOUNT, "approle"),
  ...wayIn(names.VAULT_KUBERNETES_MOUNT, "kubernetes"),
};

function wayIn(mount: string, type: string): VaultRights {
  return {
    [`+/sys/auth/${mount}`]: { capabilities: [...MANAGE, "sudo"], parameters: { type: [type], ...OTHERS } },
    [`+/sys/mounts/auth/${mount}/tune`]: tuning(),
  };
}

/** What the provider tunes, and nothing that would show secrets to the audit log. */
function tuning(): VaultRight {
  const free = { description: [], options: [], default_lease_ttl: [], max_lease_ttl: [] };
  return { capabilities: ["read", "update"], parameters: { ...free, force_no_cache: [false] } };
}

const POLICIES: VaultRights = {
  "+/sys/policies/acl": LIST,
  ...Object.fromEntries(
    // An environment's policy is named by it.
    [...Object.keys(vaultPolicies), "tenant-read-*"].map((policy) => [
      `+/sys/policies/acl/${policy}`,
      { capabilities: MANAGE },
    ]),
  ),
};

/** A role that asks for no secret id lets in whoever knows its id, and the provisioner reads that. */
const APPROLES: VaultRights = {
  [`+/auth/${names.VAULT_APPROLE_MOUNT}/role`]: LIST,
  ...Object.fromEntries(
    Object.keys(vaultRoles).flatMap((role): [string, VaultRight][] => {
      const path = `+/auth/${names.VAULT_APPROLE_MOUNT}/role/${role}`;
      return [
        [path, { capabilities: MANAGE, parameters: { bind_secret_id: [true], ...OTHERS } }],
        [`${path}/role-id`, READ],
      ];
    }),
  ),
};

/** Who is asked about tokens and which ServiceAccount they let in: with either free it could let itself in. */
function logins(platform: VaultPlatform): VaultRights {
  const mount = `+/auth/${names.VAULT_KUBERNETES_MOUNT}`;
  const role = { capabilities: MANAGE, parameters: { ...reader(platform), ...OTHERS } };
  return {
    [`${mount}/config`]: { capabilities: ["create", "read", "update"], parameters: review(platform) },
    [`${mount}/role`]: LIST,
    [`${mount}/role/${names.SECRET_READER}`]: role,
    // One for each environment.
    [`${mount}/role/${names.SECRET_READER}-*`]: role,
  };
}

function reader({ vault }: VaultPlatform) {
  return {
    // A list is compared as a whole by OpenBao and by Vault before 1.21, and later one value at a time.
    bound_service_account_names: [[names.SECRET_READER], names.SECRET_READER],
    ...(vault.inCluster && { audience: [VAULT_AUDIENCE] }),
  };
}

/** The settings as declared, and what the provider sends of its own accord. */
function review(platform: VaultPlatform) {
  const settings: Readonly<Record<string, Parameter | undefined>> = tokenReview(platform);
  const declared = Object.entries(settings).flatMap(([setting, value]) =>
    value === undefined ? [] : [[snakeCase(setting), [value]] as const],
  );
  return {
    kubernetes_ca_cert: [""],
    pem_keys: [""],
    disable_iss_validation: [true, false],
    use_annotations_as_alias_metadata: [false],
    ...Object.fromEntries<readonly Parameter[]>(declared),
  };
}

/** As the provider names it to Vault. */
function snakeCase(setting: string): string {
  return setting.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * The rights as the text of an ACL policy. In HCL: of a policy in JSON, Vault's parser drops values that are no strings
 * without a word, and what was pinned by them is free.
 */
export function policyText(rights: VaultRights): string {
  return Object.entries(rights)
    .map(([path, { capabilities, parameters }]) =>
      [
        `path ${JSON.stringify(path)} {`,
        `  capabilities = ${JSON.stringify(capabilities)}`,
        ...(parameters === undefined ? [] : [`  allowed_parameters = {`, ...settings(parameters), `  }`]),
        `}`,
      ].join("\n"),
    )
    .join("\n");
}

function settings(parameters: NonNullable<VaultRight["parameters"]>): string[] {
  return Object.entries(parameters).map(
    ([name, values]) => `    ${JSON.stringify(name)} = ${JSON.stringify(values)}`,
  );
}
