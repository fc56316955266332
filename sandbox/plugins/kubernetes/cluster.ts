/** The cluster that the provider is configured for. */

import type { Properties } from "../wire";
import { Client } from "./client";
import { Discovery } from "./discovery";
import { ApiError, messageOf } from "./errors";
import { credentials, loadKubeconfig, type Credentials } from "./kubeconfig";
import { readSettings, type Settings } from "./settings";

export interface Cluster {
  readonly settings: Settings;
  /** Where objects go that name no namespace. */
  readonly namespace: string;
  readonly client: Client;
  readonly discovery: Discovery;
}

/** The settings are good, but no server answers: previews go on without it, everything else says why. */
export interface UnreachableCluster {
  readonly settings: Settings;
  readonly unreachable: string;
}

export async function connect(config: Properties): Promise<Cluster | UnreachableCluster> {
  const settings = readSettings(config);
  let chosen: Credentials;
  try {
    chosen = credentials(loadKubeconfig(settings.kubeconfig), settings);
  } catch (error) {
    return {
      settings,
      unreachable: `unable to load Kubernetes client configuration from kubeconfig file: ${messageOf(error)}`,
    };
  }
  const client = new Client(chosen, settings);
  try {
    await client.ask("GET", "/version");
  } catch (error) {
    // A server that refuses to tell its version is there all the same.
    if (!(error instanceof ApiError) || error.status === 401) {
      return {
        settings,
        unreachable: `unable to load schema information from the API server: ${messageOf(error)}`,
      };
    }
  }
  const namespace = settings.namespace ?? chosen.namespace ?? "default";
  return { settings, namespace, client, discovery: new Discovery(client) };
}
