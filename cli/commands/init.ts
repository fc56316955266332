import type { Command } from "commander";
import type { InitOptions, PlatformFacts } from "../../automation/init";
import { automation } from "../automation";
import { answer, refuseUnattendedAll } from "../ask";
import { command, several } from "../command";
import { perform, type Session } from "../session";

interface Flags {
  readonly cluster?: string;
  readonly reservedCidr?: string[];
  readonly serviceAccountIssuer?: string;
  readonly account?: string;
  readonly region?: string;
  readonly backupBucket?: string;
  readonly ebsCsiRole?: string;
  readonly backend?: string;
  readonly dryRun?: boolean;
}

export function init(): Command {
  return command(
    "init",
    "make a project: settings of the platform, a first tenant list, a place for the state",
    [
      ["init --list prod", "asks for what has no default"],
      ["init --list staging", "in a project: adds a list to it"],
    ],
  )
    .option("--cluster <name>", "the cluster's name")
    .option("--reserved-cidr <cidr>", "pod, Service and node ranges of the cluster", several)
    .option("--service-account-issuer <url>", "issuer of the cluster's tokens, as IAM trusts it")
    .option("--account <id>", "the AWS account")
    .option("--region <region>", "the AWS region")
    .option("--backup-bucket <name>", "the bucket of all backups")
    .option("--ebs-csi-role <name>", "the IAM role of the EBS CSI driver")
    .option("--backend <url>", "where the state lies; default: the folder state, under a passphrase")
    .option("--dry-run", "say what would be written")
    .action((flags: Flags, self: Command) =>
      perform(self, {
        activity: "init",
        work: async (session) => automation.init().initProject(await asked(session, flags)),
        show: ({ directory, files }) =>
          files.length === 0
            ? `${directory} has all of it already; nothing was changed`
            : [
                ...files.map((file) => `${flags.dryRun === true ? "would write" : "wrote"} ${file}`),
                ...(flags.dryRun === true ? ["nothing was changed"] : []),
              ].join("\n"),
      }),
    );
}

/** What has no default: the question, and the flag that answers it beforehand. */
const LIST = ["What is the tenant list called, for instance prod?", "--list"] as const;
const FACTS: Readonly<Record<keyof PlatformFacts, readonly [question: string, flag: string]>> = {
  cluster: ["What is the cluster called?", "--cluster"],
  reservedCidrs: ["Which ranges have pods, Services and nodes? With commas between them", "--reserved-cidr"],
  serviceAccountIssuer: ["Who issues the cluster's tokens? An https URL", "--service-account-issuer"],
  accountId: ["Which AWS account? Twelve digits", "--account"],
  region: ["Which AWS region?", "--region"],
  backupBucket: ["What is the bucket of all backups called?", "--backup-bucket"],
  ebsCsiRole: ["What is the IAM role of the EBS CSI driver called?", "--ebs-csi-role"],
};

async function asked(session: Session, flags: Flags): Promise<InitOptions> {
  const { backend, dryRun, reservedCidr, account, ...named } = flags;
  const { directory, globals } = session;
  const given: Partial<Record<keyof PlatformFacts, string>> = {
    ...named,
    accountId: account,
    reservedCidrs: reservedCidr?.join(),
  };
  const facts = automation.init().isProject(directory) ? [] : (Object.keys(FACTS) as (keyof PlatformFacts)[]);
  const open = facts.filter((fact) => given[fact] === undefined);
  refuseUnattendedAll(session, [
    ...(globals.list === undefined ? [LIST] : []),
    ...open.map((fact) => FACTS[fact]),
  ]);
  const ask = ([question, flag]: readonly [string, string]) =>
    answer(session, question, flag, (text) => (text.trim() === "" ? "this has no default" : undefined));
  const list = globals.list ?? (await ask(LIST));
  const texts = new Map<string, string>();
  for (const fact of facts) {
    texts.set(fact, given[fact] ?? (await ask(FACTS[fact])));
  }
  const cidrs = texts.get("reservedCidrs")?.split(",") ?? [];
  const platform = { ...Object.fromEntries(texts), reservedCidrs: cidrs.map((cidr) => cidr.trim()) };
  return { directory, list, platform, backend, dryRun };
}
