/** What the platform's run finds in its own surroundings and every tenant list needs to know. */

import * as fs from "node:fs";
import type { PlatformFacts, PlatformSpec } from "../model/platform";

/** What is known before the first resource. */
export type Surroundings = Omit<PlatformFacts, "clusterUid" | "launchTemplates">;

/** @param kubeconfig contents of a kubeconfig; default: the file that KUBECONFIG names, or that of the home folder. */
export async function readFacts(
  { vault }: PlatformSpec,
  kubeconfig: string | undefined,
): Promise<Surroundings> {
  return {
    vaultAddress: vault.address ?? process.env["VAULT_ADDR"] ?? "",
    vaultNamespace: process.env["VAULT_NAMESPACE"] ?? "",
    ...(!vault.inCluster && { apiServer: await apiServerOf(kubeconfig) }),
  };
}

/** Address and authority are public; nothing else of the kubeconfig is looked at. */
async function apiServerOf(text: string | undefined): Promise<PlatformFacts["apiServer"]> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (text === undefined) {
    config.loadFromDefault();
  } else {
    config.loadFromString(text);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    return undefined;
  }
  const certificate =
    cluster.caFile === undefined
      ? Buffer.from(cluster.caData ?? "", "base64").toString("utf8")
      : fs.readFileSync(cluster.caFile, "utf8");
  return { url: cluster.server, certificate };
}
