/** The page about the guardrails, docs/guardrails.md: `npm run guardrails` writes it. */

import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { readPlatformOutput } from "../model/platform";
import type { GuardedPlatform } from "../model/provisioner";
import { gatekeeperCannot } from "./engines/gatekeeper";
import { INTRO, MUTATING, PARITY, RESIDUAL, SETTINGS } from "./page-text";
import { apiServerCannotBeAsked, kyvernoCannotBeAsked, MENDED } from "./parity";
import { policyName, refusalOf, type Example, type Match, type Rule } from "./rule";
import { accessRules } from "./rules/access";
import { deliveryRules } from "./rules/delivery";
import { networkRules } from "./rules/network";
import { objectsRules } from "./rules/objects";
import { placementRules } from "./rules/placement";
import { podRules } from "./rules/pods";
import { storageRules } from "./rules/storage";
import { workloadsRules } from "./rules/workloads";

const ROOT = path.join(__dirname, "..");
const FILE = path.join(ROOT, "docs", "guardrails.md");

/** The rules of a platform by what they are about, in the order of `guardrails`. */
function families(platform: GuardedPlatform): readonly [title: string, rules: readonly Rule[]][] {
  return [
    ["Pods, their node and the kernel", podRules],
    ["What a workload needs and where it comes from", workloadsRules(platform)],
    ["Where pods run", placementRules(platform)],
    ["Volumes", storageRules],
    ["The network", networkRules(platform)],
    ["Rights and credentials", accessRules(platform)],
    ["What is the platform's, and the namespace itself", objectsRules],
    ["What brings workloads, secrets and backups", deliveryRules(platform)],
  ];
}

/** The sandbox's platform, which has every setting that a rule needs. */
export function pagePlatform(): GuardedPlatform {
  const file = path.join(ROOT, "stacks", "Pulumi.platform.yaml");
  const { config } = parse(fs.readFileSync(file, "utf8")) as { config: Record<string, object> };
  return readPlatformOutput({
    ...config["tenantry:platform"],
    clusterUid: "",
    vaultAddress: "https://vault.example.com",
    vaultNamespace: "",
  });
}

/** The page as Markdown, before Prettier lays out its tables. */
export function guardrailsPage(platform: GuardedPlatform): string {
  const parts = families(platform).filter(([, rules]) => rules.length > 0);
  const all = parts.flatMap(([, rules]) => rules);
  return [
    "<!-- Written by `npm run guardrails`; change the rules instead. -->",
    "# Guardrails",
    INTRO,
    `${all.length} rules with ${all.flatMap(examplesOf).length} examples.`,
    "## Settings",
    SETTINGS,
    ...parts.flatMap(([title, rules]) => [
      `## ${title}`,
      table(
        ["rule", "refuses, because", "requirements"],
        rules.map((rule) => [`[${rule.name}](#${rule.name})`, rule.why, requirements(rule)]),
      ),
      ...rules.flatMap(ruleParts),
    ]),
    "## Policies that write",
    "They run before the rules do, so that the rules judge what they wrote as well.",
    table(
      ["policy", "writes into"],
      Object.entries(MUTATING).map(([name, what]) => [`\`${name}\``, what]),
    ),
    "## How the evaluators are held to one answer",
    PARITY,
    table(["rule", "example", "not asked", "because"], all.flatMap(unasked)),
    `Some requests never reach a rule as they were sent, because a policy mends them first: ${MENDED.map((name) => `[${name}](#${name})`).join(", ")}. Their refusals are shown with those policies set aside.`,
    "## What no rule does",
    table(["what", "why"], RESIDUAL),
  ].join("\n\n");
}

function examplesOf({ examples }: Rule): readonly Example[] {
  return [...examples.passes, ...examples.fails];
}

function requirements({ requirements: rows }: Rule): string {
  return `[${rows.join(", ")}](requirements.md)`;
}

function ruleParts(rule: Rule): string[] {
  const { name, why, cure, examples, sparesPlatform = false, sparesOperator = false, spares = [] } = rule;
  const [first] = examples.fails;
  const spared = [
    ...(sparesPlatform ? ["**spares the platform**"] : []),
    ...(sparesOperator ? ["**spares the operator**"] : []),
    ...(spares.length > 0 ? [`leaves alone ${spares.map((user) => `\`${user}\``).join(", ")}`] : []),
  ];
  return [
    `### ${name}`,
    `${why}. ${cure}. (${requirements(rule)})`,
    rule.matches.map((match) => `- ${matchText(match)}`).join("\n"),
    [
      `Policy \`${policyName(rule)}\`; native, Kyverno, ${gatekeeper(rule)}`,
      ...(spared.length > 0 ? [spared.join("; ")] : []),
    ].join(". ") + ".",
    ...(first === undefined ? [] : [`> ${escaped(refusalOf(rule, first))}`]),
    table(
      ["example", "answer"],
      [
        ...examples.passes.map(({ what }) => [what, "passes"]),
        ...examples.fails.map(({ what, says }) => [what, `refused: ${says}`]),
      ].map((row) => row.map(escaped)),
    ),
  ];
}

function gatekeeper(rule: Rule): string {
  const cannot = gatekeeperCannot(rule);
  return cannot === undefined ? "Gatekeeper" : `not Gatekeeper: ${cannot}, so that it stays native there`;
}

function matchText({ kinds, operations, subresources = [] }: Match): string {
  const names = kinds.map(({ kind, group }) =>
    kind === "*" ? "every kind" : group === "" ? kind : `${kind} (${group})`,
  );
  const also = subresources.length > 0 ? `; also ${subresources.map((one) => `\`${one}\``).join(", ")}` : "";
  return escaped(`${operations.join(", ")}: ${names.join(", ")}`) + also;
}

/** Rows of what an evaluator is not asked. */
function unasked(rule: Rule): string[][] {
  const cannot = gatekeeperCannot(rule);
  return [
    ...examplesOf(rule).flatMap((example) =>
      [
        ["API server", apiServerCannotBeAsked(example)],
        ["Kyverno", kyvernoCannotBeAsked(rule, example)],
      ].flatMap(([who = "", why]) => (why === undefined ? [] : [[rule.name, example.what, who, why]])),
    ),
    ...(cannot === undefined ? [] : [[rule.name, "all", "Gatekeeper", cannot]]),
  ].map((row) => row.map(escaped));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text that Markdown leaves as it is. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*_<>|[\]]/g, "\\$&");
}

async function main(): Promise<void> {
  const { format, resolveConfig } = await import("prettier");
  const page = guardrailsPage(pagePlatform());
  fs.writeFileSync(FILE, await format(page, { ...(await resolveConfig(FILE)), filepath: FILE }));
  console.log(`wrote ${path.relative(process.cwd(), FILE)}`);
}

if (require.main === module) {
  void main();
}
