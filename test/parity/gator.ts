/** Asks Gatekeeper's command line. */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { constraint, constraintTemplate } from "../../guardrails/engines/gatekeeper";
import { operationOf, type Request } from "../../guardrails/preview";
import { text, type Document, type Rule } from "../../guardrails/rule";
import { isNeeded, platform, rules, type Case } from "./cases";

/** What is asked: one rule about one example. */
interface Question {
  readonly rule: Rule;
  readonly asked: Case;
  /** Name of the case in the suite. */
  readonly id: string;
}

/** What the program says otherwise than expected, by case; nothing where all is as it must be. */
export async function askGator(
  program: string,
  about: readonly Rule[],
  cases: readonly Case[],
): Promise<ReadonlyMap<Case, string[]>> {
  const questions = cases.flatMap((asked, index) =>
    about
      .filter((rule) => isNeeded(rule, asked) && concerns(rule, asked))
      .map((rule) => ({ rule, asked, id: `${index}-${rule.name}` })),
  );
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-gator-"));
  try {
    write(folder, questions);
    const output = await run(program, folder);
    const found = failures(output);
    const answered = [...output.matchAll(/^ {4}--- (?:PASS|FAIL): (\S+)/gm)].map(([, id]) => id);
    return new Map(
      cases.map((one) => [
        one,
        questions
          .filter(({ asked }) => asked === one)
          .flatMap(({ rule, id }) =>
            answered.includes(id) ? (found.get(id) ?? []) : [`was not asked about ${rule.name}`],
          ),
      ]),
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Whether Gatekeeper asks the rule's constraint at all: that goes by the kind alone. */
function concerns({ matches }: Rule, { request }: Case): boolean {
  const { group, kind } = kindOf(request);
  return matches.some(({ kinds }) =>
    kinds.some((one) => [kind, "*"].includes(one.kind) && [group, "*"].includes(one.group)),
  );
}

function kindOf({ object, before }: Request): { group: string; version: string; kind: string } {
  const { apiVersion, kind } = (object ?? before) as { apiVersion: string; kind: string };
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  return { group, version, kind };
}

/** A suite with a test for each rule and each state of the namespace. */
function write(folder: string, questions: readonly Question[]): void {
  const file = (name: string, content: unknown) => {
    fs.writeFileSync(path.join(folder, name), JSON.stringify(content));
    return name;
  };
  const groups = new Map<string, Question[]>();
  for (const question of questions) {
    const key = `${question.rule.name} ${JSON.stringify(question.asked.request.namespace)}`;
    groups.set(key, [...(groups.get(key) ?? []), question]);
  }
  const tests = [...groups.values()].flatMap((alike, index) =>
    alike.slice(0, 1).map(({ rule, asked }) => ({
      name: `${index}-${rule.name}`,
      template: file(`${index}-template.yaml`, templateIn(rule, asked.request.namespace)),
      constraint: file(`${index}-constraint.yaml`, constraint(rule, platform, "enforce")),
      cases: alike.map(({ id, asked: one }) => ({
        name: id,
        object: file(`${id}.yaml`, review(one.request)),
        assertions: assertions(one.expected[rule.name]),
      })),
    })),
  );
  file("suite.yaml", { apiVersion: "test.gatekeeper.sh/v1alpha1", kind: "Suite", tests });
}

/** gator hands no namespace to CEL, as the webhook does: what is on the namespace stands in the variables instead. */
function templateIn(rule: Rule, namespace: Document | undefined) {
  const { labels = {}, annotations = {} } = (namespace?.["metadata"] ?? {}) as Record<string, unknown>;
  const known: Record<string, string> = { marks: `dyn(${text(labels)})`, notes: `dyn(${text(annotations)})` };
  const template = constraintTemplate(rule, platform);
  for (const { code } of template.spec.targets) {
    for (const { source } of code) {
      source.variables = source.variables.map(({ name, expression }) => ({
        name,
        expression: known[name] ?? expression,
      }));
    }
  }
  return template;
}

function review(request: Request) {
  const { object, before, subresource, by, namespace } = request;
  const kind = kindOf(request);
  const { name } = (object ?? before)?.["metadata"] as { name?: string };
  const { name: within } = (namespace?.["metadata"] ?? {}) as { name?: string };
  const plural = rules
    .flatMap(({ matches }) => matches.flatMap(({ kinds }) => kinds))
    .find((one) => one.kind === kind.kind && one.group === kind.group);
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "00000000-0000-0000-0000-000000000000",
      kind,
      resource: {
        group: kind.group,
        version: kind.version,
        resource: plural?.resource ?? `${kind.kind.toLowerCase()}s`,
      },
      operation: operationOf(request),
      userInfo: by,
      ...(name !== undefined && { name }),
      ...(within !== undefined && { namespace: within }),
      ...(subresource !== undefined && { subResource: subresource }),
      ...(object && { object }),
      ...(before && { oldObject: before }),
    },
  };
}

function assertions(refusal: string | undefined) {
  return refusal === undefined
    ? [{ violations: "no" }]
    : [{ violations: 1 }, { violations: 1, message: `^${refusal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$` }];
}

/** What each failing case of the program's output says. */
function failures(output: string): Map<string, string[]> {
  const parts = output.split(/^ {4}(?=--- |=== )/m).filter((part) => part.startsWith("--- FAIL: "));
  return new Map(
    parts.map((part) => {
      const [first = "", ...rest] = part.split("\n");
      const id = first.slice("--- FAIL: ".length).split("\t")[0] ?? "";
      return [id, [`${id}: ${rest.join("\n").trim()}`]];
    }),
  );
}

/** The program ends with an error where an assertion fails, which its output tells better. */
function run(program: string, folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, ["verify", "--verbose", folder], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (stdout.includes("=== RUN")) {
        resolve(stdout);
      } else {
        reject(new Error(`gator: ${stderr || stdout || (error?.message ?? "said nothing")}`));
      }
    });
  });
}
