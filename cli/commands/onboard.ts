import * as fs from "node:fs";
import { Option, type Command } from "commander";
import type { Onboarding } from "../../automation/intake/onboard";
import { tenantSchema } from "../../model/tenant";
import { tierNames, type TierName } from "../../model/tiers";
import { automation } from "../automation";
import { agrees, answer, refuseUnattendedAll, type Question } from "../ask";
import { command, several, TENANT } from "../command";
import { planInWords } from "../output/words";
import { perform, type Session } from "../session";

interface Flags {
  readonly owner?: string[];
  readonly tier?: TierName;
  readonly allowRoot?: true;
  readonly mesh?: true;
  readonly gitopsOnly?: true;
  readonly dryRun?: true;
}

export function onboard(): Command {
  return command("onboard", "make a tenant: write its file, show the plan, apply that tenant alone", [
    ["onboard acme --owner alice@acme.example", "asks once the plan is known"],
    ["onboard acme --owner alice@acme.example --gitops-only", "commits the file, for a pipeline to apply"],
    ["onboard acme --owner alice@acme.example --dry-run", "shows file and plan, and leaves nothing"],
  ])
    .argument(...TENANT)
    .option("--owner <email>", "who answers for the tenant; asked where it is left out", several)
    .addOption(new Option("--tier <tier>", "row of the tier table; default: standard").choices(tierNames))
    .option("--allow-root", "let containers run as root, on record in the file")
    .option("--mesh", "join the service mesh")
    .option("--gitops-only", "write and commit the file, and ask no server")
    .option("--dry-run", "show the file and the plan, and leave nothing")
    .action((tenant: string, flags: Flags, self: Command) =>
      perform(self, {
        activity: "onboard",
        work: async (session) => {
          const { tier, allowRoot, mesh, gitopsOnly, dryRun } = flags;
          const owners = await ownersOf(session, tenant, flags);
          const confirm = () => agrees(session, makeIt(tenant));
          const given = { tenant, owners, tier, allowRoot, mesh, gitopsOnly, dryRun };
          return automation.onboard().onboard({ ...session.options, ...given, confirm });
        },
        show: (onboarding, session) =>
          flags.dryRun === true ? rehearsedInWords(onboarding, session) : inWords(tenant, onboarding),
      }),
    );
}

const makeIt = (tenant: string) => `Make ${tenant} so?`;

/** Owners have no default; a file that is there says who they are. */
async function ownersOf(session: Session, tenant: string, flags: Flags): Promise<string[] | undefined> {
  const file = automation.tenantFiles().tenantFile(session.options, tenant);
  const who = `Who answers for ${tenant}? E-mail addresses, with commas between them`;
  const known = flags.owner !== undefined || fs.existsSync(file);
  refuseUnattendedAll(session, [
    ...(known ? [] : [[who, "--owner"] satisfies Question]),
    ...(needsYes(session, flags) ? [[makeIt(tenant), "--yes"] satisfies Question] : []),
  ]);
  return known ? flags.owner : addresses(await answer(session, who, "--owner", ownersFault));
}

function needsYes({ globals }: Session, { gitopsOnly, dryRun }: Flags): boolean {
  return globals.yes !== true && gitopsOnly !== true && dryRun !== true;
}

function addresses(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function ownersFault(text: string): string | undefined {
  return tenantSchema.shape.owners.safeParse(addresses(text)).success
    ? undefined
    : "write e-mail addresses with commas between them: alice@acme.example, bob@acme.example";
}

function inWords(tenant: string, { file, created, changed, applied }: Onboarding): string {
  if (!changed) {
    return `${tenant} was there already; nothing was changed`;
  }
  const done = [
    ...(created ? [`${file} was written`] : []),
    applied ? `${tenant} stands` : "it is committed, and no server was asked",
  ];
  return done.join("\n");
}

/** What a dry run found: the file, and the plan where nobody has told it yet. */
export function rehearsedInWords({ file, text, tenants }: Onboarding, { globals }: Session): string {
  const plan = globals.quiet === true ? [planInWords(tenants), ""] : [];
  return [text, ...plan, `${file} would hold this; nothing was changed`].join("\n");
}
