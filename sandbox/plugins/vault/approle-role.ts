import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Schema } from "../schema/property";
import { trimSlashes } from "./client";
import type { VaultClient } from "./client";
import { attempt } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";
import { changedFields, createFields, liveFields, TOKEN_PROPERTIES } from "./role-fields";

const SETTINGS: Schema = {
  bindSecretId: { type: "boolean", default: true },
  localSecretIds: { type: "boolean", default: false },
  secretIdBoundCidrs: { type: "set" },
  secretIdNumUses: { type: "number" },
  secretIdTtl: { type: "number" },
  ...TOKEN_PROPERTIES,
};

/** `vault:appRole/authBackendRole:AuthBackendRole`. */
export const APPROLE_SCHEMA: Schema = {
  backend: { type: "string", default: "approle", replaces: true, transform: trimmed },
  namespace: NAMESPACE,
  roleId: { type: "string", computed: true },
  roleName: { type: "string", required: true, replaces: true },
  ...SETTINGS,
};

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? trimSlashes(value) : value;
}

/** A role of an AppRole auth method. Its id is `auth/<backend>/role/<name>`. */
export function approleRole(vault: VaultClient): Resource {
  return lifecycle(APPROLE_SCHEMA, {
    create: async ({ signal }, inputs, exists) => {
      const path = rolePath(inputs.backend, inputs.roleName);
      const extras = { namespace: inputs.namespace, signal };
      const body = createFields(SETTINGS, inputs);
      await attempt(
        `error writing AppRole auth backend role ${JSON.stringify(path)}`,
        vault.send("PUT", path, { ...extras, body }),
      );
      exists(path);
      if (inputs.roleId === undefined) return;
      await attempt(
        `error writing AppRole auth backend role ${JSON.stringify(path)}'s RoleID`,
        vault.send("PUT", `${path}/role-id`, { ...extras, body: { role_id: inputs.roleId } }),
      );
    },
    read: async ({ signal }, path, known) => {
      const [, backend, roleName] = /^auth\/(.+)\/role\/([^/]+)$/.exec(path) ?? [];
      if (backend === undefined)
        throw new Error(
          `invalid path ${JSON.stringify(path)} for AppRole auth backend role: no backend found`,
        );
      const extras = { namespace: namespaceOf(known), signal };
      const found = await vault.read(path, extras);
      if (!found) return undefined;
      const roleId = await attempt(
        `error reading AppRole auth backend role ${JSON.stringify(path)} RoleID`,
        vault.read(`${path}/role-id`, extras),
      );
      const settings = liveFields(SETTINGS, found.data, known);
      return {
        state: { ...settings, backend, roleName, namespace: extras.namespace, roleId: roleId?.data.role_id },
      };
    },
    update: async ({ signal }, path, { inputs, changed }) => {
      const extras = { namespace: inputs.namespace, signal };
      const updating = `error updating AppRole auth backend role ${JSON.stringify(path)}`;
      const body = changedFields(SETTINGS, inputs, changed);
      await attempt(updating, vault.send("PUT", path, { ...extras, body }));
      if (!changed.has("roleId")) return;
      const sent = vault.send("PUT", `${path}/role-id`, { ...extras, body: { role_id: inputs.roleId } });
      await attempt(`${updating}'s RoleID`, sent);
    },
    delete: async ({ signal }, path, { namespace }) => {
      const deletion = vault.remove(path, { namespace, signal });
      await attempt(`error deleting AppRole auth backend role ${JSON.stringify(path)}`, deletion);
    },
  });
}

/** The path of a role. */
export function rolePath(backend: unknown, role: unknown): string {
  return `auth/${trimSlashes(String(backend))}/role/${trimSlashes(String(role))}`;
}
