import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import { isRecord, snakeCase } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import type { VaultClient } from "./client";
import { attempt, refused } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";
import { remount } from "./remount";

/** `vault:index/mount:Mount`. */
export const MOUNT_SCHEMA: Schema = {
  accessor: { type: "string", output: true },
  allowedManagedKeys: { type: "set" },
  allowedResponseHeaders: { type: "list" },
  auditNonHmacRequestKeys: { type: "list", computed: true },
  auditNonHmacResponseKeys: { type: "list", computed: true },
  defaultLeaseTtlSeconds: { type: "number", computed: true },
  delegatedAuthAccessors: { type: "list" },
  description: { type: "string" },
  externalEntropyAccess: { type: "boolean", default: false, replaces: true },
  forceNoCache: { type: "boolean", computed: true },
  identityTokenKey: { type: "string" },
  listingVisibility: { type: "string" },
  local: { type: "boolean", replaces: true },
  maxLeaseTtlSeconds: { type: "number", computed: true },
  namespace: NAMESPACE,
  options: { type: "map" },
  passthroughRequestHeaders: { type: "list" },
  path: { type: "string", required: true },
  pluginVersion: { type: "string" },
  sealWrap: { type: "boolean", computed: true, replaces: true },
  type: { type: "string", required: true, replaces: true },
};

/** What the server keeps under `config`, by the server's name of it. */
const CONFIG = [
  "allowedManagedKeys",
  "allowedResponseHeaders",
  "auditNonHmacRequestKeys",
  "auditNonHmacResponseKeys",
  "delegatedAuthAccessors",
  "listingVisibility",
  "passthroughRequestHeaders",
] as const;

/** Where a mount is: the engine keeps the first id for ever, so after a move only the state knows the path. */
export function mountPath(id: string, known: Properties): string {
  return typeof known.path === "string" ? known.path : id;
}

/** A secrets engine. Its id is its path; a new path moves it with its data. */
export function mount(vault: VaultClient): Resource {
  return lifecycle(MOUNT_SCHEMA, {
    create: async ({ signal }, inputs, exists) => {
      const path = String(inputs.path);
      const extras = { body: mountRequest(inputs), namespace: inputs.namespace, signal };
      await attempt("error writing to Vault", vault.send("POST", `sys/mounts/${path}`, extras));
      exists(path);
    },
    read: async ({ signal }, id, known) => {
      const namespace = namespaceOf(known);
      const path = mountPath(id, known);
      try {
        const found = await vault.read(`sys/mounts/${path}`, { namespace, signal });
        return found && { id: path, state: mountState(path, namespace, found.data, known) };
      } catch (error) {
        if (refused(error, 400, /no secret engine mount at/i)) return undefined;
        throw error;
      }
    },
    update: async ({ signal }, id, { state, inputs, changed }) => {
      const namespace = inputs.namespace;
      const path = String(inputs.path);
      if (changed.has("path")) {
        await attempt(
          "error remounting in Vault",
          remount(vault, mountPath(id, state), path, { namespace, signal }),
        );
      }
      const tuning = vault.send("POST", `sys/mounts/${path}/tune`, {
        body: tuneRequest(inputs, changed),
        namespace,
        signal,
      });
      await attempt("error updating Vault", tuning);
    },
    delete: async ({ signal }, id, state) => {
      const deletion = vault.remove(`sys/mounts/${mountPath(id, state)}`, {
        namespace: state.namespace,
        signal,
      });
      await attempt("error deleting from Vault", deletion);
    },
  });
}

function mountRequest(inputs: Properties): Properties {
  return {
    type: inputs.type,
    description: inputs.description ?? "",
    config: { ...leases(inputs), force_no_cache: inputs.forceNoCache === true, ...configOf(inputs) },
    local: inputs.local === true,
    options: inputs.options ?? {},
    seal_wrap: inputs.sealWrap === true,
    external_entropy_access: inputs.externalEntropyAccess === true,
  };
}

function tuneRequest(inputs: Properties, changed: ReadonlySet<string>): Properties {
  return {
    ...leases(inputs),
    options: inputs.options ?? {},
    ...(changed.has("description") && { description: inputs.description ?? "" }),
    ...Object.fromEntries(
      CONFIG.filter((key) => changed.has(key)).map((key) => [snakeCase(key), inputs[key] ?? emptyOf(key)]),
    ),
  };
}

function leases(inputs: Properties): Properties {
  return {
    default_lease_ttl: `${Number(inputs.defaultLeaseTtlSeconds ?? 0)}s`,
    max_lease_ttl: `${Number(inputs.maxLeaseTtlSeconds ?? 0)}s`,
  };
}

function configOf(inputs: Properties): Properties {
  const keys = CONFIG.filter((key) => inputs[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [snakeCase(key), inputs[key]]));
}

function mountState(path: string, namespace: unknown, data: Properties, known: Properties): Properties {
  const config = isRecord(data.config) ? data.config : {};
  const options = isRecord(data.options) ? { ...data.options } : {};
  // `kv-v2` is another name of kv with version 2: the server forgets which one was used.
  const isAlias = known.type === "kv-v2" && data.type === "kv" && options.version === "2";
  const named = isRecord(known.options) && known.options.version !== undefined;
  if (isAlias && !named) delete options.version;
  return {
    accessor: data.accessor,
    description: data.description ?? "",
    defaultLeaseTtlSeconds: config.default_lease_ttl ?? 0,
    maxLeaseTtlSeconds: config.max_lease_ttl ?? 0,
    forceNoCache: config.force_no_cache ?? false,
    externalEntropyAccess: data.external_entropy_access ?? false,
    local: data.local ?? false,
    namespace,
    options,
    path,
    sealWrap: data.seal_wrap ?? false,
    type: isAlias ? known.type : data.type,
    ...Object.fromEntries(CONFIG.map((key) => [key, config[snakeCase(key)] ?? emptyOf(key)])),
  };
}

function emptyOf(key: (typeof CONFIG)[number]): unknown {
  return key === "listingVisibility" ? "" : [];
}
