/** A front before each of the sandbox's three servers, and the environment of runs that go through them. */

import * as fs from "node:fs";
import * as path from "node:path";
import { Front, type Asked, type Interception } from "./front";
import { layout } from "../../sandbox/layout";
import { sandbox } from "./fixture";

export const PLANES = ["kubernetes", "vault", "aws"] as const;
export type FrontedPlane = (typeof PLANES)[number];

/** The API server in a kubeconfig, which is the only address in it. */
const ADDRESS = /https:\/\/[^\s",]+/;

export class Fronts {
  private constructor(readonly by: Readonly<Record<FrontedPlane, Front>>) {}

  static async open(): Promise<Fronts> {
    const { env, dataDir } = sandbox();
    const { pki } = layout(dataDir);
    const read = (name: string) => fs.readFileSync(path.join(pki, name));
    const ca = read("ca.crt");
    // The AWS front's certificate says 127.0.0.1, whatever the port: it serves for both.
    const tls = { cert: read("aws.crt"), key: read("aws.key") };
    const kubeconfig = fs.readFileSync(env["KUBECONFIG"] ?? "", "utf8");
    const [server = ""] = ADDRESS.exec(kubeconfig) ?? [];
    return new Fronts({
      kubernetes: await Front.open({ target: server, ca, tls }),
      vault: await Front.open({ target: env["VAULT_ADDR"] ?? "" }),
      aws: await Front.open({ target: env["AWS_ENDPOINT_URL"] ?? "", ca, tls }),
    });
  }

  /** The same identities, by way of the fronts. */
  through(environment: Readonly<Record<string, string>>): Record<string, string> {
    const rewritten = { ...environment };
    for (const prefix of ["", "TENANTRY_OPERATOR_"]) {
      const kubeconfig = environment[`${prefix}KUBECONFIG`];
      if (kubeconfig !== undefined) {
        const file = path.join(sandbox().dataDir, `fronted-${prefix}${path.basename(kubeconfig)}`);
        const text = fs.readFileSync(kubeconfig, "utf8");
        fs.writeFileSync(file, text.replace(ADDRESS, this.by.kubernetes.address), { mode: 0o600 });
        rewritten[`${prefix}KUBECONFIG`] = file;
      }
    }
    return { ...rewritten, VAULT_ADDR: this.by.vault.address, AWS_ENDPOINT_URL: this.by.aws.address };
  }

  /** The same for requests to any of the three; undefined: everything is passed on. */
  intercept(interception: Interception = {}): void {
    PLANES.forEach((plane) => (this.by[plane].interception = interception));
  }

  /** What was asked of each, since the fronts stand. */
  writes(): Asked[] {
    return PLANES.flatMap((plane) => this.by[plane].seen).filter(({ writes }) => writes);
  }

  async close(): Promise<void> {
    await Promise.all(PLANES.map((plane) => this.by[plane].close()));
  }
}
