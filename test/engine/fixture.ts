/** One sandbox for the whole ring: started before the first test, taken down after the last. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { up } from "../../automation/engine/run";
import { kubeconfigFor } from "../../sandbox/identity";
import { stopSandbox } from "../../sandbox/down";
import { sandboxEnvironment } from "../../sandbox/environment";
import { operatorEnvironment } from "../../sandbox/operator";
import { provisionerEnvironment } from "../../sandbox/provisioner";
import { startSandbox } from "../../sandbox/up";
import { readTenantList } from "../../model/read";
import { asker, type Ask } from "./kubernetes";
import { ScratchProject } from "./project";

/** The sample list, which the ring brings to life, changes and destroys. */
export const LIST = "sample";

interface Running {
  readonly dataDir: string;
  /** What a person gets from `npm run sandbox:env`: the administrator. */
  readonly env: Readonly<Record<string, string>>;
  /** The same with `--provisioner`, once the platform has made that identity. */
  provisioner?: Readonly<Record<string, string>>;
  /** The variables of the operator, where a file has become it. */
  operator?: Readonly<Record<string, string>>;
  readonly project: ScratchProject;
}

let running: Running | undefined;

/** The sandbox of this run. */
export function sandbox(): Running {
  if (running === undefined) {
    throw new Error("the sandbox is not up: run the ring by `npm test`, which requires this fixture");
  }
  return running;
}

/** A run of a stack by whom it is for: the platform by the administrator, a tenant list by the provisioner. */
export function run(stack = LIST, more: Readonly<Record<string, string>> = {}) {
  const { project, env, provisioner = env, operator = {} } = sandbox();
  return {
    stack,
    directory: project.directory,
    environment: { ...(stack === "platform" ? env : { ...provisioner, ...operator }), ...more },
  };
}

/** From here on lists are run by the provisioner; good for an hour. */
export async function becomeProvisioner(): Promise<void> {
  const current = sandbox();
  current.provisioner = await provisionerEnvironment(current.dataDir);
}

/** From here on commands over lists work on tenants as the operator; good for an hour. */
export async function becomeOperator(): Promise<void> {
  const current = sandbox();
  current.operator = await operatorEnvironment(current.dataDir);
}

/** Brings the platform up where a file is run by itself; in the ring it stands already. */
export async function platformStanding(): Promise<void> {
  if ((await ask("GET", "/api/v1/namespaces/tenantry-system")).status === 404) {
    await up(run("platform"));
  }
  await becomeProvisioner();
}

/**
 * Brings platform and sample list up where a file is run by itself; in the ring they stand already. Credentials are made anew:
 * the ring may last longer than their hour.
 */
export async function standing(): Promise<void> {
  await platformStanding();
  if (sandbox().operator !== undefined) {
    await becomeOperator();
  }
  if ((await ask("GET", "/api/v1/namespaces/tenant-acme")).status === 404) {
    await up(run());
  }
}

/** Who may do everything: the administrator of the cluster. */
export const ask: Ask = async (...question) => (await asker(administrator()))(...question);

function administrator(): string {
  return fs.readFileSync(sandbox().env["KUBECONFIG"] ?? "", "utf8");
}

/** Somebody who logged in with one OIDC group; here the group stands in a client certificate. */
export function asGroup(user: string, group: string): Promise<Ask> {
  return asker(kubeconfigFor(user, [group], undefined, sandbox().dataDir));
}

/** A pod's ServiceAccount, by a bound token of ten minutes. */
export async function asServiceAccount(namespace: string, name: string): Promise<Ask> {
  const request = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 600 },
  };
  const { status, message, body } = await ask(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    request,
  );
  if (status !== 201) {
    throw new Error(`no token for ${namespace}/${name}: ${message}`);
  }
  return asker(administrator(), (body["status"] as { token: string }).token);
}

/** The UUID of a tenant of the sample list. */
export function tenantId(name: string): string {
  const { tenants } = readTenantList(path.join(sandbox().project.directory, "tenants", LIST), LIST);
  const tenant = tenants.find((candidate) => candidate.name === name);
  if (tenant === undefined) {
    throw new Error(`no tenant ${name} in the list ${LIST}`);
  }
  return tenant.id;
}

export async function mochaGlobalSetup(): Promise<void> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-sandbox-"));
  await startSandbox({ dataDir, progress: (line) => console.log(`  ${line}`) });
  running = { dataDir, env: sandboxEnvironment(dataDir), project: new ScratchProject() };
  Object.assign(process.env, running.env);
}

export async function mochaGlobalTeardown(): Promise<void> {
  if (running !== undefined) {
    await stopSandbox({ dataDir: running.dataDir });
    running.project.remove();
    fs.rmSync(running.dataDir, { recursive: true, force: true });
  }
}
