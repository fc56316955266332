/** Stand-in for the official Kubernetes provider plugin: generic over every kind that the API server serves. */

import { serve, type Plugin } from "../protocol";
import { connect, type Cluster, type UnreachableCluster } from "./cluster";
import { KubernetesResource } from "./resource";
import { settingsDifference } from "./settings";
import { UnreachableResource } from "./unreachable";

declare const PLUGIN_VERSION: string;

/** Types that are no objects of the API server, but are worked out by the official plugin or by the SDK. */
const NO_OBJECTS = /^kubernetes:(helm\.sh|yaml|kustomize)[:/]/;

let cluster: Cluster | UnreachableCluster | undefined;

const plugin: Plugin = {
  name: "kubernetes",
  version: PLUGIN_VERSION,
  honoursNaming: true,
  configure: async (config) => {
    cluster = await connect(config);
  },
  diffConfig: settingsDifference,
  resource: (type) => {
    if (cluster === undefined) {
      throw new Error("the kubernetes plugin was called before it was configured");
    }
    if (NO_OBJECTS.test(type)) {
      return undefined;
    }
    return "unreachable" in cluster
      ? new UnreachableResource(cluster, type)
      : new KubernetesResource(cluster, type);
  },
};

serve(plugin);
