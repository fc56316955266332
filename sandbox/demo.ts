/** `npm run demo`: a throwaway cloud, the sample tenants in it by `pulumi up`, and a look at what was made. */

import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { parseArgs } from "node:util";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Counts } from "../automation/engine/changes";
import { RunFailure } from "../automation/outcome";
import { up, type RunResult } from "../automation/engine/run";
import { stopSandbox } from "./down";
import { sandboxEnvironment } from "./environment";
import { operatorEnvironment } from "./operator";
import { provisionerEnvironment } from "./provisioner";
import { sandboxStatus } from "./status";
import { startSandbox } from "./up";

const HELP = `Brings up the sandbox, makes the sample tenants in it and shows them.
  --keep   leaves the sandbox running: eval "$(npm run --silent sandbox:env)" leads pulumi and kubectl to it`;
const ROOT = path.join(__dirname, "..");
const LIST = "sample";

interface TenantOutput {
  readonly tier: string;
  readonly namespaces: string[];
  readonly podSecurity: string;
  readonly pool: { readonly name: string; readonly own: boolean };
  readonly keyArn: string;
  readonly vaultNamespace?: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { keep: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const began = Date.now();
  const wasRunning = (await sandboxStatus()).state === "running";
  // Stopped once, whether the demo ends or somebody ends it.
  let stopping: Promise<unknown> | undefined;
  const stop = () => (stopping ??= values.keep || wasRunning ? Promise.resolve() : stopSandbox());
  process.once("SIGINT", () => void stop().finally(() => process.exit(130)));
  process.once("SIGTERM", () => void stop().finally(() => process.exit(143)));
  try {
    heading("1/4 The sandbox: a Kubernetes control plane, OpenBao and an AWS emulator on 127.0.0.1");
    await startSandbox({ progress: (line) => console.log(`  ${line}`) });
    heading("2/4 pulumi up: the platform as administrator, then the sample tenants as provisioner");
    // As `eval "$(npm run --silent sandbox:env)"` would: `pulumi` and `kubectl` are then on the PATH.
    Object.assign(process.env, sandboxEnvironment());
    await runStack("platform");
    Object.assign(process.env, await provisionerEnvironment());
    const result = await runStack(LIST);
    // Of the provisioner for runs, of the operator for credentials and workloads.
    const life = { ...process.env, ...(await operatorEnvironment()), TENANTRY_LIST: LIST };
    Object.assign(process.env, sandboxEnvironment());
    heading("3/4 What was made");
    show(result);
    askAsTenant();
    heading("4/4 What people type, and pipelines call");
    typeCommands(life);
    console.log(
      `\ndone in ${seconds(began)} s${values.keep || wasRunning ? "" : "; the sandbox is taken down"}`,
    );
  } finally {
    await stop();
  }
}

async function runStack(stack: string): Promise<RunResult> {
  const began = Date.now();
  let done = 0;
  let next = 50;
  const result = await up({
    stack,
    directory: ROOT,
    onEvent: (event: EngineEvent) => {
      done += Number(event.resOutputsEvent !== undefined);
      if (done >= next) {
        console.log(`  ${stack}: ${done} resources after ${seconds(began)} s`);
        next += 50;
      }
    },
  });
  const changes = Object.entries(result.tenants).map(([tenant, counts]) => `${tenant} ${summary(counts)}`);
  console.log(`  ${stack}: done in ${seconds(began)} s: ${changes.join(", ")}`);
  return result;
}

function summary(counts: Counts): string {
  const signs: Partial<Record<string, string>> = { create: "+", update: "~", delete: "-" };
  const changed = Object.entries(counts).filter(([operation]) => operation in signs);
  return changed.map(([operation, count]) => `${signs[operation]}${count}`).join(" ") || "unchanged";
}

function show({ outputs }: RunResult): void {
  const tenants = outputs["tenants"]?.value as Record<string, TenantOutput>;
  const rows = Object.entries(tenants)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { tier, namespaces, podSecurity, pool, keyArn, vaultNamespace }]) => ({
      tenant: name,
      tier,
      namespace: namespaces.join(" "),
      nodes: pool.own ? "its own" : pool.name,
      "Pod Security": podSecurity,
      "KMS key": keyArn.split("/").at(-1),
      "Vault namespace": vaultNamespace ?? "(AWS Secrets Manager)",
    }));
  console.table(rows);
  const { guardrails } = outputs["verified"]?.value as { guardrails: number };
  console.log(`${guardrails} guardrails were read back from the live servers, all as declared.`);
}

