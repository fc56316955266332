/** The live servers, as each of the two identities that a command may have. */

import type { Platform } from "../model/platform";
import { awsClients, type AwsClients } from "../proof/live/aws";
import { openCluster, type Cluster } from "./cluster";
import { engineEnvironment, operatorEnvironment } from "./identity";
import { platformOf } from "./platform";
import { openVault, type VaultClient } from "./vault";
import type { Project } from "./workspace";

/** All three servers, in the name of one identity. */
export interface Servers {
  readonly cluster: Cluster;
  readonly vault: VaultClient;
  readonly aws: AwsClients;
}

export interface LiveServers {
  readonly platform: Platform;
  /** Who runs tenant lists: reads what the program made. */
  readonly provisioner: Servers;
  /** Who may touch workloads, credentials and data of tenants. */
  readonly operator: Servers;
}

/** @throws RunFailure `badInput` where the platform stack has not been run, or the environment names no cluster. */
export async function liveServers(project: Project): Promise<LiveServers> {
  const platform = await platformOf(project);
  const [engine, operator] = [engineEnvironment(project), operatorEnvironment(project)];
  const servers = async (environment: typeof engine): Promise<Servers> => ({
    cluster: await openCluster(environment),
    vault: openVault(environment),
    aws: awsClients(platform, environment),
  });
  return { platform, provisioner: await servers(engine), operator: await servers(operator) };
}
