/** What bears the mark of a list, and no file of the list declares: left over from a run, or made by somebody else. */

import { LIST, NAME, VAULT_OWNER } from "../../model/labels";
import * as names from "../../model/names";
import type { Connections } from "../../proof/connect";
import { itemsOf, vaultNamespacesOf } from "../../proof/documents";
import type { Finding } from "../../proof/ledger";
import { missing } from "../../proof/reader";
import { readList } from "../tenant-files";
import type { Project } from "../workspace";

/**
 * Namespaces of Kubernetes and of Vault.
 *
 * @throws ReadError where a server does not answer.
 */
export async function foreignNamespaces(
  project: Project & { readonly tenant?: string },
  connections: Connections,
): Promise<Finding[]> {
  if (project.stack === "platform" || project.tenant !== undefined) {
    return [];
  }
  const { tenants } = readList(project);
  const declared = tenants.flatMap(({ namespaces }) => namespaces.map(({ name }) => name));
  const cluster = await connections.kubernetes();
  const live = itemsOf(await cluster.get(`/api/v1/namespaces?labelSelector=${LIST}%3D${project.stack}`));
  const stores = vaultNamespacesOf(
    (await connections.vault().get("sys/namespaces?list=true").catch(missing)) ?? { data: {} },
  );
  const ids = tenants.map(({ id }) => names.vaultNamespace(id));
  const undeclared = (tenant: string, plane: string, object: string): Finding => ({
    tenant,
    plane,
    object,
    fault: `bears the mark of the list ${project.stack}, and no file of it declares it`,
  });
  return [
    ...live
      .filter(({ metadata }) => !declared.includes(metadata.name))
      .map(({ metadata }) =>
        undeclared(metadata.labels[NAME] ?? "(unknown)", "namespace", `Namespace ${metadata.name}`),
      ),
    ...[...stores]
      .filter(([path, { metadata, tainted }]) => {
        return metadata[VAULT_OWNER] === project.stack && !tainted && !ids.includes(path);
      })
      .map(([path]) => undeclared("(unknown)", "vault", `namespace ${path}`)),
  ];
}
