import { Option, type Command } from "commander";
import type { KubeconfigMode } from "../../automation/credentials/kubeconfig";
import { roleNames, type RoleName } from "../../model/tenant";
import { automation } from "../automation";
import { command, TENANT } from "../command";
import { seconds } from "../duration";
import { perform } from "../session";
import { table } from "../table";

export interface AccessFlags {
  readonly role?: RoleName;
  readonly environment?: string;
  readonly ttl?: number;
}

const MODES: readonly KubeconfigMode[] = ["token", "exec", "oidc"];

export function kubeconfig(): Command {
  return withAccess(
    command("kubeconfig", "write a kubeconfig for a tenant's own namespace, and try it at once", [
      ["kubeconfig acme --role dev --ttl 2h", "a token that ends by itself"],
      ["kubeconfig acme --mode exec", "kubectl asks tenantry for a token each time"],
      ["kubeconfig acme --mode oidc", "for people, who sign in themselves"],
    ]).argument(...TENANT),
  )
    .addOption(new Option("--mode <mode>", "what the file holds").choices(MODES).default("token"))
    .action((tenant: string, given: AccessFlags & { mode: KubeconfigMode }, self: Command) =>
      perform(self, {
        activity: "kubeconfig",
        work: ({ options }) =>
          automation
            .kubeconfig()
            .issueKubeconfig({ ...options, tenant, ...accessOf(given), mode: given.mode }),
        show: ({ file, namespace, role, expires, trials }) =>
          [
            `${file}: ${role} of ${namespace}${expires === undefined ? "" : ` until ${expires}`}`,
            ...(trials.length === 0
              ? []
              : [
                  table(
                    ["TRIED", "ANSWERED"],
                    trials.map(({ asked, answered }) => [asked, answered]),
                  ),
                ]),
          ].join("\n"),
      }),
    );
}

/** The flags of whatever mints a token. */
export function withAccess(to: Command): Command {
  return to
    .addOption(new Option("--role <role>", "the tenant's role; default: dev").choices(roleNames))
    .option("--environment <name>", "the environment; needed where the tenant has several")
    .option("--ttl <duration>", "how long a token lives, 10m to 24h; default: 1h", seconds);
}

export function accessOf({ role, environment, ttl }: AccessFlags) {
  return { role, environmentName: environment, ttlSeconds: ttl };
}
