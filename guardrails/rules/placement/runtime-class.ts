/**
 * Sandboxed runtimes are for the tenants that asked for one, whose nodes bring it (R42). The placement policy gives their
 * pods the runtime; elsewhere a pod that names one would wait for ever on a node that does not know it.
 */

import type { GuardedPlatform } from "../../../model/provisioner";
import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text, type Rule } from "../../rule";

/** @returns nothing where the platform has no such runtime. A tenant may use others, those of a device's vendor for one. */
export function runtimeClass({ nodes }: GuardedPlatform): Rule | undefined {
  const classes = Object.keys(nodes.runtimeClasses).map(names.runtimeClassName);
  const [first = ""] = classes;
  if (first === "") {
    return undefined;
  }
  return podRule({
    name: "runtime-class",
    requirements: ["R42"],
    variables: { runtime: `string(variables.pod.?runtimeClassName.orValue(""))` },
    offences: `variables.runtime in ${text(classes)} &&
      variables.runtime != string(variables.marks[?${text(labels.RUNTIME_CLASS)}].orValue(""))
      ? ["its runtime is " + variables.runtime] : []`,
    why: "Only nodes of tenants that asked for a sandboxed runtime bring it",
    cure: "Leave out runtimeClassName, or have the tenant's file ask for the runtime (runtimeClass)",
    examples: examples(first, classes),
  });
}

function examples(own: string, classes: readonly string[]): Rule["examples"] {
  const within = { spec: { runtimeClassName: own } };
  const asked = { labels: { [labels.RUNTIME_CLASS]: own } };
  const other = classes.find((one) => one !== own);
  return {
    passes: [
      { what: "no runtime", object: pod() },
      { what: "the runtime that the tenant asked for", object: pod(within), namespace: asked },
      { what: "the same in a template", object: workload("Deployment", within), namespace: asked },
      {
        what: "a runtime that is not of the platform's",
        object: workload("Job", { spec: { runtimeClassName: "vendor" } }),
      },
    ],
    fails: [
      ...everyWorkload(within).map(({ what, object }) => ({
        what: `${what} of a tenant that asked for none (A088)`,
        object,
        says: `its runtime is ${own}`,
      })),
      ...(other === undefined
        ? []
        : [
            {
              what: "another one than the tenant asked for",
              object: pod({ spec: { runtimeClassName: other } }),
              namespace: asked,
              says: `its runtime is ${other}`,
            },
          ]),
    ],
  };
}
