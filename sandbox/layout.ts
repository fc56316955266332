import { join, resolve } from "node:path";

/** Where `npm run sandbox:up` keeps its data: `.sandbox` in the repository, which Git ignores. */
export const DATA_DIR = resolve(__dirname, "..", ".sandbox");

/** Every path below a sandbox's data folder. */
export interface Layout {
  readonly root: string;
  /** Held by whoever starts or stops it. */
  readonly lock: string;
  /** What runs where; no secret in it. */
  readonly record: string;
  /** Keys and tokens that the sandbox made for itself; readable by its owner only. */
  readonly credentials: string;
  readonly kubeconfig: string;
  /** Of the identity that tenant lists run as; made on demand, good for an hour. */
  readonly provisionerKubeconfig: string;
  /** Of the identity that works on tenants between runs; made on demand, good for an hour. */
  readonly operatorKubeconfig: string;
  readonly pki: string;
  readonly etcd: string;
  readonly openbao: string;
  readonly aws: string;
  readonly logs: string;
  /** Generated configuration of the servers. */
  readonly config: string;
  readonly pulumiHome: string;
  /** Pulumi's stacks, in the file backend. */
  readonly state: string;
}

/** The layout of the sandbox in a data folder. */
export function layout(dataDir: string): Layout {
  const root = resolve(dataDir);
  const at = (name: string): string => join(root, name);
  return {
    root,
    lock: at("lock"),
    record: at("sandbox.json"),
    credentials: at("credentials.json"),
    kubeconfig: at("kubeconfig"),
    provisionerKubeconfig: at("provisioner.kubeconfig"),
    operatorKubeconfig: at("operator.kubeconfig"),
    pki: at("pki"),
    etcd: at("etcd"),
    openbao: at("openbao"),
    aws: at("aws"),
    logs: at("logs"),
    config: at("config"),
    pulumiHome: at("pulumi-home"),
    state: at("state"),
  };
}
