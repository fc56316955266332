import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import { isRecord, isZero, snakeCase, textOf } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import type { VaultClient } from "./client";
import { seconds } from "./duration";
import { attempt, refused } from "./errors";
import { mountPath } from "./mount";
import { slashFault } from "./namespace";
import { NAMESPACE, namespaceOf } from "./namespaced";
import { remount } from "./remount";

/** `vault:index/authBackend:AuthBackend`. */
export const AUTH_BACKEND_SCHEMA: Schema = {
  accessor: { type: "string", output: true },
  description: { type: "string" },
  disableRemount: {
    type: "boolean",
    default: false,
    check: (value) =>
      value === true
        ? "the sandbox's vault plugin always moves a backend in place: leave disable_remount out"
        : undefined,
  },
  identityTokenKey: { type: "string" },
  local: { type: "boolean", replaces: true },
  namespace: NAMESPACE,
  path: { type: "string", computed: true, check: slashFault },
  tune: { type: "object", computed: true },
  type: { type: "string", required: true, replaces: true },
};

/** An auth method. Its id is its path, the type where the program names none. */
export function authBackend(vault: VaultClient): Resource {
  const tune = async (
    path: string,
    body: Properties,
    extras: { namespace: unknown; signal: AbortSignal },
  ) => {
    await attempt(
      "error tuning auth backend",
      vault.send("POST", `sys/mounts/auth/${path}/tune`, { ...extras, body }),
    );
  };
  return lifecycle(AUTH_BACKEND_SCHEMA, {
    create: async ({ signal }, inputs, exists) => {
      const path = textOf(inputs.path) || textOf(inputs.type);
      const extras = { namespace: inputs.namespace, signal };
      const body = { type: inputs.type, description: inputs.description ?? "", local: inputs.local === true };
      await attempt("error writing to Vault", vault.send("POST", `sys/auth/${path}`, { ...extras, body }));
      exists(path);
      if (!isZero(inputs.tune)) await tune(path, tuneRequest(inputs.tune), extras);
    },
    read: async ({ signal }, id, known) => {
      const namespace = namespaceOf(known);
      const path = mountPath(id, known);
      try {
        const [found, tuned] = await Promise.all([
          vault.read(`sys/auth/${path}`, { namespace, signal }),
          vault.read(`sys/mounts/auth/${path}/tune`, { namespace, signal }),
        ]);
        return (
          found && { id: path, state: backendState(path, namespace, found.data, tuned?.data ?? {}, known) }
        );
      } catch (error) {
        if (refused(error, 400, /no auth engine|no secret engine mount|cannot fetch sysview/i))
          return undefined;
        throw error;
      }
    },
    update: async ({ signal }, id, { state, inputs, changed }) => {
      const old = mountPath(id, state);
      const path = textOf(inputs.path) || old;
      const extras = { namespace: inputs.namespace, signal };
      if (path !== old) {
        await attempt("error remounting in Vault", remount(vault, `auth/${old}`, `auth/${path}`, extras));
      }
      const body = {
        ...(changed.has("tune") && tuneRequest(inputs.tune)),
        ...(changed.has("description") && { description: inputs.description ?? "" }),
      };
      if (!isZero(body)) await tune(path, body, extras);
    },
    delete: async ({ signal }, id, state) => {
      const deletion = vault.remove(`sys/auth/${mountPath(id, state)}`, {
        namespace: state.namespace,
        signal,
      });
      await attempt("error disabling auth from Vault", deletion);
    },
  });
}

function tuneRequest(tune: unknown): Properties {
  if (!isRecord(tune)) return {};
  return Object.fromEntries(
    Object.entries(tune)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, value]) => [snakeCase(key), value]),
  );
}

function backendState(
  path: string,
  namespace: unknown,
  data: Properties,
  tuned: Properties,
  known: Properties,
): Properties {
  return {
    accessor: data.accessor,
    description: data.description ?? "",
    local: data.local ?? false,
    namespace,
    path,
    tune: tuneState(known.tune, tuned),
    type: data.type,
  };
}

/** The live values of what the program tunes; a duration keeps its wording while it is as long. */
function tuneState(known: unknown, tuned: Properties): Properties {
  if (!isRecord(known)) return {};
  const entries = Object.entries(known).map(([key, value]) => {
    const live = tuned[snakeCase(key)];
    if (!key.endsWith("Ttl")) return [key, live ?? value] as const;
    return [key, seconds(value) === live ? value : `${Number(live)}s`] as const;
  });
  return Object.fromEntries(entries);
}
