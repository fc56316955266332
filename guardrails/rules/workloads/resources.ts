/**
 * What a container does not limit it takes from its neighbours (R21). The quota counts what is declared and the limit
 * range fills in for pods alone, so that both are of no use to a template that says nothing and to an amount of zero.
 * A request that is missing is not: Kubernetes takes the limit for it.
 */

import { everyWorkload, pod, workload } from "../../examples";
import { POD } from "../../kinds";
import { podRule } from "../../pods";
import type { Rule } from "../../rule";

const RESOURCES = ["cpu", "memory"];

/** Ephemeral containers may not declare any. */
const DECLARING = "(variables.pod.containers + variables.pod.?initContainers.orValue([]))";

/** CEL: a quantity with a digit other than zero, before any unit or exponent. It may have been written as a number. */
function some(amounts: string, resource: string, otherwise: string): string {
  return `string(dyn(container.?resources.?${amounts}[?"${resource}"].orValue("${otherwise}"))).matches("^[+]?[0-9.]*[1-9]")`;
}

const OFFENCES = RESOURCES.flatMap((resource) => [
  `${DECLARING}.filter(container, !${some("limits", resource, "0")})
    .map(container, "container " + container.name + " has no limit of ${resource}")`,
  `${DECLARING}.filter(container, !${some("requests", resource, "1")})
    .map(container, "container " + container.name + " requests zero ${resource}")`,
]).join(" + ");

const requests = { cpu: "100m", memory: "64Mi" };
const limits = { cpu: "200m", memory: "128Mi" };
const unlimited = { resources: { requests } };

export const declaredResources = podRule({
  name: "resources",
  requirements: ["R21"],
  offences: OFFENCES,
  why: "A container without limits takes what its neighbours on the node need",
  cure: "Set resources.limits of cpu and memory, and resources.requests if they are lower",
  examples: {
    passes: [
      { what: "requests and limits of both", object: pod() },
      {
        what: "limits alone, which are the requests as well",
        object: workload("Deployment", { container: { resources: { limits } } }),
      },
      {
        what: "fractions, units and plain numbers",
        object: workload("Job", {
          container: {
            resources: { requests: { cpu: 0.5, memory: 67108864 }, limits: { cpu: "1", memory: "0.5Gi" } },
          },
        }),
      },
      {
        what: "an ephemeral container, which cannot declare any",
        before: pod(),
        object: pod({ ephemeralContainer: {} }),
        subresource: "ephemeralcontainers",
      },
    ],
    fails: [
      ...everyWorkload({ container: unlimited }).map(({ what, object }) => ({
        what: `${what} without limits`,
        object,
        says: "container app has no limit of cpu, container app has no limit of memory",
      })),
      {
        what: "a container that says nothing",
        object: workload("Deployment", { container: { resources: undefined } }),
        says: "container app has no limit of cpu, container app has no limit of memory",
      },
      {
        what: "a limit of memory alone",
        object: workload("StatefulSet", {
          container: { resources: { requests, limits: { memory: "1Gi" } } },
        }),
        says: "container app has no limit of cpu",
      },
      {
        what: "the container that runs first",
        object: workload("CronJob", { initContainer: { resources: { requests, limits: { cpu: "1" } } } }),
        says: "container first has no limit of memory",
      },
      {
        what: "requests of zero, as text and as number",
        object: workload("Deployment", {
          container: { resources: { requests: { cpu: "0m", memory: 0 }, limits } },
        }),
        says: "container app requests zero cpu, container app requests zero memory",
      },
      {
        what: "limits of zero, which are none",
        object: workload("DaemonSet", {
          container: { resources: { limits: { cpu: "0.0", memory: "0Gi" } } },
        }),
        says: "container app has no limit of cpu, container app has no limit of memory",
      },
      {
        what: "a template whose limits are taken away",
        before: workload("Deployment"),
        object: workload("Deployment", { container: unlimited }),
        says: "container app has no limit of cpu, container app has no limit of memory",
      },
    ],
  },
});

/** On no node yet: not every node can resize what it runs. */
function waiting(requests: object) {
  return pod({
    spec: { schedulingGates: [{ name: "example.com/wait" }] },
    container: { resources: { requests, limits } },
  });
}

/** A rule of its own, because not every engine is asked about resizes. */
export const resizedResources: Rule = {
  ...declaredResources,
  name: "resize",
  matches: [{ kinds: [POD], operations: ["UPDATE"], subresources: ["resize"] }],
  when: `request.?subResource.orValue("") == "resize"`,
  why: "A container that requests nothing takes what its neighbours on the node need, and no quota counts it",
  cure: "Leave requests and limits above zero",
  examples: {
    passes: [
      {
        what: "a pod that gets more",
        before: waiting(requests),
        object: waiting({ ...requests, cpu: "150m" }),
        subresource: "resize",
      },
    ],
    fails: [
      {
        what: "a pod that gives up its requests and keeps its limits",
        before: waiting(requests),
        object: waiting({ ...requests, cpu: "0" }),
        subresource: "resize",
        says: "container app requests zero cpu",
      },
    ],
  },
};
