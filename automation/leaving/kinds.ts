/** The kinds that tenants write, as the API server at hand serves them: what may hold a namespace back (A240). */

import { z } from "zod";
import { roleRules } from "../../model/roles";
import { accepted, type Cluster } from "../cluster";

/** A kind in the cluster. */
export interface ServedKind {
  /** As people and `kubectl` write it: `configmaps`, `deployments.apps`. */
  readonly name: string;
  /** Group and version as they stand in a path. */
  readonly api: string;
  readonly plural: string;
}

/** Nobody but the tenant reads its Secrets, and the operator is nobody. */
const UNSEEN = "secrets";
const WRITES = "create";

const groupInfo = z.object({ preferredVersion: z.object({ groupVersion: z.string() }) });

/** Groups and kinds, of which the platform may have some installed and others not. */
export function tenantKinds(): { readonly group: string; readonly plural: string }[] {
  const rules = [...roleRules.admin, ...roleRules.reconciler].filter(({ verbs }) => verbs.includes(WRITES));
  const kinds = rules.flatMap(({ apiGroups, resources }) =>
    apiGroups.flatMap((group) =>
      resources
        .filter((plural) => !plural.includes("/") && plural !== UNSEEN)
        .map((plural) => [`${plural}.${group}`, { group, plural }] as const),
    ),
  );
  return [...new Map(kinds).values()];
}

/** Those of the kinds that the API server knows, in the version that it prefers. */
export async function servedKinds(cluster: Cluster): Promise<ServedKind[]> {
  const versions = new Map<string, string | undefined>([["", "api/v1"]]);
  for (const { group } of tenantKinds()) {
    if (!versions.has(group)) {
      const reply = await cluster.request("GET", `/apis/${group}`);
      const known = reply.status === 404 ? undefined : groupInfo.parse(accepted(`describe ${group}`, reply));
      versions.set(group, known && `apis/${known.preferredVersion.groupVersion}`);
    }
  }
  return tenantKinds().flatMap(({ group, plural }) => {
    const api = versions.get(group);
    return api === undefined ? [] : [{ name: group === "" ? plural : `${plural}.${group}`, api, plural }];
  });
}