/** Each as a person would type it; what is shown is what a person sees. */
function typeCommands(env: NodeJS.ProcessEnv): void {
  for (const line of [
    ["list"],
    ["kubeconfig", "acme", "--role", "dev", "--ttl", "10m"],
    ["suspend", "acme", "--dry-run"],
    ["drift"],
    ["audit", "verify"],
  ]) {
    console.log(`\n$ tenantry ${line.join(" ")}`);
    const command = [path.join(ROOT, "cli", "tenantry.cjs"), ...line, "--quiet"];
    const { status } = spawnSync(process.execPath, command, { cwd: ROOT, env, stdio: "inherit" });
    if (status !== 0) {
      throw new Error(`tenantry ${line.join(" ")} ended with ${status}`);
    }
  }
}

/** The same questions as anybody could ask with kubectl, each refusal beside its legal twin. */
function askAsTenant(): void {
  console.log("\nAsked of the API server as somebody of the group acme-admins:");
  const questions = [
    ["list", "pods", "tenant-acme"],
    ["list", "pods", "tenant-globex"],
    ["create", "deployments", "tenant-acme"],
    ["create", "deployments", "tenant-acme-eu"],
    ["get", "resourcequotas", "tenant-acme"],
    ["delete", "resourcequotas", "tenant-acme"],
    ["list", "secrets", "tenant-acme"],
    ["create", "secrets", "tenant-acme"],
  ] as const;
  const alice = ["--as", "alice", "--as-group", "acme-admins"];
  for (const question of questions) {
    say(question, alice);
  }
  console.log("\nTried by the same person, who has the right to each of them, against the guardrails:");
  const service = ["create", "service", "externalname", "db", "--external-name"];
  for (const attempt of [
    [...service, "db.partner.example.com"],
    [...service, "db.tenant-globex.svc.cluster.local"],
    ["delete", "networkpolicy", "default-deny"],
  ]) {
    attemptAs(attempt, alice);
  }
  console.log("\nAsked as the provisioner, which made all of this:");
  const provisioner = ["--as", "system:serviceaccount:tenantry-system:provisioner"];
  for (const question of [
    ["create", "resourcequotas", "tenant-acme"],
    ["get", "secrets", "tenant-acme"],
    ["list", "pods", "tenant-acme"],
    ["create", "clusterroles", "tenant-acme"],
  ] as const) {
    say(question, provisioner);
  }
}

/** Sent as a dry run, which admission judges like every other request. */
function attemptAs(attempt: readonly string[], as: readonly string[]): void {
  const args = [...attempt, "-n", "tenant-acme", "--dry-run=server", ...as];
  const { status, stderr } = spawnSync("kubectl", args, { encoding: "utf8" });
  const [, refusal = stderr.trim()] = /denied request: ([^]*)/.exec(stderr) ?? [];
  console.log(`  kubectl ${attempt.join(" ")}\n    ${status === 0 ? "admitted" : refusal.trim()}`);
}

function say([verb, resource, namespace]: readonly [string, string, string], as: readonly string[]): void {
  const args = ["auth", "can-i", verb, resource, "-n", namespace, ...as];
  console.log(`  ${`may ${verb} ${resource} in ${namespace}?`.padEnd(52)} ${answer(args)}`);
}

/** kubectl says no by its exit code too. */
function answer(args: readonly string[]): string {
  const { stdout, stderr } = spawnSync("kubectl", args, { encoding: "utf8" });
  const word = stdout.trim();
  if (word !== "yes" && word !== "no") {
    throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  }
  return word;
}

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof RunFailure ? error.exitCode : 1;
});
