/**
 * What the servers still have of a tenant although its state excludes it (R89). The read-back of the program cannot ask
 * that: the engine deletes what is no longer declared once the program has ended. This is asked after the run.
 */

import { GetRoleCommand } from "@aws-sdk/client-iam";
import { z } from "zod";
import * as labels from "../model/labels";
import { presenceOf } from "../model/lifecycle";
import * as names from "../model/names";
import { boundRoles, closedAccounts } from "../model/roles";
import type { Tenant } from "../model/tenant";
import type { Connections, Environment } from "./connect";
import type { LiveObject } from "./documents";
import { Ledger, type Bench } from "./ledger";
import { awsClients, type AwsClients } from "./live/aws";
import { readKinds, type LiveKinds } from "./live/kubernetes";
import { absent } from "./live/policy";
import type { ReadBack } from "./readback";
import { missing, type Reader } from "./reader";

/**
 * @param environment whose AWS credentials count; default: this process's.
 * @throws ReadError where a server does not answer: no answer is no proof.
 */
export async function leftBehind(
  tenants: readonly Tenant[],
  connections: Connections,
  environment?: Environment,
): Promise<ReadBack> {
  const ledger = new Ledger();
  const still = tenants.filter((tenant) => !presenceOf(tenant).runs);
  if (still.length === 0) {
    return ledger;
  }
  const { platform } = connections;
  const live = await readKinds(platform, await connections.kubernetes());
  const { iam } = awsClients(platform, environment);
  for (const tenant of still) {
    judgeRests(tenant, live, ledger);
    if (tenant.secrets.engine === "vault") {
      const vault = connections.vault().within(names.vaultNamespace(tenant.id));
      await judgeClosedVault(tenant, vault, ledger.bench(tenant.name, "vault"));
    }
    if (!presenceOf(tenant).stands) {
      await judgeRoles(tenant, iam, ledger.bench(tenant.name, "identity"));
    }
  }
  return ledger;
}

/** Of a tenant that has left nothing stands; of one that does not run nobody holds a role, and nothing is delivered. */
export function judgeRests(tenant: Tenant, live: LiveKinds, ledger: Ledger): void {
  const { expect } = ledger.bench(tenant.name, presenceOf(tenant).stands ? "access" : "kubernetes");
  const { state } = tenant.lifecycle;
  for (const [kind, objects] of Object.entries(live) as [keyof LiveKinds, readonly LiveObject[]][]) {
    const rests = objects.filter((object) => isExcluded(tenant, kind, object));
    const names = rests.map(({ metadata }) =>
      metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
    );
    expect(kind, rests.length === 0, `are there still, and the tenant is ${state}: ${names.join(", ")}`);
  }
}

function isExcluded(tenant: Tenant, kind: keyof LiveKinds, { metadata }: LiveObject): boolean {
  const within = tenant.namespaces.some(({ name }) => name === metadata.namespace);
  if (!presenceOf(tenant).stands) {
    return within || metadata.labels[labels.TENANT] === tenant.id;
  }
  switch (kind) {
    case "rolebindings":
      return within && boundRoles.map(names.clusterRoleName).includes(metadata.name);
    case "serviceaccounts":
      return within && closedAccounts.includes(metadata.name);
    case "secretstores":
      return within;
    default:
      return false;
  }
}

const ways = z.object({ data: z.record(z.string(), z.unknown()) });
const keys = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** Every namespace of Vault is born with a way in by token, and with two policies. */
async function judgeClosedVault(tenant: Tenant, vault: Reader, { expect }: Bench): Promise<void> {
  const at = `namespace ${names.vaultNamespace(tenant.id)}`;
  const { data } = ways.parse(await vault.get("sys/auth"));
  const open = Object.keys(data).filter((way) => way !== "token/");
  expect(at, open.length === 0, `takes logins still, by ${open.join(", ")}`);
  const written = await vault.get("sys/policies/acl?list=true").then((answer) => keys.parse(answer), missing);
  const policies = (written?.data.keys ?? []).filter((name) => !["default", "root"].includes(name));
  expect(at, policies.length === 0, `has policies still: ${policies.join(", ")}`);
}

async function judgeRoles(tenant: Tenant, iam: AwsClients["iam"], { expect }: Bench): Promise<void> {
  for (const RoleName of [names.backupRoleName(tenant.id), names.workloadRoleName(tenant.id)]) {
    const found = await iam
      .send(new GetRoleCommand({ RoleName }))
      .catch(absent("NoSuchEntityException", "NoSuchEntity"));
    expect(`IAM role ${RoleName}`, found === undefined, "is there still");
  }
}
