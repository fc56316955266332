/**
 * The states of a tenant's life, and what of the tenant is there in each (R89, R90). Everybody else asks for these
 * flags: the planes, the policy pack and the read-back never test for the word.
 */

import type { Tenant } from "./tenant";

/** In the order of a life; back from `suspended` to `active`, and from any state a file may say another. */
export const stateNames = ["active", "suspended", "offboarding", "retained"] as const;
export type State = (typeof stateNames)[number];

export interface Lifecycle {
  readonly state: State;
  /** The last day, in UTC, on which the data of a retained tenant is kept: `2027-01-31`. Only with `retained`. */
  readonly retainUntil?: string;
  /** While true the tenant's data is not purged, whatever the date. */
  readonly legalHold: boolean;
  /** Days that the data is kept once the tenant has left; `offboard` makes `retainUntil` of it. */
  readonly retentionDays: number;
}

export interface Presence {
  /** Namespaces with every guardrail, StorageClass, roles, backups: all that is not data. */
  readonly stands: boolean;
  /** Pods start, people and programs sign in, secrets are delivered. */
  readonly runs: boolean;
  /** The namespaces are free to go, and the data is not. */
  readonly leaves: boolean;
}

const PRESENCE: Readonly<Record<State, Presence>> = {
  active: { stands: true, runs: true, leaves: false },
  suspended: { stands: true, runs: false, leaves: false },
  offboarding: { stands: true, runs: false, leaves: true },
  retained: { stands: false, runs: false, leaves: true },
};

/** What of a tenant is there in its state. */
export function presenceOf({ lifecycle }: Tenant): Presence {
  return PRESENCE[lifecycle.state];
}

export interface Protection {
  /** The engine refuses to delete the tenant's namespaces. */
  readonly namespaces: boolean;
  /** The engine refuses to delete what holds data: key, Vault namespace and mount, secrets in AWS. */
  readonly data: boolean;
}

/**
 * What is protected from deletion. A tenant that leaves cannot lift the protection of its data by a field: it stays
 * until `purge`, and so does what lies under a legal hold.
 */
export function protectionOf(tenant: Tenant): Protection {
  const { leaves } = presenceOf(tenant);
  const { deletionProtection, lifecycle } = tenant;
  return {
    namespaces: deletionProtection && !leaves,
    data: deletionProtection || leaves || lifecycle.legalHold,
  };
}
