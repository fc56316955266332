/** Questions to the live OpenBao, asked with any token in any namespace. */

import { sandbox } from "./fixture";

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly errors: string;
}

export async function vault(
  token: string | undefined,
  namespace: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Reply> {
  const headers: Record<string, string> = { "X-Vault-Namespace": namespace };
  if (token !== undefined) {
    headers["X-Vault-Token"] = token;
  }
  const response = await fetch(new URL(`/v1/${path}`, sandbox().env["VAULT_ADDR"]), {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const parsed = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, body: parsed, errors: JSON.stringify(parsed["errors"] ?? []) };
}
