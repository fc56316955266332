/** The certificate as people read it. */

import type { Certificate, Finding, Stage } from "./certificate";

const TITLES: Readonly<Record<Stage, string>> = {
  offboarding: "is leaving",
  retained: "has left; its data is kept",
  purged: "has left, and its data is destroyed",
};

/** Markdown. */
export function certificatePage(certificate: Certificate): string {
  const { tenant, stage, list, actor, credentials, gone, references, audit } = certificate;
  return [
    `# Tenant ${tenant.name} ${TITLES[stage]}`,
    "",
    ...table(
      ["", ""],
      [
        ["tenant", `${inline(tenant.displayName)} (\`${tenant.name}\`, \`${tenant.id}\`)`],
        ["list", `\`${list}\``],
        ["tier", tenant.tier],
        ["run by", inline(actor)],
        ["began", certificate.began],
        ["left", certificate.left ?? "not yet"],
        ["purged", certificate.purged ?? "not yet"],
        ["backup", backupOf(certificate)],
        ["audit log", audit === null ? "none" : `entry ${audit.sequence}, \`${audit.hash}\``],
      ],
    ),
    ...section("Gone", findings(gone)),
    ...section("Waits", table(["what", "until", "why"], certificate.waits.map(waitOf))),
    ...section(
      "Kept",
      table(
        ["what", "until", "who can read it", "asked", "answered"],
        certificate.retained.map(({ what, until, readableBy, asked, answered }) => [
          inline(what),
          until,
          readableBy,
          code(asked),
          inline(answered),
        ]),
      ),
    ),
    ...section(
      "Credentials that worked and are refused",
      table(
        ["credential", "before", "after"],
        credentials.tried.map(({ credential, worked, refused }) => [credential, worked, refused].map(inline)),
      ),
    ),
    ...section(
      "Credentials whose refusal proves nothing: they did not work before",
      table(
        ["credential", "answer"],
        credentials.untried.map(({ credential, why }) => [credential, why].map(inline)),
      ),
    ),
    ...section("References to the tenant that were looked for", findings(references)),
    ...section(
      "Volumes under the tenant's key",
      table(
        ["volume", "claim", "reclaim policy", "phase", "handle"],
        certificate.volumes.map(({ name, claim = "", reclaimPolicy, phase, handle = "" }) =>
          [name, claim, reclaimPolicy, phase, handle].map(inline),
        ),
      ),
    ),
    ...section(
      "Pods that belonged to no controller",
      certificate.lostPods.map((pod) => `- ${code(pod)}`),
    ),
    ...section(
      "Finalizers taken away by approval",
      certificate.released.map(({ object, finalizer }) => `- ${code(finalizer)} of ${code(object)}`),
    ),
    ...section("Unreadable without the key", ledgerOf(certificate)),
    ...section(
      "Runs of the engine",
      certificate.plans.map(({ step, digest }) => `- ${step}: \`${digest}\``),
    ),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `## ${title}`, "", ...lines];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return rows.length === 0 ? [] : [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function findings(all: readonly Finding[]): string[] {
  return table(
    ["what", "asked", "answered"],
    all.map(({ what, asked, answered }) => [inline(what), code(asked), inline(answered)]),
  );
}

function waitOf({ what, until, why }: Certificate["waits"][number]): string[] {
  return [inline(what), until, inline(why)];
}

function backupOf({ backup }: Certificate): string {
  if (backup === undefined) {
    return "not yet";
  }
  return backup.taken
    ? `\`${backup.name}\`, ${backup.phase} ${backup.completed}, in \`${backup.location}\``
    : `none: ${inline(backup.why)}`;
}

function ledgerOf({ ledger }: Certificate): string[] {
  if (ledger === undefined) {
    return [];
  }
  const { keyArn, since, until = "not yet", prefix, volumes, secrets } = ledger;
  return [
    `Key \`${keyArn}\`, made ${since}, destroyed ${until}, had encrypted:`,
    "",
    `- \`${prefix.location}\`: ${prefix.objects} objects in ${prefix.versions} versions, ${prefix.bytes} bytes`,
    ...volumes.map(({ name, handle = "" }) => `- volume \`${name}\` ${code(handle)}`),
    ...secrets.map((secret) => `- secret \`${secret}\``),
  ];
}

/** What servers and tenants wrote, on one line and without a way out of a table's cell. */
function inline(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\|<>]/g, (character) => `\\${character}`)
    .replace(/`/g, "'");
}

function code(text: string): string {
  return text === "" ? "" : `\`${text.replace(/\s+/g, " ").replace(/[`|]/g, "'")}\``;
}
