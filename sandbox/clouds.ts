/** The three clouds that a sandbox starts side by side; each needs nothing of the others. */

import { prepareAccount, rootSecret } from "./account";
import { openAuthority } from "./authority";
import { addNodes, defaultServiceAccount, installDefinitions, type Cluster } from "./cluster";
import { signClient } from "./identity";
import { layout } from "./layout";
import { step, type Progress } from "./progress";
import type { Ports } from "./record";
import { startAws } from "./servers/aws";
import { startAwsTls } from "./servers/aws-tls";
import { startControllerManager, startScheduler } from "./servers/controllers";
import { startEtcd } from "./servers/etcd";
import {
  kubernetesEndpoint,
  startApiServer,
  writeKubeconfig,
  writeServerCertificate,
  type ControlPlane,
} from "./servers/kubernetes";
import { startKwok } from "./servers/kwok";
import { startOpenBao } from "./servers/openbao";
import type { Surroundings } from "./servers/server";
import type { Tools } from "./tools";

/** The cluster's administrator, as whom `KUBECONFIG` asks. */
const ADMINISTRATOR = "sandbox-admin";
/** Lifetime of the certificate that the nodes are added with, in seconds. */
const BOOTSTRAP_TTL = 60 * 60;

/** What each of them is started with. */
export interface Start {
  readonly dataDir: string;
  readonly tools: Tools;
  readonly ports: Ports;
  readonly surroundings: Surroundings;
  readonly progress: Progress;
}

/**
 * Starts the cluster and gives it what a cluster has before Tenantry comes: nodes, the default service accounts and
 * the definitions of the systems that Tenantry declares objects for. Ends by writing the administrator's kubeconfig.
 */
export async function startCluster({ dataDir, tools, ports, surroundings, progress }: Start): Promise<void> {
  const place = layout(dataDir);
  const authority = openAuthority(place.pki);
  const plane: ControlPlane = { authority, ports, pki: place.pki, config: place.config };
  writeServerCertificate(plane);
  await step(progress, "etcd and kube-apiserver", async () => {
    const etcd = await startEtcd({ program: tools.etcd, folder: place.etcd, ports }, surroundings);
    await startApiServer({ ...plane, program: tools.kubeApiserver, etcd: etcd.endpoint }, surroundings);
  });
  const credential = signClient(authority, ADMINISTRATOR, ["system:masters"], BOOTSTRAP_TTL);
  const cluster: Cluster = {
    endpoint: kubernetesEndpoint(ports),
    authority: authority.certificate,
    credential,
  };
  await step(progress, "controllers, scheduler, nodes and definitions", () =>
    Promise.all([
      startControllerManager({ ...plane, program: tools.kubeControllerManager }, surroundings),
      startScheduler({ ...plane, program: tools.kubeScheduler }, surroundings),
      startKwok({ ...plane, program: tools.kwok, stages: tools.kwokStages }, surroundings),
      addNodes(cluster),
      defaultServiceAccount(cluster),
      installDefinitions(cluster, tools.definitions),
    ]),
  );
  writeKubeconfig(plane, place.kubeconfig, ADMINISTRATOR, ["system:masters"]);
}

/** Starts OpenBao, unsealed. */
export function startVault({ dataDir, tools, ports, surroundings, progress }: Start): Promise<unknown> {
  const { config, openbao } = layout(dataDir);
  return step(progress, "OpenBao", () =>
    startOpenBao({ program: tools.bao, folder: openbao, config, dataDir, ports }, surroundings),
  );
}

/** Starts the AWS emulator and makes its account ready. */
export function startAccount({ dataDir, tools, ports, surroundings, progress }: Start): Promise<void> {
  return step(progress, "the AWS emulator and its account", async () => {
    const { endpoint } = await startAws(
      { ministack: tools.ministack, folder: layout(dataDir).aws, ports, rootSecret: rootSecret(dataDir) },
      surroundings,
    );
    await prepareAccount(endpoint, dataDir);
    const { pki } = layout(dataDir);
    await startAwsTls({ authority: openAuthority(pki), pki, ports }, surroundings);
  });
}
