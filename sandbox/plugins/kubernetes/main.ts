/** Stand-in for the official Kubernetes provider plugin: generic over every kind that the API server serves. */

import { serve, type Plugin } from "../protocol";
import { Client } from "./client";
import { diffConfig, readSettings, type Settings } from "./config";
import { Discovery, kindOf } from "./discovery";
import { KubernetesResource } from "./resource";

declare const PLUGIN_VERSION: string;

let connection: { settings: Settings; client: Client; discovery: Discovery } | undefined;

const plugin: Plugin = {
  name: "kubernetes",
  version: PLUGIN_VERSION,
  configure: async (config) => {
    const settings = readSettings(config);
    const client = new Client(settings);
    connection = { settings, client, discovery: new Discovery(client) };
  },
  diffConfig,
  resource: (token) => {
    const kind = kindOf(token);
    if (connection === undefined || /(List|Patch)$/.test(kind.kind)) {
      return undefined;
    }
    return new KubernetesResource(kind, connection.client, connection.discovery, connection.settings);
  },
};

serve(plugin);
