import { createServer, type Server } from "node:net";
import type { Ports } from "./record";

const NAMES = [
  "etcd",
  "etcdPeer",
  "kubernetes",
  "controllerManager",
  "scheduler",
  "kwok",
  "vault",
  "vaultCluster",
  "aws",
  "awsTls",
] as const satisfies readonly (keyof Ports)[];

/**
 * A free port on 127.0.0.1 for every server: the former one where it is still free, so that a restart keeps every
 * address, else one that the kernel picks. All are held at once before any is let go, so that no two are the same.
 */
export async function choosePorts(former?: Ports): Promise<Ports> {
  const held: Server[] = [];
  try {
    const ports: Partial<Record<keyof Ports, number>> = {};
    for (const name of NAMES) {
      const server = (former && (await hold(former[name]))) ?? (await hold(0));
      if (!server) {
        throw new Error("this machine has no free port on 127.0.0.1");
      }
      held.push(server);
      const address = server.address();
      ports[name] = typeof address === "object" && address ? address.port : 0;
    }
    return ports as Ports;
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function hold(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
