/** The API server, and what the other parts of the control plane need to reach it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { issue, serviceAccountKey, type Authority } from "../authority";
import { answers } from "../http";
import { kubeconfig, signClient } from "../identity";
import type { Ports } from "../record";
import { launch, type RunningServer, type Surroundings } from "./server";

/** Issuer of the cluster's service-account tokens, as IAM trusts it. Nobody resolves the name. */
export const SERVICE_ACCOUNT_ISSUER = "https://oidc.sandbox.tenantry.dev";
/** Range of the cluster's Services. */
const SERVICE_CIDR = "10.0.0.0/24";
/** Certificates outlive the sandbox. */
const TTL = 365 * 24 * 60 * 60;

/** What the control plane's servers share. */
export interface ControlPlane {
  readonly authority: Authority;
  readonly ports: Ports;
  /** Folder of certificates and keys. */
  readonly pki: string;
  /** Folder of the kubeconfigs of the cluster's own parts. */
  readonly config: string;
}

/** URL of the API server. */
export function kubernetesEndpoint(ports: Ports): string {
  return `https://127.0.0.1:${ports.kubernetes}`;
}

/** Files that the control plane's servers show to their clients. */
export function writeServerCertificate({ authority, pki }: ControlPlane): void {
  const hosts = [
    "127.0.0.1",
    "10.0.0.1",
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
  ];
  const server = issue(authority, { commonName: "kube-apiserver", usage: "server", hosts, ttl: TTL });
  writeFileSync(join(pki, "server.crt"), server.certificate, { mode: 0o600 });
  writeFileSync(join(pki, "server.key"), server.key, { mode: 0o600 });
  serviceAccountKey(pki);
}

/** Writes a kubeconfig for one of the cluster's own parts; returns its path. */
export function writeKubeconfig(
  plane: ControlPlane,
  path: string,
  user: string,
  groups: readonly string[] = [],
): string {
  const credential = signClient(plane.authority, user, groups, TTL);
  const server = kubernetesEndpoint(plane.ports);
  const text = kubeconfig({ server, authority: plane.authority.certificate, user, credential });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** Starts the API server; it answers when its bootstrap roles and priority classes are there. */
export async function startApiServer(
  plane: ControlPlane & { readonly program: string; readonly etcd: string },
  surroundings: Surroundings,
): Promise<RunningServer> {
  const { authority, pki, ports } = plane;
  const endpoint = kubernetesEndpoint(ports);
  const health = `${endpoint}/readyz`;
  const pid = await launch(
    {
      name: "kube-apiserver",
      command: plane.program,
      args: [
        `--etcd-servers=${plane.etcd}`,
        ...["--bind-address=127.0.0.1", `--secure-port=${ports.kubernetes}`],
        ...servingFlags(pki),
        `--client-ca-file=${authority.certificateFile}`,
        "--authorization-mode=Node,RBAC",
        // As EKS has it: Pod Security decides on privileged pods, not a flag.
        "--allow-privileged=true",
        // As EKS has it; the plugins that are on by default stay on.
        "--enable-admission-plugins=NodeRestriction",
        ...[`--service-account-issuer=${SERVICE_ACCOUNT_ISSUER}`],
        ...[`--service-account-key-file=${join(pki, "sa.key")}`],
        ...[`--service-account-signing-key-file=${join(pki, "sa.key")}`],
        `--api-audiences=${SERVICE_ACCOUNT_ISSUER},https://kubernetes.default.svc`,
        `--service-cluster-ip-range=${SERVICE_CIDR}`,
        // No pod reaches this server, and a loopback address is no legal endpoint of the `kubernetes` Service.
        ...["--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none"],
        "--profiling=false",
      ],
      health,
      ready: () => answers(health, authority.certificate),
    },
    surroundings,
  );
  return { pid, endpoint };
}

/** Flags that make a server show its certificate. */
export function servingFlags(pki: string): string[] {
  return [`--tls-cert-file=${join(pki, "server.crt")}`, `--tls-private-key-file=${join(pki, "server.key")}`];
}
