import { serve } from "../protocol";
import type { Plugin, Resource } from "../protocol";
import { approleRole } from "./approle-role";
import { approleSecretId } from "./approle-secret-id";
import { authBackend } from "./auth-backend";
import type { VaultClient } from "./client";
import { kubernetesConfig } from "./kubernetes-config";
import { kubernetesRole } from "./kubernetes-role";
import { kvSecret } from "./kv-secret";
import { mount } from "./mount";
import { namespace } from "./namespace";
import { policy } from "./policy";
import { openVault } from "./provider-config";

declare const PLUGIN_VERSION: string;

const RESOURCES: Readonly<Record<string, (vault: VaultClient) => Resource>> = {
  "vault:index/namespace:Namespace": namespace,
  "vault:index/mount:Mount": mount,
  "vault:index/policy:Policy": policy,
  "vault:index/authBackend:AuthBackend": authBackend,
  "vault:appRole/authBackendRole:AuthBackendRole": approleRole,
  "vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId": approleSecretId,
  "vault:kv/secretV2:SecretV2": kvSecret,
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": kubernetesConfig,
  "vault:kubernetes/authBackendRole:AuthBackendRole": kubernetesRole,
};

let vault: VaultClient | undefined;
const made = new Map<string, Resource>();

const plugin: Plugin = {
  name: "vault",
  version: PLUGIN_VERSION,
  configure: async (config) => {
    vault = await openVault(config);
  },
  resource: (token) => {
    const make = RESOURCES[token];
    if (!make) return undefined;
    if (!vault) throw new Error("the vault plugin was called before it was configured");
    const resource = made.get(token) ?? make(vault);
    made.set(token, resource);
    return resource;
  },
};

serve(plugin);
