/** What still uses a tenant's key and is no part of what is purged: it would be lost with the key (A246). */

import { DescribeKeyCommand, paginateListGrants } from "@aws-sdk/client-kms";
import * as names from "../../model/names";
import type { Departed } from "./certificate";
import type { LiveServers } from "../live-servers";
import { tenantVolumes } from "./volumes";
import { RunFailure } from "../outcome";

/** Live volumes of the tenant's StorageClass, and grants on the key: EC2 holds one for each volume that is attached. */
export async function dependents(
  tenant: Departed,
  { provisioner, operator }: LiveServers,
): Promise<string[]> {
  const volumes = await tenantVolumes(operator.cluster, tenant);
  const grants: string[] = [];
  const client = provisioner.aws.kms;
  // Grants are listed by key, not by alias.
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: names.keyAlias(tenant.id) }));
  for await (const { Grants = [] } of paginateListGrants({ client }, { KeyId: KeyMetadata?.Arn })) {
    grants.push(...Grants.map(({ GrantId, GranteePrincipal }) => `grant ${GrantId} of ${GranteePrincipal}`));
  }
  return [...volumes.map(({ name, phase }) => `volume ${name} (${phase})`), ...grants];
}

/** @throws RunFailure `resource` naming each of them. */
export async function refuseDependents(tenant: Departed, servers: LiveServers): Promise<void> {
  const found = await dependents(tenant, servers);
  if (found.length > 0) {
    throw new RunFailure(
      "resource",
      `these still use the key of ${tenant.name} and would be unreadable without it: ${found.join(", ")}; delete them, or move what they hold under another key, then run this again`,
    );
  }
}
