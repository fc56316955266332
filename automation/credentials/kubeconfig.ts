/** Kubeconfigs of a tenant: for machines with a token that ends by itself, for people with their own login (R11, R12). */

import * as fs from "node:fs";
import * as path from "node:path";
import { openCluster, type Cluster } from "../cluster";
import { operatorEnvironment } from "../identity";
import { machineAccess, type AccessOptions, type MachineAccess } from "./machine-access";
import { operate } from "../operation";
import { outFile, writeSecret } from "./out-file";
import { RunFailure } from "../outcome";
import { otherNamespaces, tryKubeconfig, type Trial } from "./kubeconfig-trial";
import { platformOf } from "../platform";
import { readList } from "../tenant-files";
import { requestToken, type BoundToken } from "./token-request";
import type { Project } from "../workspace";

/** What the file holds: a token, a command that mints one for each use, or the login of a person. */
export const kubeconfigModes = ["token", "exec", "oidc"] as const;
export type KubeconfigMode = (typeof kubeconfigModes)[number];

export interface KubeconfigOptions extends AccessOptions {
  /** Default: `token`. */
  readonly mode?: KubeconfigMode;
}

export interface IssuedKubeconfig {
  readonly file: string;
  readonly namespace: string;
  readonly role: string;
  readonly mode: KubeconfigMode;
  /** When the token in the file ends; undefined where the file holds none. */
  readonly expires?: string;
  /** What was tried with the credential, and how it was answered; nothing for people, who sign in themselves. */
  readonly trials: readonly Trial[];
}

/**
 * Writes `out/tenant-NAME.kubeconfig`, readable by its owner alone, and tries it. What does not pass is not left behind.
 *
 * @throws RunFailure `badInput` for a tenant that does not run or a file that Git would take, `credentials` where the
 * operator may not mint tokens, `resource` where the credential does other than it must.
 */
export function issueKubeconfig(options: KubeconfigOptions): Promise<IssuedKubeconfig> {
  const { mode = "token", tenant: name } = options;
  return operate(options, { activity: "kubeconfig", tenant: name }, async (operation) => {
    const access = machineAccess(options);
    const { namespace, role } = access;
    // Named by the namespace: `tenant-acme`, or `tenant-acme--prod`.
    const file = await outFile(options, `${namespace.name}.kubeconfig`);
    const cluster = await openCluster(operatorEnvironment(options));
    if (mode === "oidc") {
      const person = await oidcUser(options);
      await operation.step("files", "write the kubeconfig", async () =>
        writeKubeconfig(file, cluster, access, person),
      );
      return { file, namespace: namespace.name, role, mode, trials: [] };
    }
    const minted = await operation.step(
      "kubernetes",
      "mint a token",
      () => mint(cluster, access),
      ({ expires }) => ({ account: access.account, namespace: namespace.name, expires }),
    );
    const user = { token: minted.token };
    await operation.step("files", "write the kubeconfig", async () =>
      writeKubeconfig(file, cluster, access, user),
    );
    const others = otherNamespaces(readList(options).tenants, name);
    const trials = await operation.step(
      "kubernetes",
      "try it",
      () => orWithdraw(file, () => tryKubeconfig(file, namespace.name, others)),
      (all) => ({ answered: all.map(({ asked, status }) => `${asked}: ${status}`) }),
    );
    if (mode === "exec") {
      await operation.step("files", "put the command in the token's place", async () =>
        writeKubeconfig(file, cluster, access, execUser(options, access)),
      );
    }
    const expires = mode === "token" ? { expires: minted.expires } : {};
    return { file, namespace: namespace.name, role, mode, ...expires, trials };
  });
}

/** Mints a token for a machine's access. @throws RunFailure `resource` where the account is not there. */
export async function mint(
  operator: Cluster,
  { namespace, account, ttl }: MachineAccess,
): Promise<BoundToken> {
  const minted = await requestToken(operator, namespace.name, account, { ttl });
  if (minted === undefined) {
    const message = `ServiceAccount ${namespace.name}/${account} is not there; run tenantry up, then this again`;
    throw new RunFailure("resource", message);
  }
  return minted;
}

/** Writes a kubeconfig of one user in one namespace, readable by its owner alone. */
export function writeKubeconfig(
  file: string,
  cluster: Cluster,
  { namespace, account }: Pick<MachineAccess, "namespace" | "account">,
  user: object,
): void {
  const [name, context] = [new URL(cluster.address).host, namespace.name];
  const authority =
    cluster.authority === undefined
      ? {}
      : { "certificate-authority-data": Buffer.from(cluster.authority).toString("base64") };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: cluster.address, ...authority } }],
    users: [{ name: account, user }],
    contexts: [{ name: context, context: { cluster: name, user: account, namespace: namespace.name } }],
    "current-context": context,
  };
  writeSecret(file, config);
}

/** The command is asked for a token whenever kubectl has none that is still good. */
function execUser(
  { stack, directory = process.cwd() }: Project,
  { tenant, namespace, role, ttl }: MachineAccess,
) {
  const { environment } = namespace;
  return {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "tenantry",
      args: [
        ...["token", tenant.name, "--list", stack, "--cwd", path.resolve(directory), "--role", role],
        ...["--ttl", `${ttl}s`],
        ...(environment === undefined ? [] : ["--environment", environment]),
      ],
      interactiveMode: "Never",
      installHint: "tenantry is not on the PATH; see docs/cli.md",
    },
  };
}

/** kubectl's plug-in for OIDC keeps the person's own token; the cluster sees the groups that the tenant's file names. */
async function oidcUser(project: Project) {
  const { cluster } = await platformOf(project);
  if (cluster.oidc === undefined) {
    throw new RunFailure(
      "badInput",
      "the platform's settings do not say how people sign in; set cluster.oidc.issuerUrl and clientId in stacks/Pulumi.platform.yaml and run the platform stack",
    );
  }
  const { issuerUrl, clientId } = cluster.oidc;
  return {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "kubectl",
      args: ["oidc-login", "get-token", `--oidc-issuer-url=${issuerUrl}`, `--oidc-client-id=${clientId}`],
      interactiveMode: "IfAvailable",
      installHint: "kubectl needs its plug-in oidc-login: kubectl krew install oidc-login",
    },
  };
}

/** A credential that failed its trial must not lie about. */
export async function orWithdraw<T>(file: string, trial: () => Promise<T>): Promise<T> {
  try {
    return await trial();
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  }
}
