/** Requests to the live Vault, in the name of whom the environment or a token says. */

import { vaultToken, type Environment } from "../proof/connect";
import { RunFailure } from "./outcome";

/** Milliseconds that one request may take. */
const TIMEOUT_MS = 10_000;

export interface VaultReply {
  readonly status: number;
  /** What Vault says is wrong; empty where it says nothing. */
  readonly message: string;
  readonly body: Record<string, unknown>;
}

export interface VaultClient {
  readonly address: string;
  /**
   * One request; refusals are replies too.
   *
   * @param path below `/v1/`.
   * @throws RunFailure `failure` where Vault does not answer.
   */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<VaultReply>;
  /** The same server and token inside a namespace, relative to this client's. */
  within(namespace: string): VaultClient;
  /** The same server and namespace with another token; an empty one for logins. */
  withToken(token: string): VaultClient;
}

export function openVault(environment: Environment): VaultClient {
  const [token] = vaultToken(environment);
  return vault(
    environment["VAULT_ADDR"] ?? "https://127.0.0.1:8200",
    environment["VAULT_NAMESPACE"] ?? "",
    token,
  );
}

function vault(address: string, namespace: string, token: string): VaultClient {
  return {
    address,
    request: async (method, path, body, headers = {}) => {
      try {
        const response = await fetch(new URL(`/v1/${path}`, address), {
          method,
          headers: {
            ...headers,
            ...(token !== "" && { "X-Vault-Token": token }),
            ...(namespace !== "" && { "X-Vault-Namespace": namespace }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const parsed = ((await response.json().catch(() => undefined)) ?? {}) as { errors?: string[] };
        return { status: response.status, message: parsed.errors?.join("; ") ?? "", body: { ...parsed } };
      } catch (error) {
        throw new RunFailure("failure", `Vault at ${address} does not answer`, { cause: error });
      }
    },
    within: (inner) => vault(address, [namespace, inner].filter((part) => part !== "").join("/"), token),
    withToken: (other) => vault(address, namespace, other),
  };
}

/**
 * The body of a reply that must be a success.
 *
 * @param what the request in words, for example `list secret ids`.
 * @throws RunFailure `credentials` for 403, `resource` for any other refusal.
 */
export function granted(what: string, { status, message, body }: VaultReply): Record<string, unknown> {
  if (status >= 200 && status < 300) {
    return body;
  }
  const kind = status === 403 ? "credentials" : "resource";
  throw new RunFailure(kind, `Vault refuses to ${what}: ${status} ${message}`);
}
