import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Properties } from "../schema/property";
import { VaultClient, trimSlashes } from "./client";

const TRUE = new Set<unknown>([true, "true", "1"]);

/** Opens the server the provider is configured for; the official provider's settings and environment count. */
export async function openVault(
  args: Properties,
  env: NodeJS.ProcessEnv = process.env,
): Promise<VaultClient> {
  const text = (key: string, ...variables: string[]): string | undefined =>
    [args[key], ...variables.map((name) => env[name])].find(
      (value): value is string => typeof value === "string" && value !== "",
    );
  const address = text("address", "VAULT_ADDR");
  if (address === undefined) throw new Error("failed to configure Vault address");
  const token = text("token", "VAULT_TOKEN") ?? tokenOfCli();
  if (token === undefined) throw new Error("no vault token set on Client");
  const client = new VaultClient({
    address,
    token,
    namespace: trimSlashes(text("namespace", "VAULT_NAMESPACE") ?? ""),
    caCertFile: text("caCertFile", "VAULT_CACERT"),
    tlsServerName: text("tlsServerName", "VAULT_TLS_SERVER_NAME"),
    skipTlsVerify: TRUE.has(args.skipTlsVerify) || TRUE.has(env.VAULT_SKIP_VERIFY),
    maxRetries: Number(args.maxRetries ?? env.VAULT_MAX_RETRIES ?? 2),
  });
  await lookupToken(client);
  const wantsChild = !TRUE.has(args.skipChildToken) && !TRUE.has(env.TERRAFORM_VAULT_SKIP_CHILD_TOKEN);
  return wantsChild ? client.withToken(await childToken(client, args, env)) : client;
}

async function lookupToken(client: VaultClient): Promise<void> {
  try {
    await client.send("GET", "auth/token/lookup-self");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to lookup token, err=${message}`, { cause: error });
  }
}

/** A token with the same rights that ends soon, so that leases of a forgotten run end too. */
async function childToken(client: VaultClient, args: Properties, env: NodeJS.ProcessEnv): Promise<string> {
  const ttl = `${Number(args.maxLeaseTtlSeconds ?? env.TERRAFORM_VAULT_MAX_TTL ?? 1200)}s`;
  const displayName = args.tokenName ?? env.VAULT_TOKEN_NAME ?? "terraform";
  const body = { display_name: displayName, ttl, explicit_max_ttl: ttl, renewable: false };
  try {
    const answer = await client.send("POST", "auth/token/create", { body });
    return String(answer.auth.client_token);
  } catch (error) {
    throw new Error(
      `failed to create limited child token: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** What `vault login` and `bao login` leave behind. */
function tokenOfCli(): string | undefined {
  try {
    return readFileSync(join(homedir(), ".vault-token"), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
