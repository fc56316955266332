/** Whether anything of a tenant's was written: the versions of its objects. */

import { ask } from "./fixture";

const COLLECTIONS = [
  ...["pods", "resourcequotas", "limitranges", "serviceaccounts", "configmaps"].map((plural) => [
    "api/v1",
    plural,
  ]),
  ["apis/rbac.authorization.k8s.io/v1", "rolebindings"],
  ["apis/networking.k8s.io/v1", "networkpolicies"],
  ["apis/policy/v1", "poddisruptionbudgets"],
  ["apis/external-secrets.io/v1", "secretstores"],
] as const;

/** Controllers count in their status what comes and goes around them: what is compared is what they say. */
const COUNTING = ["resourcequotas", "poddisruptionbudgets"];

interface Versioned {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly spec?: unknown;
}

/** By path. */
export async function resourceVersions(namespace: string): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  const note = (path: string, { metadata: { name, uid, resourceVersion }, spec }: Versioned) =>
    (versions[`${path}/${name}`] = COUNTING.some((plural) => path.endsWith(`/${plural}`))
      ? `${uid} ${JSON.stringify(spec)}`
      : resourceVersion);
  for (const [api, plural] of COLLECTIONS) {
    const path = `/${api}/namespaces/${namespace}/${plural}`;
    const { body } = await ask("GET", path);
    ((body["items"] ?? []) as Versioned[]).forEach((object) => note(path, object));
  }
  const { body } = await ask("GET", `/api/v1/namespaces/${namespace}`);
  note("/api/v1/namespaces", body as unknown as Versioned);
  return versions;
}
