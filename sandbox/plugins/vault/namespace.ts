import { setTimeout as sleep } from "node:timers/promises";
import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Schema } from "../schema/property";
import { trimSlashes } from "./client";
import type { VaultClient } from "./client";
import { attempt, refused } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";

/** How often and how long apart a deletion is asked for and awaited, as the official provider does. */
const DELETE_TRIES = 10;
const DELETE_PAUSE_MS = 500;

/** Refuses a path that starts or ends with a slash. */
export function slashFault(value: unknown): string | undefined {
  return typeof value === "string" && trimSlashes(value) !== value
    ? `value "${value}" must not contain leading and/or trailing slashes`
    : undefined;
}

/** `vault:index/namespace:Namespace`. */
export const NAMESPACE_SCHEMA: Schema = {
  customMetadata: { type: "map", computed: true },
  namespace: NAMESPACE,
  namespaceId: { type: "string", output: true },
  path: { type: "string", required: true, replaces: true, check: slashFault },
  pathFq: { type: "string", computed: true },
};

/** A namespace. Creating one that exists adopts it, as the server does; deleting waits until it is really gone. */
export function namespace(vault: VaultClient): Resource {
  return lifecycle(NAMESPACE_SCHEMA, {
    create: async ({ signal }, inputs, exists) => {
      const path = String(inputs.path);
      const body = inputs.customMetadata === undefined ? {} : { custom_metadata: inputs.customMetadata };
      const extras = { body, namespace: inputs.namespace, signal };
      await attempt("error writing to Vault", vault.send("PUT", `sys/namespaces/${path}`, extras));
      exists(`${path}/`);
    },
    read: async ({ signal }, id, known) => {
      const path = trimSlashes(typeof known.path === "string" ? known.path : id);
      const parent = namespaceOf(known);
      const reading = vault.read(`sys/namespaces/${path}`, { namespace: parent, signal });
      const found = await attempt("error reading from Vault", reading);
      // A tainted namespace is on its way out: nothing can be made in it any more.
      if (!found || found.data.tainted === true) return undefined;
      return {
        id: `${path}/`,
        state: {
          path,
          namespace: parent,
          namespaceId: found.data.id,
          pathFq: parent === undefined ? path : `${parent}/${path}`,
          customMetadata: found.data.custom_metadata ?? {},
        },
      };
    },
    update: async ({ signal }, _id, { inputs, changed }) => {
      if (!changed.has("customMetadata")) return;
      const extras = {
        body: { custom_metadata: inputs.customMetadata ?? {} },
        namespace: inputs.namespace,
        contentType: "application/merge-patch+json",
        signal,
      };
      await attempt(
        "error writing to Vault",
        vault.send("PATCH", `sys/namespaces/${String(inputs.path)}`, extras),
      );
    },
    delete: async ({ signal }, id, state) => {
      const path = trimSlashes(typeof state.path === "string" ? state.path : id);
      const extras = { namespace: state.namespace, signal };
      await attempt("error deleting from Vault", deleted(vault, `sys/namespaces/${path}`, extras));
      for (let tries = 0; await vault.read(`sys/namespaces/${path}`, extras); tries++) {
        if (tries >= DELETE_TRIES) throw new Error(`namespace "${path}" still exists`);
        await sleep(DELETE_PAUSE_MS, undefined, { signal });
      }
    },
  });
}

/** The server deletes children in the background and refuses (400) to delete the parent meanwhile. */
async function deleted(
  vault: VaultClient,
  path: string,
  extras: { namespace: unknown; signal: AbortSignal },
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await vault.remove(path, extras);
      return;
    } catch (error) {
      if (tries >= DELETE_TRIES || !refused(error, 400)) throw error;
      await sleep(DELETE_PAUSE_MS, undefined, { signal: extras.signal });
    }
  }
}
