/** The two controllers that a cluster cannot do without: the controller manager and the scheduler. */

import { join } from "node:path";
import type { Authority } from "../authority";
import { answers } from "../http";
import { servingFlags, writeKubeconfig, type ControlPlane } from "./kubernetes";
import { launch, type RunningServer, type Surroundings } from "./server";

/** Starts the controller manager with its default controllers: namespaces, quotas, garbage, service accounts … */
export async function startControllerManager(
  plane: ControlPlane & { readonly program: string },
  surroundings: Surroundings,
): Promise<RunningServer> {
  const { authority, config, pki, ports } = plane;
  const own = writeKubeconfig(
    plane,
    join(config, "kube-controller-manager.kubeconfig"),
    "system:kube-controller-manager",
  );
  return startController(
    {
      name: "kube-controller-manager",
      program: plane.program,
      port: ports.controllerManager,
      authority,
      pki,
      args: [
        `--kubeconfig=${own}`,
        "--use-service-account-credentials",
        `--service-account-private-key-file=${join(pki, "sa.key")}`,
        `--root-ca-file=${authority.certificateFile}`,
        `--cluster-signing-cert-file=${authority.certificateFile}`,
        `--cluster-signing-key-file=${authority.keyFile}`,
        // A namespace with its contents is gone in a second, not in five.
        ...["--kube-api-qps=300", "--kube-api-burst=600"],
      ],
    },
    surroundings,
  );
}

/** Starts the scheduler. */
export async function startScheduler(
  plane: ControlPlane & { readonly program: string },
  surroundings: Surroundings,
): Promise<RunningServer> {
  const { authority, config, pki, ports } = plane;
  const own = writeKubeconfig(plane, join(config, "kube-scheduler.kubeconfig"), "system:kube-scheduler");
  return startController(
    {
      name: "kube-scheduler",
      program: plane.program,
      port: ports.scheduler,
      authority,
      pki,
      args: [`--kubeconfig=${own}`],
    },
    surroundings,
  );
}

interface Controller {
  readonly name: string;
  readonly program: string;
  readonly port: number;
  readonly authority: Authority;
  readonly pki: string;
  readonly args: readonly string[];
}

async function startController(controller: Controller, surroundings: Surroundings): Promise<RunningServer> {
  const endpoint = `https://127.0.0.1:${controller.port}`;
  const health = `${endpoint}/healthz`;
  const pid = await launch(
    {
      name: controller.name,
      command: controller.program,
      args: [
        ...controller.args,
        ...["--bind-address=127.0.0.1", `--secure-port=${controller.port}`],
        ...servingFlags(controller.pki),
        // One of each: an election would only delay the start.
        ...["--leader-elect=false", "--profiling=false"],
      ],
      health,
      ready: () => answers(health, controller.authority.certificate),
    },
    surroundings,
  );
  return { pid, endpoint };
}
