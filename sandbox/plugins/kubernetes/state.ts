/** What the engine records of an object. */

import { Secret } from "../protocol";
import type { Properties } from "../wire";
import { textAt, type KubernetesObject } from "./object";
import { MANAGER_KEY } from "./managers";
import { recorded } from "./projection";
import { toProgram } from "./schema-keys";

const INITIAL_VERSION_KEY = "__initialApiVersion";

/** @param former the state so far, empty for a new object. */
export function stateOf(live: KubernetesObject, manager: string, former: Properties = {}): Properties {
  return {
    ...sealed(toProgram(recorded(live))),
    [INITIAL_VERSION_KEY]: textAt(former, INITIAL_VERSION_KEY) ?? live["apiVersion"],
    [MANAGER_KEY]: manager,
  };
}

/** Contents of Secrets are secret, whoever imports or refreshes them. */
export function sealed(properties: Properties): Properties {
  if (properties["kind"] !== "Secret" || properties["apiVersion"] !== "v1") {
    return properties;
  }
  const secret = (key: string) =>
    properties[key] === undefined ? {} : { [key]: new Secret(properties[key]) };
  return { ...properties, ...secret("data"), ...secret("stringData") };
}
