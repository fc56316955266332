/**
 * What the rules add to the creation of a pod on the API server. Two comparisons in one run, each with its sides in turn,
 * so that both see the same machine: a namespace that the rules leave alone beside one that they judge, and all policies
 * unbound beside all bound. Every rule stands alone there, without the policies that write.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { nativePolicy } from "../guardrails/engines/native";
import { MARKS, NAMESPACE_NAME, pod } from "../guardrails/examples";
import { POD } from "../guardrails/kinds";
import { pagePlatform } from "../guardrails/page";
import { guardrails } from "../guardrails/rules";
import { withApiServer, type ApiServer } from "./api-server";

const WARM_UP = 100;
const ROUNDS = 20;
/** Creations of one side before the other has its turn. */
const TURN = 25;

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const BINDINGS = `${ADMISSION}/validatingadmissionpolicybindings`;

export async function bench(): Promise<void> {
  const exempt = "exempt-by-name";
  const sandbox = pagePlatform();
  const platform = { ...sandbox, guardrails: { ...sandbox.guardrails, exemptNamespaces: [exempt] } };
  const policies = guardrails(platform).map((rule) => nativePolicy(rule, platform));
  const aboutPods = guardrails(platform).filter(({ matches }) =>
    matches.some(
      ({ kinds, operations }) =>
        operations.includes("CREATE") && kinds.some(({ kind }) => kind === POD.kind || kind === "*"),
    ),
  );
  await withApiServer(async (server) => {
    await namespace(server, exempt);
    await namespace(server, NAMESPACE_NAME);
    for (const { name, spec } of policies) {
      await server.succeed("POST", `${ADMISSION}/validatingadmissionpolicies`, {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name },
        spec,
      });
    }
    console.log(`${policies.length} rules, ${aboutPods.length} of them about pods`);

    const bind = () => bindAll(server, policies);
    await bind();
    await measure("a namespace that is exempt, and one that is judged", server, [
      { namespace: exempt },
      { namespace: NAMESPACE_NAME },
    ]);
    await measure("no policy bound, and all bound", server, [
      { namespace: NAMESPACE_NAME, prepare: () => unbindAll(server, policies) },
      { namespace: NAMESPACE_NAME, prepare: bind },
    ]);
  });
}

interface Side {
  readonly namespace: string;
  /** Done before each turn; not measured. */
  readonly prepare?: () => Promise<void>;
}

/** Creates pods on both sides in turn, and says what the second costs more than the first. */
async function measure(title: string, server: ApiServer, sides: readonly [Side, Side]): Promise<void> {
  const took: [number[], number[]] = [[], []];
  const cpu: [number, number] = [0, 0];
  for (const { namespace: name } of sides) {
    await create(server, name, WARM_UP);
  }
  // Turns are long where they have to be prepared.
  const long = sides.some(({ prepare }) => prepare !== undefined) ? 4 : 1;
  for (let round = 0; round < ROUNDS / long; round += 1) {
    // Who is first changes, so that neither is always the one after a pause.
    for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const { namespace: name, prepare } = sides[index];
      await prepare?.();
      const before = server.cpu();
      took[index].push(...(await create(server, name, TURN * long)));
      cpu[index] += server.cpu() - before;
    }
  }
  const [without, with_] = took.map(summary) as [Summary, Summary];
  const perCreate = cpu.map((seconds, index) => (seconds * 1000) / (took[index as 0 | 1].length || 1));
  console.log(`\n${title}: ${took[0].length} creations each, in ms`);
  console.log(`| | median | p95 | CPU of the API server |`);
  console.log(`| --- | --- | --- | --- |`);
  console.log(`| without rules | ${row(without, perCreate[0])} |`);
  console.log(`| with rules | ${row(with_, perCreate[1])} |`);
  const ratio = (one: number, other: number) => (other / one).toFixed(2);
  console.log(
    `| ratio | ${ratio(without.median, with_.median)} | ${ratio(without.p95, with_.p95)} | ${ratio(perCreate[0] ?? 1, perCreate[1] ?? 1)} |`,
  );
}

interface Summary {
  readonly median: number;
  readonly p95: number;
}

function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

function row({ median, p95 }: Summary, cpu = 0): string {
  return [median, p95, cpu].map((value) => value.toFixed(2)).join(" | ");
}

/** Pods that are admitted and not kept: what follows admission is the same for both sides, and noisy. */
async function create(server: ApiServer, name: string, count: number): Promise<number[]> {
  const document = pod() as { metadata: object };
  const body = { ...document, metadata: { ...document.metadata, namespace: name } };
  const took: number[] = [];
  for (let left = count; left > 0; left -= 1) {
    took.push((await server.succeed("POST", `/api/v1/namespaces/${name}/pods?dryRun=All`, body)).took);
  }
  return took;
}

async function namespace({ ask, succeed }: ApiServer, name: string): Promise<void> {
  await succeed("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: MARKS.labels },
  });
  while ((await ask("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`)).status !== 200) {
    await sleep(100);
  }
}

async function bindAll(server: ApiServer, policies: readonly { readonly name: string }[]): Promise<void> {
  for (const { name } of policies) {
    const { status, text } = await server.ask("POST", BINDINGS, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    });
    if (status !== 201 && status !== 409) {
      throw new Error(`${name}: ${text}`);
    }
  }
  await settled(server, 403);
}

async function unbindAll(server: ApiServer, policies: readonly { readonly name: string }[]): Promise<void> {
  for (const { name } of policies) {
    await server.ask("DELETE", `${BINDINGS}/${name}`);
  }
  await settled(server, 201);
}

/** Policies take effect within two seconds: until a pod that a rule is against is answered so. */
async function settled(server: ApiServer, status: number): Promise<void> {
  const body = pod({ spec: { schedulerName: "own" } });
  const url = `/api/v1/namespaces/${NAMESPACE_NAME}/pods?dryRun=All`;
  while ((await server.ask("POST", url, body)).status !== status) {
    await sleep(100);
  }
  await sleep(2_000);
}
