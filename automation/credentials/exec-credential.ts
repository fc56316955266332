/** A token in the form in which kubectl takes it from a command: minted for the moment, kept nowhere (R11). */

import { openCluster } from "../cluster";
import { operatorEnvironment } from "../identity";
import { mint } from "./kubeconfig";
import { machineAccess, type AccessOptions } from "./machine-access";
import { operate } from "../operation";

export interface ExecCredential {
  readonly apiVersion: "client.authentication.k8s.io/v1";
  readonly kind: "ExecCredential";
  readonly status: {
    /** Secret: for standard output, to the program that asked, and nowhere else. */
    readonly token: string;
    readonly expirationTimestamp: string;
  };
}

/** @throws RunFailure as `issueKubeconfig` does. */
export function issueToken(options: AccessOptions): Promise<ExecCredential> {
  return operate(options, { activity: "token", tenant: options.tenant }, async (operation) => {
    const access = machineAccess(options);
    const operator = await openCluster(operatorEnvironment(options));
    const { token, expires } = await operation.step(
      "kubernetes",
      "mint a token",
      () => mint(operator, access),
      (minted) => ({ account: access.account, namespace: access.namespace.name, expires: minted.expires }),
    );
    return {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token, expirationTimestamp: expires },
    };
  });
}
