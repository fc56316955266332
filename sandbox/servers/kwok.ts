import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answers } from "../http";
import { writeKubeconfig, type ControlPlane } from "./kubernetes";
import { launch, type RunningServer, type Surroundings } from "./server";

/** Nodes with this annotation are played by kwok. */
export const KWOK_ANNOTATION = "kwok.x-k8s.io/node";
/** Range that played pods get their addresses from. */
const POD_CIDR = "10.244.0.0/16";
/** How long a node counts as there after its last lease, in seconds: the kubelet's own figure. */
const LEASE = 40;

/** Starts kwok, which plays the kubelets: nodes turn ready and renew their leases, pods that are bound run. */
export async function startKwok(
  plane: ControlPlane & { readonly program: string; readonly stages: string },
  surroundings: Surroundings,
): Promise<RunningServer> {
  const stages = join(plane.config, "kwok-stages.yaml");
  const documents = readdirSync(plane.stages).map((file) => readFileSync(join(plane.stages, file), "utf8"));
  writeFileSync(stages, documents.join("\n---\n"));
  const own = writeKubeconfig(plane, join(plane.config, "kwok.kubeconfig"), "kwok", ["system:masters"]);

  const endpoint = `http://127.0.0.1:${plane.ports.kwok}`;
  const health = `${endpoint}/healthz`;
  const pid = await launch(
    {
      name: "kwok",
      command: plane.program,
      args: [
        ...[`--kubeconfig=${own}`, `--config=${stages}`],
        `--manage-nodes-with-annotation-selector=${KWOK_ANNOTATION}=fake`,
        ...[`--cidr=${POD_CIDR}`, `--node-lease-duration-seconds=${LEASE}`],
        `--server-address=127.0.0.1:${plane.ports.kwok}`,
      ],
      // kwok looks for settings of its own below the home folder, where a user's real ones may lie.
      env: { HOME: plane.config },
      health,
      ready: () => answers(health),
    },
    surroundings,
  );
  return { pid, endpoint };
}
