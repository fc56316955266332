/** Asks Kyverno's command line. */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { kyvernoPolicy } from "../../guardrails/engines/kyverno";
import { POD } from "../../guardrails/kinds";
import { WORKLOADS } from "../../guardrails/pods";
import { operationOf } from "../../guardrails/preview";
import { policyName, text, type Rule } from "../../guardrails/rule";
import { isNeeded, platform, rules, type Answers, type Case } from "./cases";

/** Cases for one start of the program: of one requester, one operation and one state of the namespace. */
export type Batch = readonly Case[];

/** Cases that the program can be asked at once; those that a rule refuses wait for no other rule. */
export function batches(cases: readonly Case[]): Batch[] {
  const found = new Map<string, Case[]>();
  const named = new Map<string, number>();
  for (const one of cases) {
    const { by, namespace } = one.request;
    const passes = one.rule.examples.passes.includes(one.example);
    const start = JSON.stringify([operationOf(one.request), by, namespace, passes ? "" : one.rule.name]);
    const { apiVersion, kind, metadata } = judged(one);
    const name = JSON.stringify([start, apiVersion, kind, metadata.namespace, metadata.name]);
    // It keeps what it is asked about by name, and takes no two of one name; pods are renamed.
    const turn = isPod(kind) ? 0 : (named.get(name) ?? 0);
    named.set(name, turn + 1);
    const key = `${start} ${turn}`;
    found.set(key, [...(found.get(key) ?? []), one]);
  }
  return [...found.values()];
}

/** Whether it is a pod or makes pods: no rule about these asks for the object's name. */
function isPod(kind: string): boolean {
  return [POD, ...WORKLOADS].some((one) => one.kind === kind);
}

interface Report {
  readonly results: readonly {
    readonly policy: string;
    readonly result: string;
    readonly message?: string;
    readonly resources: readonly { readonly uid: string }[];
  }[];
}

/** The refusals of each case, in the order of the cases. */
export async function askKyverno(program: string, batch: Batch): Promise<Answers[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-kyverno-"));
  const write = (name: string, ...documents: unknown[]) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, documents.map((document) => JSON.stringify(document)).join("\n---\n"));
    return file;
  };
  try {
    const [{ request } = missing()] = batch;
    const policies = write("policies.yaml", ...needed(batch).map((rule) => policyFor(rule, batch)));
    const resources = write("resources.yaml", ...batch.map(marked));
    const values = write("values.yaml", {
      apiVersion: "cli.kyverno.io/v1alpha1",
      kind: "Values",
      globalValues: { "request.operation": operationOf(request) },
      ...(request.namespace && { namespaces: [request.namespace] }),
    });
    const definitions = write("definitions.yaml", ...definitionsOf(batch));
    const user = write("user.yaml", {
      apiVersion: "cli.kyverno.io/v1alpha1",
      kind: "UserInfo",
      userInfo: request.by,
    });
    const output = await run(program, [
      "apply",
      policies,
      ...["--resource", resources, "--values-file", values, "--userinfo", user],
      ...["--crd-paths", definitions, "--policy-report", "--output-format", "json"],
    ]);
    const { results } = JSON.parse(output.slice(output.indexOf("{"))) as Report;
    return batch.map((one, index) => answersOf(results, one, index));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** The program takes the new object of an UPDATE for the old one: what stood there stands in the policy instead. */
function policyFor(rule: Rule, batch: Batch) {
  const policy = kyvernoPolicy(rule, platform, "enforce");
  if (batch.some(({ request }) => operationOf(request) !== "UPDATE")) {
    return policy;
  }
  const { variables } = policy.spec;
  return {
    ...policy,
    spec: {
      ...policy.spec,
      variables: [
        {
          name: "stood",
          expression: `${literal(batch.map((one) => one.request.before))}[int(object.metadata.uid)]`,
        },
        ...variables.map(({ name, expression }) => ({
          name,
          expression: expression.replaceAll(/\boldObject\b/g, "variables.stood"),
        })),
      ],
    },
  };
}

/** A value in CEL, where the values in a list or map may be of any type. */
function literal(value: unknown): string {
  if (Array.isArray(value)) {
    return `dyn([${value.map(literal).join(", ")}])`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${text(key)}: ${literal(inner)}`);
    return `dyn({${entries.join(", ")}})`;
  }
  return `dyn(${text(value)})`;
}

interface Judged {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function judged({ request }: Case): Judged {
  return (request.object ?? request.before) as unknown as Judged;
}

/** The rules that a batch is asked about. */
export function needed(batch: Batch): Rule[] {
  return rules.filter((rule) => batch.some((one) => isNeeded(rule, one)));
}

/** What is judged, with a mark by which it is found in the report: many examples bear one name. */
function marked(one: Case, index: number): unknown {
  const document = judged(one);
  const { kind, metadata } = document;
  const name = isPod(kind) ? renamed(metadata.name, index) : metadata.name;
  return { ...document, metadata: { ...metadata, name, uid: String(index) } };
}

function renamed(name: string, index: number): string {
  return `${name}-${index}`;
}

function answersOf(results: Report["results"], one: Case, index: number): Answers {
  const { name } = judged(one).metadata;
  const names = new Map(rules.map((rule) => [policyName(rule), rule.name]));
  return Object.fromEntries(
    results
      .filter(
        ({ result, resources }) => !["pass", "skip"].includes(result) && resources[0]?.uid === String(index),
      )
      .map(({ policy, message = "" }) => [
        names.get(policy) ?? policy,
        message.replace(` ${renamed(name, index)}: `, ` ${name}: `),
      ]),
  );
}

/** The program guesses the plural of a kind that no definition tells it of: `gatewaies`. */
function definitionsOf(batch: Batch): unknown[] {
  const kinds = new Set(needed(batch).flatMap(({ matches }) => matches.flatMap(({ kinds: of }) => of)));
  return [...kinds]
    .filter(({ group, kind }) => group.includes(".") && kind !== "*")
    .map(({ group, kind, resource, version, cluster = false }) => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${resource}.${group}` },
      spec: {
        group,
        names: { kind, plural: resource },
        scope: cluster ? "Cluster" : "Namespaced",
        versions: [
          { name: version === "*" ? "v1alpha2" : version, served: true, storage: true, schema: ANY },
        ],
      },
    }));
}

const ANY = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };

/** The program ends with an error where something is refused, which is what it is asked for. */
function run(program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (stdout.includes("{")) {
        resolve(stdout);
      } else if (error === null) {
        // No policy is about any of it.
        resolve('{"results":[]}');
      } else {
        reject(new Error(`kyverno: ${stderr || stdout || error.message}`));
      }
    });
  });
}

function missing(): never {
  throw new Error("nothing to ask");
}
