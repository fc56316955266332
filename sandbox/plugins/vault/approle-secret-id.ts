import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Found } from "../schema/lifecycle";
import { textOf } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import { rolePath } from "./approle-role";
import type { RequestExtras, VaultClient } from "./client";
import { trimSlashes } from "./client";
import { attempt, refused } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";

/** `vault:appRole/authBackendRoleSecretId:AuthBackendRoleSecretId`. Nothing of it can be changed in place. */
export const SECRET_ID_SCHEMA: Schema = {
  accessor: { type: "string", output: true },
  backend: {
    type: "string",
    default: "approle",
    replaces: true,
    transform: (value) => (typeof value === "string" ? trimSlashes(value) : value),
  },
  cidrLists: { type: "set", replaces: true },
  metadata: { type: "string", replaces: true, same: sameJson },
  namespace: NAMESPACE,
  numUses: { type: "number", replaces: true },
  roleName: { type: "string", required: true, replaces: true },
  secretId: { type: "string", computed: true, replaces: true, secret: true },
  tokenBoundCidrs: { type: "set", replaces: true },
  ttl: { type: "number", replaces: true },
  withWrappedAccessor: { type: "boolean", replaces: true },
  wrappingAccessor: { type: "string", output: true },
  wrappingToken: { type: "string", output: true, secret: true },
  wrappingTtl: { type: "string", replaces: true },
};

/** One secret id of a role, wrapped in a one-time token where `wrappingTtl` is given. */
export function approleSecretId(vault: VaultClient): Resource {
  return lifecycle(SECRET_ID_SCHEMA, {
    create: async ({ signal }, inputs, exists) => {
      const role = rolePath(inputs.backend, inputs.roleName);
      const path = inputs.secretId === undefined ? `${role}/secret-id` : `${role}/custom-secret-id`;
      const wrapTtl = typeof inputs.wrappingTtl === "string" ? inputs.wrappingTtl : undefined;
      const answer = await attempt(
        `error writing AppRole auth backend role SecretID ${JSON.stringify(path)}`,
        vault.send("PUT", path, {
          body: secretIdRequest(inputs),
          namespace: inputs.namespace,
          wrapTtl,
          signal,
        }),
      );
      const id = (accessor: unknown): string =>
        `backend=${String(inputs.backend)}::role=${String(inputs.roleName)}::accessor=${String(accessor)}`;
      if (wrapTtl === undefined) {
        exists(id(answer.data.secret_id_accessor));
        return { secretId: answer.data.secret_id, accessor: answer.data.secret_id_accessor };
      }
      const wrapped = answer.wrapInfo;
      const keepsAccessor = inputs.withWrappedAccessor === true;
      const wrappingAccessor = keepsAccessor ? wrapped.wrapped_accessor : wrapped.accessor;
      exists(id(keepsAccessor ? wrappingAccessor : `wrapped-${String(wrappingAccessor)}`));
      return { wrappingToken: wrapped.token, wrappingAccessor };
    },
    read: async ({ signal }, id, known) => {
      const extras = { namespace: namespaceOf(known), signal };
      return parts(id).wrapped ? readWrapped(vault, id, known, extras) : readPlain(vault, id, extras);
    },
    delete: async ({ signal }, id, { namespace }) => {
      const { role, accessor, wrapped } = parts(id);
      const [path, body] = wrapped
        ? ["auth/token/revoke-accessor", { accessor }]
        : [`${role}/secret-id-accessor/destroy`, { secret_id_accessor: accessor }];
      try {
        await vault.send("PUT", path, { body, namespace, signal });
      } catch (error) {
        if (isGone(error)) return;
        throw new Error(`error deleting AppRole auth backend role SecretID ${JSON.stringify(id)}`, {
          cause: error,
        });
      }
    },
  });
}

function secretIdRequest(inputs: Properties): Properties {
  const list = (value: unknown): string | undefined =>
    Array.isArray(value) && value.length > 0 ? value.join(",") : undefined;
  return {
    secret_id: inputs.secretId,
    cidr_list: list(inputs.cidrLists),
    token_bound_cidrs: list(inputs.tokenBoundCidrs),
    metadata: inputs.metadata ?? "",
    ttl: inputs.ttl,
    num_uses: inputs.numUses,
  };
}

/** Of a wrapped secret id nothing can be read but whether its token is still unused. */
async function readWrapped(
  vault: VaultClient,
  id: string,
  known: Properties,
  extras: RequestExtras,
): Promise<Found | undefined> {
  const { accessor } = parts(id);
  try {
    await vault.send("PUT", "auth/token/lookup-accessor", { ...extras, body: { accessor } });
    return { state: known };
  } catch (error) {
    if (isGone(error)) return undefined;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(
      `error reading AppRole auth backend wrapped SecretID ${JSON.stringify(accessor)} exists: ${message}`,
      {
        cause: error,
      },
    );
  }
}

async function readPlain(vault: VaultClient, id: string, extras: RequestExtras): Promise<Found | undefined> {
  const { backend, roleName, role, accessor } = parts(id);
  const body = { secret_id_accessor: accessor };
  try {
    const { data } = await vault.send("PUT", `${role}/secret-id-accessor/lookup`, { ...extras, body });
    if (data.secret_id_accessor === undefined) return undefined;
    return {
      state: {
        backend,
        roleName,
        namespace: extras.namespace,
        accessor,
        cidrLists: data.cidr_list ?? [],
        tokenBoundCidrs: data.token_bound_cidrs ?? [],
        metadata: JSON.stringify(data.metadata ?? {}),
        ttl: data.secret_id_ttl ?? 0,
        numUses: data.secret_id_num_uses ?? 0,
      },
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`error reading AppRole auth backend role SecretID ${JSON.stringify(id)}: ${message}`, {
      cause: error,
    });
  }
}

/** A used or expired token, a secret id or a role that is not there any more. */
function isGone(error: unknown): boolean {
  return (
    refused(error, 404) ||
    [400, 403, 500].some((status) =>
      refused(error, status, /invalid accessor|does not exist|failed to find accessor/),
    )
  );
}

function parts(id: string): {
  backend: string;
  roleName: string;
  role: string;
  accessor: string;
  wrapped: boolean;
} {
  const [, backend, roleName, mark, accessor] =
    /^backend=(.+)::role=(.+)::accessor=(wrapped-)?(.+)$/.exec(id) ?? [];
  if (backend === undefined || roleName === undefined || accessor === undefined) {
    throw new Error(
      `invalid ID ${JSON.stringify(id)} for AppRole auth backend role SecretID: ID did not match pattern`,
    );
  }
  return { backend, roleName, role: rolePath(backend, roleName), accessor, wrapped: mark !== undefined };
}

function sameJson(left: unknown, right: unknown): boolean {
  try {
    return (
      JSON.stringify(JSON.parse(textOf(left) || "{}")) === JSON.stringify(JSON.parse(textOf(right) || "{}"))
    );
  } catch {
    return left === right;
  }
}
