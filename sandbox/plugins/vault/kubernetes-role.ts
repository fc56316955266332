import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Schema } from "../schema/property";
import { rolePath } from "./approle-role";
import { trimSlashes } from "./client";
import type { VaultClient } from "./client";
import { attempt } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";
import { changedFields, createFields, liveFields, TOKEN_PROPERTIES } from "./role-fields";

const SETTINGS: Schema = {
  aliasNameSource: { type: "string", computed: true },
  audience: { type: "string" },
  boundServiceAccountNames: { type: "set", required: true },
  boundServiceAccountNamespaces: { type: "set" },
  boundServiceAccountNamespaceSelector: { type: "string" },
  ...TOKEN_PROPERTIES,
};

/** `vault:kubernetes/authBackendRole:AuthBackendRole`. */
export const KUBERNETES_ROLE_SCHEMA: Schema = {
  backend: {
    type: "string",
    default: "kubernetes",
    replaces: true,
    transform: (value) => (typeof value === "string" ? trimSlashes(value) : value),
  },
  namespace: NAMESPACE,
  roleName: { type: "string", required: true, replaces: true },
  ...SETTINGS,
};

/** Which ServiceAccounts a Kubernetes auth method lets in. Its id is `auth/<backend>/role/<name>`. */
export function kubernetesRole(vault: VaultClient): Resource {
  const called = (path: string): string => `Kubernetes auth backend role ${JSON.stringify(path)}`;
  return lifecycle(KUBERNETES_ROLE_SCHEMA, {
    create: async ({ signal }, inputs, exists) => {
      const path = rolePath(inputs.backend, inputs.roleName);
      const extras = { body: createFields(SETTINGS, inputs), namespace: inputs.namespace, signal };
      await attempt(`error writing ${called(path)}`, vault.send("PUT", path, extras));
      exists(path);
    },
    read: async ({ signal }, path, known) => {
      const [, backend, roleName] = /^auth\/(.+)\/role\/([^/]+)$/.exec(path) ?? [];
      if (backend === undefined)
        throw new Error(
          `invalid path ${JSON.stringify(path)} for Kubernetes auth backend role: no backend found`,
        );
      const namespace = namespaceOf(known);
      const found = await attempt(`error reading ${called(path)}`, vault.read(path, { namespace, signal }));
      return found && { state: { ...liveFields(SETTINGS, found.data, known), backend, roleName, namespace } };
    },
    update: async ({ signal }, path, { inputs, changed }) => {
      const body = changedFields(SETTINGS, inputs, changed);
      const sent = vault.send("PUT", path, { body, namespace: inputs.namespace, signal });
      await attempt(`error updating ${called(path)}`, sent);
    },
    delete: async ({ signal }, path, { namespace }) => {
      await attempt(`error deleting ${called(path)}`, vault.remove(path, { namespace, signal }));
    },
  });
}
