/** Looks at every declared object on the server that it is on, and sorts what it finds. */

import type { Platform } from "../../model/platform";
import type { Connections } from "../../proof/connect";
import type { Finding } from "../../proof/ledger";
import type { AwsClients } from "../../proof/live/aws";
import { awsName, awsTypes, lookAtAws } from "./aws";
import type { Difference, Sight } from "./compare";
import type { DeclaredObject } from "./declared";
import { kubernetesName, KubernetesLooker } from "./kubernetes";
import { lookAtVault, vaultName, vaultTypes } from "./vault";

/** Objects looked at together. */
const WINDOW = 16;

/** What is for people to read. */
const COSMETIC = /^(metadata\.(labels|annotations)|description|tags|custom_metadata)(\.|$)/;
/** Labels of a namespace open it to policies of others and say what its pods may do. */
const TELLING = /^Namespace .* metadata\.labels\./;

export interface Seen {
  readonly checked: number;
  readonly missing: readonly Finding[];
  readonly loosened: readonly Finding[];
  readonly changed: readonly Finding[];
  readonly unreachable: readonly { readonly server: string; readonly why: string }[];
  readonly unchecked: readonly string[];
}

export class Lookout {
  constructor(
    private readonly platform: Platform,
    private readonly connections: Connections,
    private readonly clients: AwsClients,
  ) {}

  async lookAt(objects: readonly DeclaredObject[]): Promise<Seen> {
    const missing: Finding[] = [];
    const loosened: Finding[] = [];
    const changed: Finding[] = [];
    const unchecked: string[] = [];
    const unreachable = new Map<string, string>();
    let checked = 0;
    const waiting = [...objects];
    const lane = async (looker: KubernetesLooker | undefined): Promise<void> => {
      for (let object = waiting.shift(); object !== undefined; object = waiting.shift()) {
        const name = nameOf(object);
        const { tenant, plane } = object;
        const sight = await this.sightOf(object, looker).catch((error: unknown) => {
          // One sentence for each server, not for each object.
          unreachable.set(systemOf(object), error instanceof Error ? error.message : String(error));
          return undefined;
        });
        if (sight === undefined || sight.seen === "hidden") {
          unchecked.push(name);
          continue;
        }
        checked++;
        if (sight.seen === "missing") {
          missing.push({ tenant, plane, object: name, fault: "is missing" });
          continue;
        }
        for (const difference of sight.differences) {
          const cosmetic = COSMETIC.test(difference.field) && !TELLING.test(`${name} ${difference.field}`);
          (cosmetic ? changed : loosened).push({ tenant, plane, object: name, fault: faultOf(difference) });
        }
      }
    };
    const looker = await this.connections.kubernetes().then(
      (cluster) => new KubernetesLooker(cluster),
      (error: unknown) => {
        unreachable.set("kubernetes", error instanceof Error ? error.message : String(error));
        return undefined;
      },
    );
    await Promise.all(Array.from({ length: WINDOW }, () => lane(looker)));
    return {
      checked,
      missing,
      loosened,
      changed,
      unreachable: [...unreachable].map(([server, why]) => ({ server, why })),
      unchecked,
    };
  }

  /** One object. @throws ReadError where its server does not answer. */
  async look(object: DeclaredObject): Promise<Sight> {
    return this.sightOf(object, new KubernetesLooker(await this.connections.kubernetes()));
  }

  private async sightOf(object: DeclaredObject, looker: KubernetesLooker | undefined): Promise<Sight> {
    switch (systemOf(object)) {
      case "kubernetes":
        return looker?.look(object) ?? { seen: "hidden" };
      case "vault":
        return lookAtVault(object, this.connections.vault());
      default:
        return lookAtAws(object, this.clients, this.platform);
    }
  }
}

function systemOf({ type }: DeclaredObject): string {
  return type.split(":")[0] ?? "";
}

/** What people call an object; the read-back says the same. */
export function nameOf(object: DeclaredObject): string {
  if (vaultTypes.has(object.type)) {
    return vaultName(object);
  }
  if (awsTypes.has(object.type)) {
    return awsName(object);
  }
  return systemOf(object) === "kubernetes" ? kubernetesName(object) : object.urn;
}

function faultOf({ field, declared, live }: Difference): string {
  return `has ${field} ${live} instead of ${declared}`;
}
