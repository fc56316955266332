/** The pods of a tenant that is stopped: removed, and waited for until none is left (R89). */

import { accepted, type Cluster } from "../cluster";
import { isControlled, listAll, type LiveObject } from "../collection";
import { waitUntilNone, type Patience } from "../waiting";

/** Pods that no controller brings back, as `namespace/name`. */
export async function podsOnTheirOwn(cluster: Cluster, namespaces: readonly string[]): Promise<string[]> {
  const pods = await Promise.all(namespaces.map((namespace) => podsIn(cluster, namespace)));
  return namespaces.flatMap((namespace, index) =>
    (pods[index] ?? [])
      .filter((pod) => !isControlled(pod))
      .map(({ metadata }) => `${namespace}/${metadata.name}`),
  );
}

/**
 * Removes every pod and waits until none is left.
 *
 * @throws RunFailure `timeout` naming the pods that stay, and what holds them.
 */
export function removePods(
  cluster: Cluster,
  namespaces: readonly string[],
  patience: Patience,
): Promise<void> {
  // Asked each time: a controller may have made one while its own end was still on the way.
  const pending = async () => {
    const left: string[] = [];
    for (const namespace of namespaces) {
      const pods = await podsIn(cluster, namespace);
      if (pods.some(({ metadata }) => metadata.deletionTimestamp === undefined)) {
        accepted(`remove the pods of ${namespace}`, await cluster.request("DELETE", collection(namespace)));
      }
      left.push(...pods.map(({ metadata }) => `${namespace}/${named(metadata)}`));
    }
    return left;
  };
  return waitUntilNone(
    pending,
    (left) =>
      `after ${patience.seconds} s these pods have not ended: ${left.join(", ")}; look at their nodes and finalizers, then run this again`,
    patience,
  );
}

async function podsIn(cluster: Cluster, namespace: string): Promise<LiveObject[]> {
  return (await listAll(cluster, collection(namespace))) ?? [];
}

function collection(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

function named({ name, finalizers = [] }: LiveObject["metadata"]): string {
  return finalizers.length === 0 ? name : `${name} (held by ${finalizers.join(", ")})`;
}
