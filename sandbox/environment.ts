import { delimiter, dirname, join } from "node:path";
import { DATA_DIR, layout } from "./layout";
import { readCredentials, readRecord } from "./record";
import { AWS_REGION } from "./servers/aws";

/**
 * The environment that makes pulumi, kubectl, the AWS SDKs and the Vault clients work on the sandbox and on nothing
 * else, as the administrator of all three clouds: settings of the caller's shell that would lead to real accounts are emptied.
 * @param dataDir the sandbox's data folder; the repository's own by default.
 * @throws when there is no sandbox.
 */
export function sandboxEnvironment(dataDir = DATA_DIR): Record<string, string> {
  const place = layout(dataDir);
  const { endpoints, programs } = readRecord(dataDir);
  const { aws, vault } = readCredentials(dataDir);
  const folders = [dirname(programs.pulumi), dirname(programs.kubectl)];
  return {
    PATH: [...new Set(folders), process.env.PATH ?? ""].join(delimiter),
    KUBECONFIG: place.kubeconfig,
    AWS_ENDPOINT_URL: endpoints.aws,
    // The endpoint's certificate is signed by the sandbox's own authority.
    NODE_EXTRA_CA_CERTS: join(place.pki, "ca.crt"),
    AWS_CA_BUNDLE: join(place.pki, "ca.crt"),
    AWS_REGION,
    AWS_ACCESS_KEY_ID: aws?.administrator?.id ?? "",
    AWS_SECRET_ACCESS_KEY: aws?.administrator?.secret ?? "",
    AWS_SESSION_TOKEN: "",
    AWS_PROFILE: "",
    // A profile or the machine's own role must not stand in when a key is refused.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    VAULT_ADDR: endpoints.vault,
    VAULT_TOKEN: vault?.rootToken ?? "",
    VAULT_NAMESPACE: "",
    PULUMI_HOME: place.pulumiHome,
    PULUMI_BACKEND_URL: `file://${place.state}`,
    // Committed stack files carry a salt made with this passphrase. It protects the state of throwaway stacks only.
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/**
 * The environment as lines for a POSIX shell: `eval "$(npm run --silent sandbox:env)"`. PATH is put before the one of
 * that shell, which is not the one that npm runs this command with.
 */
export function exportLines({ PATH = "", ...others }: Readonly<Record<string, string>>): string {
  const inherited = `${delimiter}${process.env.PATH ?? ""}`;
  const path = PATH.endsWith(inherited) ? `${quote(PATH.slice(0, -inherited.length))}:"$PATH"` : quote(PATH);
  const lines = Object.entries(others).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [`export PATH=${path}`, ...lines].join("\n");
}

/** A word that a POSIX shell takes as it stands. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
