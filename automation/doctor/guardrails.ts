/** Doctor: do the guardrails that all tenants share stand, and is there room for what is promised? */

import { z } from "zod";
import { quantity } from "../../model/quantity";
import { readBack } from "../../proof/readback";
import { accepted } from "../cluster";
import { failure, ok, warning, type Check, type Diagnosis } from "./check";

/** Findings that are spelt out; the others are counted. */
const TOLD = 3;

export const guardrailsCheck: Check = {
  name: "guardrails",
  cure: "check that all three servers answer, then run this again",
  examine: async (patient) => {
    const platform = await patient.platform();
    const { checked, findings } = await readBack([], await patient.connections(), patient.engine);
    const { engine, action } = platform.guardrails;
    if (findings.length > 0) {
      const told = findings.slice(0, TOLD).map(({ object, fault }) => `${object} ${fault}`);
      const more = findings.length > TOLD ? [`and ${findings.length - TOLD} more`] : [];
      return failure(
        [...told, ...more].join("; "),
        "find out who changed it, then: tenantry drift --list platform --repair",
      );
    }
    return action === "audit"
      ? warning(
          `${checked} stand, by ${engine}, and refuse nothing: guardrails.action is audit`,
          "set guardrails.action: enforce in stacks/Pulumi.platform.yaml, then: tenantry up --list platform",
        )
      : ok(`${checked} stand, enforced by ${engine}`);
  },
};

const nodes = z.object({
  items: z.array(
    z.object({
      spec: z.object({ unschedulable: z.boolean().default(false) }),
      status: z.object({ allocatable: z.record(z.string(), z.string()).default({}) }),
    }),
  ),
});

export const capacityCheck: Check = {
  name: "capacity",
  cure: "check KUBECONFIG and that the cluster runs",
  examine: async (patient) => {
    const quotas = patient.tenants().map(({ quota }) => quota);
    const reply = await (await patient.cluster()).request("GET", "/api/v1/nodes");
    if (reply.status === 403) {
      return warning("unknown: this identity may not list nodes", "run it as the administrator");
    }
    const { items } = nodes.parse(accepted("list nodes", reply));
    return judgeCapacity(
      quotas,
      items.filter(({ spec }) => !spec.unschedulable).map(({ status }) => status.allocatable),
    );
  },
};

/** Quotas promise requests: what is above the nodes is only had when they grow. */
export function judgeCapacity(
  quotas: readonly { readonly cpu: string; readonly memory: string }[],
  allocatable: readonly Readonly<Record<string, string>>[],
): Diagnosis {
  const resources = ["cpu", "memory"] as const;
  const sums = resources.map((resource) => {
    const promised = sum(quotas.map((quota) => quota[resource]));
    const there = sum(allocatable.map((amounts) => amounts[resource] ?? "0"));
    return {
      resource,
      promised,
      there,
      percent: there === 0n ? Infinity : Number((promised * 100n) / there),
    };
  });
  const words = sums.map(({ resource, percent }) => `${resource} ${percent} %`).join(", ");
  const detail = `quotas promise of ${allocatable.length} nodes: ${words}`;
  return sums.some(({ promised, there }) => promised > there)
    ? warning(detail, "add nodes, let an autoscaler add them, or lower quotas")
    : ok(detail);
}

function sum(amounts: readonly string[]): bigint {
  return amounts.reduce((total, amount) => total + (quantity(amount) ?? 0n), 0n);
}
