import { Command } from "commander";
import type { Grant } from "../../automation/credentials/break-glass";
import { automation } from "../automation";
import { consent } from "../ask";
import { command, TENANT } from "../command";
import { seconds } from "../duration";
import { DRY_RUN, performDryRun } from "../dry-run";
import { perform } from "../session";
import { table } from "../table";

export function breakglass(): Command {
  return new Command("breakglass")
    .description("access for an emergency, which ends by itself after 24 hours")
    .addCommand(grant(), { isDefault: true })
    .addCommand(list())
    .addCommand(revoke());
}

interface Flags {
  readonly reason: string;
  readonly approver: string;
  readonly environment?: string;
  readonly ttl?: number;
  readonly dryRun?: boolean;
}

function grant(): Command {
  return command("grant", "let somebody in for 24 hours at most; `breakglass <tenant>` is the same", [
    ["breakglass grant acme --reason INC-7 --approver bob@example.com", "asks first"],
    ["breakglass grant acme --reason INC-7 --approver bob@example.com --ttl 1h --yes", "for an hour"],
  ])
    .argument(...TENANT)
    .requiredOption("--reason <text>", "why, for instance the number of an incident; people read it later")
    .requiredOption("--approver <who>", "who approves; somebody else than you")
    .option("--environment <name>", "the environment; needed where the tenant has several")
    .option("--ttl <duration>", "how long the token lives, 10m to 24h; default: 24h", seconds)
    .option(...DRY_RUN)
    .action((tenant: string, flags: Flags, self: Command) => {
      const { reason, approver, environment, ttl, dryRun = false } = flags;
      const asked = { tenant, reason, approver, environmentName: environment, ttlSeconds: ttl };
      return dryRun
        ? performDryRun(self, "breakglass", ({ options }) =>
            automation.dryRun().dryRunBreakGlass({ ...options, ...asked }),
          )
        : perform(self, {
            activity: "breakglass",
            work: async (session) => {
              automation.tenantFiles().readTenant(session.options, tenant);
              await consent(session, `Let somebody into ${tenant} for 24 hours?`);
              return automation.breakGlass().grantBreakGlass({ ...session.options, ...asked });
            },
            show: ({ file, name, namespace, expires, ends }) =>
              [`${file}: ${namespace} until ${expires}`, `the grant ${name} is over at ${ends}`].join("\n"),
          });
    });
}

function list(): Command {
  return command("list", "show the grants that stand, and when each is over", [
    ["breakglass list", "of the whole list"],
    ["breakglass list --json", "for a program"],
  ]).action((_options: unknown, self: Command) =>
    perform(self, {
      activity: "breakglass list",
      work: ({ options }) => automation.breakGlass().listBreakGlass(options),
      show: (grants) => (grants.length === 0 ? "no grant stands" : inWords(grants)),
    }),
  );
}

function revoke(): Command {
  return command("revoke", "end a tenant's grants before their time", [
    ["breakglass revoke acme", "all of them"],
    ["breakglass revoke acme --grant tenant-pentest-0193…", "one of them"],
  ])
    .argument(...TENANT)
    .option("--grant <name>", "the one that ends; default: all of the tenant")
    .action((tenant: string, { grant: only }: { grant?: string }, self: Command) =>
      perform(self, {
        activity: "breakglass revoke",
        work: ({ options }) => automation.breakGlass().revokeBreakGlass({ ...options, tenant, grant: only }),
        show: (ended) =>
          ended.length === 0
            ? `${tenant} has no grant`
            : `ended: ${ended.map(({ name }) => name).join(", ")}`,
      }),
    );
}

function inWords(grants: readonly Grant[]): string {
  return table(
    ["TENANT", "NAMESPACE", "GRANT", "ENDS", "REASON", "APPROVED BY"],
    grants.map(({ tenant, namespace, name, ends, over, reason, approver }) => [
      tenant,
      namespace,
      name,
      over ? `over since ${ends}` : ends,
      reason,
      approver,
    ]),
  );
}
