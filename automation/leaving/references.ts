/**
 * Who still names a tenant: its people, its accounts or its namespaces, anywhere in the cluster or in the trust of an IAM
 * role (A239). A group that stays bound would have its rights back under the next tenant of the same name.
 */

import { paginateListRoles } from "@aws-sdk/client-iam";
import { z } from "zod";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import { roleNames, type Tenant } from "../../model/tenant";
import type { Finding } from "./certificate";
import type { Cluster } from "../cluster";
import { listAll } from "../collection";
import type { LiveServers, Servers } from "../live-servers";
import { RunFailure } from "../outcome";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ARGO = "/apis/argoproj.io/v1alpha1";

const subject = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() });
type Subject = z.output<typeof subject>;
const binding = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  subjects: z.array(subject).nullish(),
});

/**
 * Looks everywhere.
 *
 * @returns what was asked and how many objects were looked at.
 * @throws RunFailure `resource` naming each object that still names the tenant.
 */
export async function sweepReferences(tenant: Tenant, servers: LiveServers): Promise<Finding[]> {
  const looks = await lookEverywhere(tenant, servers, isAnotherTenants);
  const found = looks.flatMap(({ naming }) => naming);
  if (found.length > 0) {
    throw new RunFailure(
      "resource",
      `these still name ${tenant.name}: ${found.join(", ")}; remove them, or the tenant's part of them, then run this again`,
    );
  }
  return looks.map(({ what, plane, asked, count }) => ({
    what,
    plane,
    asked,
    answered: count === undefined ? "no such kind here" : `none of ${count} names the tenant`,
  }));
}

/** Every object that names the tenant and that no list declares: those of the tenant's own file go with it. */
export async function foreignReferences(tenant: Tenant, servers: LiveServers): Promise<string[]> {
  const looks = await lookEverywhere(tenant, servers, (marks) => marks[labels.LIST] !== undefined);
  return looks.flatMap(({ naming }) => naming);
}

type Marks = Readonly<Record<string, string>>;

/** @param spared bindings that may name the tenant, by their labels. */
async function lookEverywhere(
  tenant: Tenant,
  { provisioner, operator }: LiveServers,
  spared: (marks: Marks, tenant: Tenant) => boolean,
): Promise<Look[]> {
  return [
    await bindings(tenant, provisioner.cluster, "rolebindings", spared),
    await bindings(tenant, provisioner.cluster, "clusterrolebindings", spared),
    await projects(tenant, operator.cluster),
    await trusts(tenant, operator),
  ];
}

interface Look extends Omit<Finding, "answered"> {
  /** Objects that were looked at; undefined where there is no such kind. */
  readonly count: number | undefined;
  /** Those that name the tenant. */
  readonly naming: readonly string[];
}

async function bindings(
  tenant: Tenant,
  cluster: Cluster,
  plural: string,
  spared: (marks: Marks, tenant: Tenant) => boolean,
): Promise<Look> {
  const asked = `${RBAC}/${plural}`;
  const live = z.array(binding).parse((await listAll(cluster, asked)) ?? []);
  const naming = live
    .filter((one) => !spared(one.metadata.labels ?? {}, tenant))
    .filter(({ subjects }) => (subjects ?? []).some((one) => isOf(tenant, one)))
    .map(
      ({ metadata: { namespace, name } }) =>
        `${plural} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
    );
  return { what: plural, plane: "kubernetes", asked: `GET ${asked}`, count: live.length, naming };
}

/** What another tenant's file grants is that tenant's to grant. */
function isAnotherTenants(marks: Marks, { id }: Tenant): boolean {
  return marks[labels.LIST] !== undefined && marks[labels.TENANT] !== id;
}

function isOf(tenant: Tenant, { kind, name, namespace = "" }: Subject): boolean {
  const own = tenant.namespaces.map((one) => one.name);
  switch (kind) {
    case "Group":
      return (
        roleNames.some((role) => tenant.access[role].groups.includes(name)) ||
        own.some((one) => name === `system:serviceaccounts:${one}`)
      );
    case "User":
      return (
        roleNames.some((role) => tenant.access[role].users.includes(name)) ||
        own.some((one) => name.startsWith(`system:serviceaccount:${one}:`))
      );
    default:
      return own.includes(namespace);
  }
}

const project = z.object({
  roles: z.array(z.object({ groups: z.array(z.string()).optional() })).optional(),
  destinations: z.array(z.object({ namespace: z.string().optional() })).optional(),
});

/** Argo CD's projects, which give groups rights and allow namespaces as destinations. */
async function projects(tenant: Tenant, cluster: Cluster): Promise<Look> {
  const asked = `${ARGO}/appprojects`;
  const live = await listAll(cluster, asked);
  const own = tenant.namespaces.map(({ name }) => name);
  const groups = roleNames.flatMap((role) => tenant.access[role].groups);
  const naming = (live ?? []).filter(({ spec }) => {
    const { roles = [], destinations = [] } = project.parse(spec ?? {});
    return (
      roles.some((role) => (role.groups ?? []).some((group) => groups.includes(group))) ||
      destinations.some(({ namespace = "" }) => own.includes(namespace))
    );
  });
  return {
    what: "appprojects.argoproj.io",
    plane: "kubernetes",
    asked: `GET ${asked}`,
    count: live?.length,
    naming: naming.map(({ metadata }) => `AppProject ${metadata.namespace}/${metadata.name}`),
  };
}

/** Trusts of IAM roles other than the tenant's own, which go with it. */
async function trusts(tenant: Tenant, { aws }: Servers): Promise<Look> {
  const own = [names.workloadRoleName(tenant.id), names.backupRoleName(tenant.id)];
  const accounts = tenant.namespaces.map(({ name }) => `system:serviceaccount:${name}:`);
  const naming: string[] = [];
  let count = 0;
  for await (const { Roles = [] } of paginateListRoles({ client: aws.iam }, {})) {
    count += Roles.length;
    for (const { RoleName = "", AssumeRolePolicyDocument = "" } of Roles) {
      const trust = decodeURIComponent(AssumeRolePolicyDocument);
      if (!own.includes(RoleName) && accounts.some((account) => trust.includes(account))) {
        naming.push(`the trust of IAM role ${RoleName}`);
      }
    }
  }
  return { what: "trusts of IAM roles", plane: "aws", asked: "iam:ListRoles", count, naming };
}
