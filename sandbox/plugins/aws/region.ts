import type { Failure } from "../schema/check";
import type { Properties, Property } from "../schema/property";
import type { Account } from "./account";

/** Since version 7 a resource may name its region; the provider's own where it does not. */
export const REGION: Property = { type: "string", computed: true, replaces: true };

/** The official provider reaches every region; the stand-in says so when it does not. */
export function regionFaults({ region }: Account, inputs: Properties): readonly Failure[] {
  if (typeof inputs.region !== "string" || inputs.region === region) return [];
  const reason = `the sandbox's aws plugin serves one region a provider (${region}): give ${inputs.region} a provider of its own`;
  return [{ property: "region", reason }];
}
