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

interface Versioned {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}

/**
 * By path. A quota and a budget count what comes and goes around them in their status, so that of these only who they
 * are is compared.
 */
export async function resourceVersions(namespace: string): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  const note = (path: string, { metadata }: Versioned) =>
    (versions[`${path}/${metadata.name}`] = metadata.resourceVersion);
  for (const [api, plural] of COLLECTIONS) {
    const path = `/${api}/namespaces/${namespace}/${plural}`;
    const { body } = await ask("GET", path);
    ((body["items"] ?? []) as Versioned[]).forEach((object) => note(path, object));
  }
  const { body } = await ask("GET", `/api/v1/namespaces/${namespace}`);
  note("/api/v1/namespaces", body as unknown as Versioned);
  return versions;
}
