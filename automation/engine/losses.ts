/**
 * What a run takes away for good: keys, backups' places, Vault's data. Only the plan tells, and a policy pack is not
 * shown it, so that the refusal stands here.
 */

import type { Deployment, EngineEvent } from "@pulumi/pulumi/automation";
import { presenceOf } from "../../model/lifecycle";
import type { Tenant } from "../../model/tenant";
import { ChangesByTenant, SHARED } from "./changes";
import { RunFailure } from "../outcome";
import { resourcesOf } from "./protection";

/** By type, what an approval calls it. */
const KINDS: Readonly<Record<string, string>> = {
  "aws:kms/key:Key": "key",
  "aws:s3/bucket:Bucket": "bucket",
  "aws:secretsmanager/secret:Secret": "secrets",
  "kubernetes:velero.io/v1:BackupStorageLocation": "backup",
  "vault:index/namespace:Namespace": "vault",
  "vault:index/mount:Mount": "vault",
};
const TAKES_AWAY = ["delete", "replace", "create-replacement", "delete-replaced"];
/** What approves everything. */
const ALL = "*";

/** One thing that would be gone. */
export interface Loss {
  readonly urn: string;
  /** `acme/key`; what all tenants share goes by `platform/bucket`. */
  readonly what: string;
}

/** Gathers the losses of a plan from the events of its preview. */
export class PlannedLosses {
  private readonly tenants = new ChangesByTenant();
  private readonly kinds = new Map<string, string>();

  add(event: EngineEvent): void {
    this.tenants.add(event);
    const metadata = event.resourcePreEvent?.metadata;
    const kind = KINDS[metadata?.type ?? ""];
    if (metadata !== undefined && kind !== undefined && TAKES_AWAY.includes(metadata.op)) {
      this.kinds.set(metadata.urn, kind);
    }
  }

  all(): Loss[] {
    return [...this.kinds].map(([urn, kind]) => ({ urn, what: called(this.tenants.tenantOf(urn), kind) }));
  }
}

/** What is lost where a whole stack is destroyed. */
export function lossesOf(exported: Deployment): Loss[] {
  const resources = resourcesOf(exported);
  const tenants = new ChangesByTenant();
  resources.forEach(({ urn, parent }) => tenants.place(urn, parent));
  return resources.flatMap(({ urn, type }) => {
    const kind = KINDS[type];
    return kind === undefined ? [] : [{ urn, what: called(tenants.tenantOf(urn), kind) }];
  });
}

function called(tenant: string, kind: string): string {
  return `${tenant === SHARED ? "platform" : tenant}/${kind}`;
}

/**
 * What nobody need approve of tenants that leave only their data: the place of the backups is no data, and what lies in it
 * stays. Keys, secrets and Vault's data do not go on that way.
 */
export function leavingApprovals(tenants: readonly Tenant[]): string[] {
  return tenants.filter((tenant) => !presenceOf(tenant).stands).map(({ name }) => `${name}/backup`);
}

/**
 * @param approvals URNs, `acme/key`, `acme/*` or `*`.
 * @throws RunFailure `policy` where a loss has no approval.
 */
export function refuseLosses(losses: readonly Loss[], approvals: readonly string[]): void {
  const refused = losses.filter(({ urn, what }) => {
    const [tenant = ""] = what.split("/");
    return ![ALL, urn, what, `${tenant}/${ALL}`].some((approval) => approvals.includes(approval));
  });
  if (refused.length > 0) {
    throw new RunFailure(
      "policy",
      [
        "this would take away what holds data, and nobody approved it; nothing was changed:",
        ...refused.map(({ urn, what }) => `  ${what}: ${urn}`),
        "if it is meant, name it in the option approve, or in the stack's config tenantry:approvals",
      ].join("\n"),
    );
  }
}
