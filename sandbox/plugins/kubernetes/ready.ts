/** When a new object has become what it stands for. Kinds without an entry are ready as soon as they are stored. */

import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "./client";
import { isObject } from "./difference";

type Judgement = (live: KubernetesObject) => string | undefined;

const condition =
  (type: string, what: string): Judgement =>
  ({ status }) => {
    const conditions =
      isObject(status) && Array.isArray(status["conditions"])
        ? (status["conditions"] as Record<string, unknown>[])
        : [];
    return conditions.some((entry) => entry["type"] === type && entry["status"] === "True")
      ? undefined
      : what;
  };

/** Why it is not ready yet; undefined when it is. */
const JUDGEMENTS: Readonly<Record<string, Judgement>> = {
  // Until the controller has counted, the quota admits nothing and the next create would be refused.
  ResourceQuota: ({ status }) =>
    isObject(status) && isObject(status["hard"]) ? undefined : "the quota controller has not counted yet",
  CustomResourceDefinition: condition("Established", "the definition is not established"),
  Deployment: condition("Available", "the Deployment is not available"),
  Pod: condition("Ready", "the Pod is not ready"),
};

export function notReady(live: KubernetesObject): string | undefined {
  const annotations = isObject(live.metadata["annotations"]) ? live.metadata["annotations"] : {};
  const skipped = annotations["pulumi.com/skipAwait"] === "true";
  return skipped ? undefined : JUDGEMENTS[String(live["kind"])]?.(live);
}

/** Asks until the answer is defined; the pause doubles up to a second. */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  seconds: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= deadline) {
      return answer;
    }
    await sleep(pause, undefined, { signal });
  }
}
