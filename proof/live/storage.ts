/** Judges the tenant's StorageClass: volumes lie under the tenant's own key (R55-R57). */

import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { LiveObject } from "../documents";
import type { Ledger } from "../ledger";

export function judgeStorage(
  tenant: Tenant,
  platform: Platform,
  live: LiveObject | undefined,
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "storage");
  const object = `StorageClass ${names.storageClassName(tenant.name)}`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  const key = names.aliasArn(platform.aws, names.keyAlias(tenant.id));
  const named = parameter(live, "kmsKeyId");
  expect(
    object,
    live["provisioner"] === "ebs.csi.aws.com",
    `is provisioned by ${String(live["provisioner"])}`,
  );
  expect(object, parameter(live, "encrypted") === "true", "does not encrypt");
  expect(object, named === key, `encrypts with ${named ?? "no named key"} instead of ${key}`);
  expect(
    object,
    live["reclaimPolicy"] === tenant.storage.reclaimPolicy,
    `has reclaim policy ${String(live["reclaimPolicy"])} instead of ${tenant.storage.reclaimPolicy}`,
  );
  expect(
    object,
    DEFAULT_CLASS.every((annotation) => live.metadata.annotations[annotation] !== "true"),
    "is the cluster's default: volumes of others would lie under the tenant's key",
  );
}

/** Either makes a class that of every claim which names none. */
const DEFAULT_CLASS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

/** The driver reads names in any case: a second spelling may win, so that all spellings are shown. */
function parameter(live: LiveObject, name: string): string | undefined {
  const values = Object.entries((live["parameters"] ?? {}) as Record<string, string>)
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(" or ");
}
