/**
 * Who stands above others takes their place on a full node (R37): tenants of a tier are alike, and the platform is above
 * them all. A class that is no higher than the tier's takes nobody's place, such as one that a cluster gives to pods
 * which name none; only of a pod does the API server say how high its class is.
 */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { tierNames, tiers } from "../../../model/tiers";
import { everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text } from "../../rule";

const CLASSES = Object.fromEntries(tierNames.map((tier) => [tier, names.priorityClassName(tier)]));
const PRIORITIES = Object.fromEntries(tierNames.map((tier) => [tier, tiers[tier].priority]));

const of = (priorityClassName: string) => ({ spec: { priorityClassName } });
const CRITICAL = "system-cluster-critical";

export const priorityClass = podRule({
  name: "priority-class",
  requirements: ["R37"],
  variables: {
    tier: `string(variables.marks[?${text(labels.TIER)}].orValue(""))`,
    class: `string(variables.pod.?priorityClassName.orValue(""))`,
    own: `${text(CLASSES)}[?variables.tier].orValue("")`,
    low: `object.kind == "Pod" && has(variables.pod.priority) &&
      variables.pod.priority <= ${text(PRIORITIES)}[?variables.tier].orValue(0)`,
  },
  offences: `variables.class == "" || variables.class == variables.own || variables.low ? [] : ["its priority class is " + variables.class]`,
  why: "A pod of a higher class takes the place of others on a full node",
  cure: "Leave out priorityClassName, or name the class of the tenant's tier",
  examples: {
    passes: [
      { what: "no class", object: pod() },
      { what: "the class of the tier", object: pod(of(names.priorityClassName("standard"))) },
      {
        what: "the class of the tier in a template",
        object: workload("Deployment", of(names.priorityClassName("sensitive"))),
        namespace: { labels: { [labels.TIER]: "sensitive" } },
      },
    ],
    fails: [
      ...everyWorkload(of(CRITICAL)).map(({ what, object }) => ({
        what: `${what} in a class of Kubernetes (A086)`,
        object,
        says: `its priority class is ${CRITICAL}`,
      })),
      {
        what: "a class of the nodes",
        object: workload("DaemonSet", of("system-node-critical")),
        says: "its priority class is system-node-critical",
      },
      {
        what: "another tier's class",
        object: pod(of(names.priorityClassName("sensitive"))),
        says: "its priority class is tenant-sensitive",
      },
      {
        what: "a class of the platform (A086)",
        object: workload("CronJob", of("platform")),
        says: "its priority class is platform",
      },
      {
        what: "a tier's class, in a namespace that is no tenant's",
        object: pod(of(names.priorityClassName("standard"))),
        namespace: { labels: { [labels.TENANT]: null, [labels.TIER]: null } },
        says: "its priority class is tenant-standard",
      },
    ],
  },
});
