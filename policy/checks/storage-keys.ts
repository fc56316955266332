/** Volumes of a tenant's StorageClass lie under that tenant's key (R55-R57). */

import * as names from "../../model/names";
import type { ResourceCheck } from "../check";
import { at, inWords, textAt, UNKNOWN, type Properties } from "../declared";
import { ownersOf } from "../owners";

/** Either makes a class that of every claim which names none. */
const DEFAULTS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

export const storageKeys: ResourceCheck = {
  name: "storage-keys",
  description: "A tenant's StorageClass encrypts with that tenant's key and serves nobody else (R55-R57).",
  about: (type) => type === "kubernetes:storage.k8s.io/v1:StorageClass",
  judge: ({ props }, setting) => {
    const name = textAt(props, "metadata", "name") ?? "";
    const tenant = ownersOf(setting).storageClasses.get(name);
    if (tenant === undefined) {
      return [];
    }
    const key = parameter(props, "kmsKeyId");
    const alias = names.aliasArn(setting.platform.aws, names.keyAlias(tenant.id));
    const isDefault = DEFAULTS.some((one) => textAt(props, "metadata", "annotations", one) === "true");
    return [
      ...(parameter(props, "encrypted") === "true" ? [] : ["does not encrypt"]),
      ...(key === alias || key === UNKNOWN
        ? []
        : [`encrypts with ${inWords(key, "no named key")} instead of ${alias}`]),
      ...(isDefault ? ["is the cluster's default: volumes of others would lie under the tenant's key"] : []),
    ].map((fault) => `StorageClass ${name} of tenant ${tenant.name}: ${fault}`);
  },
};

/** The driver reads parameters in any case: of two spellings either may win. */
function parameter(props: Properties, name: string): unknown {
  const found = Object.entries((at(props, "parameters") ?? {}) as Properties).filter(
    ([key]) => key.toLowerCase() === name.toLowerCase(),
  );
  return found.length > 1 ? found.map(([, value]) => String(value)).join(" or ") : found[0]?.[1];
}
