/** A volume in memory without a bound grows into the memory that its neighbours on the node were promised (R21, R35). */

import { pod, workload } from "../../examples";
import { podRule } from "../../pods";

const LARGEST = "1Gi";

function inMemory(sizeLimit?: string | number) {
  return { spec: { volumes: [{ name: "cache", emptyDir: { medium: "Memory", sizeLimit } }] } };
}

export const memoryVolumes = podRule({
  name: "memory-volumes",
  requirements: ["R21", "R35"],
  variables: {
    inMemory: `variables.pod.?volumes.orValue([]).filter(volume, volume.?emptyDir.?medium.orValue("") == "Memory")
      .map(volume, {"name": string(volume.name), "size": string(volume.emptyDir.?sizeLimit.orValue(""))})`,
  },
  offences: `variables.inMemory.filter(volume, !isQuantity(volume.size))
      .map(volume, "volume " + volume.name + " in memory has no sizeLimit") +
    variables.inMemory.filter(volume, isQuantity(volume.size) && (
        quantity(volume.size).isGreaterThan(quantity("${LARGEST}")) || !quantity(volume.size).isGreaterThan(quantity("0"))))
      .map(volume, "volume " + volume.name + " in memory has sizeLimit " + volume.size)`,
  why: "What is written to a volume in memory is taken from the memory of the node",
  cure: `Set emptyDir.sizeLimit to ${LARGEST} or less, or leave out medium: Memory`,
  examples: {
    passes: [
      { what: "as much as may be", object: pod(inMemory(LARGEST)) },
      { what: "as many bytes", object: workload("Deployment", inMemory("1024Mi")) },
      { what: "a plain number of bytes", object: workload("Job", inMemory(1_000_000)) },
      {
        what: "a volume on disk without a bound",
        object: pod({ spec: { volumes: [{ name: "cache", emptyDir: {} }] } }),
      },
    ],
    fails: [
      {
        what: "half a tebibyte (A136)",
        object: pod(inMemory("500Gi")),
        says: "volume cache in memory has sizeLimit 500Gi",
      },
      { what: "no bound", object: pod(inMemory()), says: "volume cache in memory has no sizeLimit" },
      {
        what: "a template without a bound",
        object: workload("Deployment", inMemory()),
        says: "volume cache in memory has no sizeLimit",
      },
      {
        what: "another unit",
        object: workload("CronJob", inMemory("1074M")),
        says: "volume cache in memory has sizeLimit 1074M",
      },
      {
        what: "zero, which is no bound",
        object: pod(inMemory("0")),
        says: "volume cache in memory has sizeLimit 0",
      },
    ],
  },
});
