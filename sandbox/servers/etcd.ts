import { answers } from "../http";
import type { Ports } from "../record";
import { launch, type RunningServer, type Surroundings } from "./server";

/** The store of the API server. */
export interface EtcdOptions {
  readonly program: string;
  readonly folder: string;
  readonly ports: Ports;
}

/** Starts a one-member etcd. It does not sync to disk: a sandbox that loses its machine is made again. */
export async function startEtcd(options: EtcdOptions, surroundings: Surroundings): Promise<RunningServer> {
  const endpoint = `http://127.0.0.1:${options.ports.etcd}`;
  const peer = `http://127.0.0.1:${options.ports.etcdPeer}`;
  const health = `${endpoint}/health`;
  const pid = await launch(
    {
      name: "etcd",
      command: options.program,
      args: [
        ...["--name=sandbox", `--data-dir=${options.folder}`, "--unsafe-no-fsync", "--log-level=warn"],
        ...[`--listen-client-urls=${endpoint}`, `--advertise-client-urls=${endpoint}`],
        ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`],
        `--initial-cluster=sandbox=${peer}`,
      ],
      health,
      ready: () => answers(health),
    },
    surroundings,
  );
  return { pid, endpoint };
}
