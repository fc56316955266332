import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import { isRecord, textOf } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import type { VaultClient } from "./client";
import { seconds } from "./duration";
import { attempt, refused } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";

/** A mount that was just made, or just turned into version 2, refuses writes for a moment. */
const UPGRADE_TRIES = 20;
const UPGRADE_PAUSE_MS = 250;

/** `vault:kv/secretV2:SecretV2`. */
export const SECRET_V2_SCHEMA: Schema = {
  cas: { type: "number" },
  customMetadata: { type: "object", computed: true },
  data: { type: "map", output: true, secret: true },
  dataJson: { type: "string", secret: true, same: sameJson, check: jsonObjectFault },
  dataJsonWo: { type: "string", secret: true, check: jsonObjectFault },
  dataJsonWoVersion: { type: "number" },
  deleteAllVersions: { type: "boolean", default: false },
  disableRead: { type: "boolean", default: false },
  metadata: { type: "map", output: true },
  mount: { type: "string", required: true, replaces: true },
  name: { type: "string", replaces: true, named: { maxLength: 255 } },
  namespace: NAMESPACE,
  options: { type: "map" },
  path: { type: "string", output: true },
};

/** A secret of a KV version 2 mount. Its id is `<mount>/data/<name>`; what it holds is never read back. */
export function kvSecret(vault: VaultClient): Resource {
  return lifecycle(SECRET_V2_SCHEMA, {
    create: async (context, inputs, exists) => {
      const path = await write(vault, context, inputs);
      exists(path);
      await writeMetadata(vault, context, inputs);
    },
    read: async ({ signal }, path, known) => {
      const [, mount, name] = /^(.+?)\/data\/(.+)$/.exec(path) ?? [];
      if (mount === undefined) throw new Error(`unable to read mount from ID ${path}, err=no mount found`);
      const namespace = namespaceOf(known);
      const base = { mount, name, namespace, path };
      if (known.disableRead === true) return { state: base };
      const extras = { namespace, signal };
      const found = await attempt("error reading from Vault", vault.read(path, extras));
      if (!found) return undefined;
      const version = isRecord(found.data.metadata) ? found.data.metadata : {};
      const answer = await vault.read(`${mount}/metadata/${name}`, extras);
      const customMetadata = metadataState(answer?.data ?? {});
      return { state: { ...base, data: {}, metadata: texts(version), customMetadata } };
    },
    update: async (context, _path, { inputs, changed }) => {
      if (changed.has("dataJson") || changed.has("dataJsonWoVersion")) await write(vault, context, inputs);
      if (changed.has("customMetadata")) await writeMetadata(vault, context, inputs);
    },
    delete: async ({ signal }, path, state) => {
      const all = state.deleteAllVersions === true;
      const target = all ? `${String(state.mount)}/metadata/${String(state.name)}` : path;
      const deletion = vault.remove(target, { namespace: state.namespace, signal });
      await attempt(`error deleting ${JSON.stringify(target)} from Vault`, deletion);
    },
  });
}

async function write(vault: VaultClient, { signal }: CallContext, inputs: Properties): Promise<string> {
  const path = `${String(inputs.mount)}/data/${String(inputs.name)}`;
  const data: unknown = JSON.parse(textOf(inputs.dataJson) || textOf(inputs.dataJsonWo) || "{}");
  const options = {
    ...(isRecord(inputs.options) ? inputs.options : {}),
    ...(inputs.cas !== undefined && { cas: inputs.cas }),
  };
  const extras = { body: { data, options }, namespace: inputs.namespace, signal };
  for (let tries = 0; ; tries++) {
    try {
      await vault.send("PUT", path, extras);
      return path;
    } catch (error) {
      const upgrading = refused(error, 400, /upgrading from non-versioned to versioned/i);
      if (!upgrading || tries >= UPGRADE_TRIES) throw error;
      await sleep(UPGRADE_PAUSE_MS, undefined, { signal });
    }
  }
}

async function writeMetadata(vault: VaultClient, { signal }: CallContext, inputs: Properties): Promise<void> {
  if (!isRecord(inputs.customMetadata)) return;
  const { maxVersions, casRequired, deleteVersionAfter, data } = inputs.customMetadata;
  const path = `${String(inputs.mount)}/metadata/${String(inputs.name)}`;
  const body = {
    max_versions: maxVersions,
    cas_required: casRequired,
    delete_version_after: deleteVersionAfter,
    custom_metadata: data,
  };
  const sent = vault.send("PUT", path, { body, namespace: inputs.namespace, signal });
  await attempt(`error writing custom metadata to ${path}`, sent);
}

function metadataState(data: Properties): Properties {
  return {
    maxVersions: data.max_versions ?? 0,
    casRequired: data.cas_required ?? false,
    deleteVersionAfter: seconds(data.delete_version_after) || 0,
    data: data.custom_metadata ?? {},
  };
}

function texts(values: Properties): Properties {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function jsonObjectFault(value: unknown): string | undefined {
  try {
    return isRecord(JSON.parse(String(value))) ? undefined : "data_json must be a JSON object";
  } catch {
    // The text is a secret: say that it is wrong, not what it is.
    return "data_json: syntax error, it is not JSON";
  }
}

function sameJson(left: unknown, right: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(String(left))) === JSON.stringify(JSON.parse(String(right)));
  } catch {
    return left === right;
  }
}
