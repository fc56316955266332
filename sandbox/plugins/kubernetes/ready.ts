/** When an object has become what it stands for. Kinds without a judgement are ready as soon as they are stored. */

import type { Client } from "./client";
import { at, listAt, textAt, type KubernetesObject } from "./object";
import { refusedWith } from "./errors";

/** Why it is not ready yet; undefined when it is. */
type Judgement = (live: KubernetesObject, client: Client) => Promise<string | undefined> | string | undefined;

const JUDGEMENTS: Readonly<Record<string, Judgement>> = {
  // Until the controller has counted, the quota admits nothing and the next create would be refused.
  "v1/ResourceQuota": (live) =>
    JSON.stringify(at(live, "status", "hard") ?? {}) === JSON.stringify(at(live, "spec", "hard") ?? {})
      ? undefined
      : "the quota controller has not counted yet",
  "v1/Secret": (live) =>
    textAt(live, "type") !== "kubernetes.io/service-account-token" ||
    Object.keys(at(live, "data") ?? {}).length > 0
      ? undefined
      : "the token controller has not filled in the token yet",
  "v1/PersistentVolume": (live) => inPhase(live, "Available", "Bound"),
  "v1/PersistentVolumeClaim": async (live, client) => {
    const unbound = inPhase(live, "Bound");
    return unbound === undefined || (await bindsAtFirstUse(live, client)) ? undefined : unbound;
  },
  "v1/Pod": (live) =>
    textAt(live, "status", "phase") === "Succeeded" ? undefined : awaiting(live, "Ready", "the Pod"),
  "apps/v1/Deployment": (live) => lagging(live) ?? awaiting(live, "Available", "the Deployment"),
  "apps/v1/StatefulSet": (live) =>
    lagging(live) ?? counted(live, "readyReplicas", at(live, "spec", "replicas")),
  "apps/v1/DaemonSet": (live) =>
    lagging(live) ?? counted(live, "numberReady", at(live, "status", "desiredNumberScheduled")),
  "batch/v1/Job": (live) => awaiting(live, "Complete", "the Job"),
  "apiextensions.k8s.io/v1/CustomResourceDefinition": (live) =>
    awaiting(live, "Established", "the definition"),
};

export async function notReady(live: KubernetesObject, client: Client): Promise<string | undefined> {
  return JUDGEMENTS[`${String(live["apiVersion"])}/${String(live["kind"])}`]?.(live, client);
}

/** Why it never will be, where its controller has given up. */
export function hasFailed(live: KubernetesObject): string | undefined {
  const { status, message } = condition(live, "Failed");
  return live["kind"] === "Job" && status === "True" ? `the Job has failed: ${message}` : undefined;
}

/** What holds an object that was deleted and is still there. */
export function heldBy(live: KubernetesObject): string {
  const finalizers = [...listAt(live, "metadata", "finalizers"), ...listAt(live, "spec", "finalizers")];
  const reasons = listAt(live, "status", "conditions")
    .filter((entry) => at(entry, "status") === "True" && live["kind"] === "Namespace")
    .map((entry) => textAt(entry, "message") ?? "");
  return [
    finalizers.length === 0 ? "no finalizer holds it" : `held by the finalizers ${finalizers.join(", ")}`,
    ...reasons,
  ].join("; ");
}

function condition(live: KubernetesObject, type: string): { status: string; message: string } {
  const found = listAt(live, "status", "conditions").find((entry) => at(entry, "type") === type);
  return { status: textAt(found, "status") ?? "", message: textAt(found, "message") ?? "" };
}

function awaiting(live: KubernetesObject, type: string, what: string): string | undefined {
  const { status, message } = condition(live, type);
  return status === "True"
    ? undefined
    : `${what} is not ${type.toLowerCase()}${message === "" ? "" : `: ${message}`}`;
}

function inPhase(live: KubernetesObject, ...phases: string[]): string | undefined {
  const phase = textAt(live, "status", "phase") ?? "none";
  return phases.includes(phase) ? undefined : `its phase is ${phase}, not ${phases.join(" or ")}`;
}

function lagging(live: KubernetesObject): string | undefined {
  const seen = Number(at(live, "status", "observedGeneration") ?? 0);
  return seen < Number(at(live, "metadata", "generation")) ? "its controller has not seen it yet" : undefined;
}

function counted(live: KubernetesObject, field: string, wanted: unknown): string | undefined {
  const [ready, all] = [Number(at(live, "status", field) ?? 0), Number(wanted ?? 0)];
  return ready >= all ? undefined : `${ready} of ${all} replicas are ready`;
}

async function bindsAtFirstUse(claim: KubernetesObject, client: Client): Promise<boolean> {
  const name = textAt(claim, "spec", "storageClassName");
  if (name === undefined) {
    return false;
  }
  try {
    const storageClass = await client.ask(
      "GET",
      `/apis/storage.k8s.io/v1/storageclasses/${encodeURIComponent(name)}`,
    );
    return storageClass["volumeBindingMode"] === "WaitForFirstConsumer";
  } catch (error) {
    if (refusedWith(error, 404)) {
      return false;
    }
    throw error;
  }
}
