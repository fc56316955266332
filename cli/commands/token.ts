import type { Command } from "commander";
import { automation } from "../automation";
import { command, TENANT } from "../command";
import { perform } from "../session";
import { accessOf, withAccess, type AccessFlags } from "./kubeconfig";

export function token(): Command {
  return withAccess(
    command("token", "mint a token for kubectl, which calls this by a kubeconfig of mode exec", [
      ["token acme --role dev --quiet", "an ExecCredential on standard output; secret"],
      ["token acme --environment prod --ttl 10m", "for one environment, as short as it gets"],
    ]).argument(...TENANT),
  ).action((tenant: string, given: AccessFlags, self: Command) =>
    perform(self, {
      activity: "token",
      work: ({ options }) => automation.token().issueToken({ ...options, tenant, ...accessOf(given) }),
      show: (credential) => JSON.stringify(credential),
    }),
  );
}
