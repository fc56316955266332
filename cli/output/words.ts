/** What happens, in words. */

import type { Counts } from "../../automation/engine/changes";
import { SHARED } from "../../automation/engine/changes";
import type { Facts, Progress } from "../../automation/progress";

const SIGNS: Readonly<Record<string, string>> = {
  create: "+",
  import: "=",
  update: "~",
  replace: "±",
  delete: "-",
};

/** `+46`, `~2 -1`, or `unchanged`. */
export function countsInWords(counts: Counts): string {
  const changed = Object.entries(SIGNS).flatMap(([operation, sign]) => {
    const count = counts[operation as keyof Counts];
    return count === undefined ? [] : [`${sign}${count}`];
  });
  return changed.join(" ") || "unchanged";
}

/** One line a tenant that changes; those that do not are counted. */
export function planInWords(tenants: Readonly<Record<string, Counts>>): string {
  const all = Object.entries(tenants).map(([name, counts]): [string, string] => [
    name,
    countsInWords(counts),
  ]);
  const changing = all.filter(([, words]) => words !== "unchanged");
  const unchanged = all.filter(([name, words]) => words === "unchanged" && name !== SHARED).length;
  const width = Math.max(0, ...changing.map(([name]) => name.length));
  return [
    ...changing.map(([name, words]) => `${name.padEnd(width)}  ${words}`),
    ...(unchanged > 0 ? [`${unchanged} ${unchanged === 1 ? "tenant" : "tenants"} unchanged`] : []),
  ].join("\n");
}

/** `pods: 3, lost: a, b`; what has no value is left out. */
export function factsInWords(facts: Facts): string {
  return Object.entries(facts)
    .map(([name, value]): [string, string] => [
      name,
      typeof value === "object" ? value.join(", ") : String(value),
    ])
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`)
    .join("; ");
}

type Step = Extract<Progress, { type: "step" }>;

/** `acme: kubernetes: stop the workloads`. */
export function stepInWords({ tenant, plane, step }: Pick<Step, "tenant" | "plane" | "step">): string {
  return [tenant, plane, step].filter((part) => part !== undefined).join(": ");
}
