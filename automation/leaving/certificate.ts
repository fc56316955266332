/**
 * What a certificate of a tenant's leaving says: what is gone and how that was seen, what waits, what is kept, until when
 * and who can read it (R90). It holds no secret, and what it says can be asked of the live servers again.
 */

import { z } from "zod";
import { planes } from "../progress";

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
export const CERTIFICATE_VERSION = 1;

/** How far the tenant's leaving has come: under way, only data is left, nothing is left. */
export const stages = ["offboarding", "retained", "purged"] as const;
export type Stage = (typeof stages)[number];

/** Who left, as far as anything has to be asked about the tenant when its file is gone. */
const departed = z.object({
  name: z.string(),
  id: z.string(),
  displayName: z.string(),
  tier: z.string(),
  namespaces: z.array(z.string()),
  secretsEngine: z.enum(["vault", "aws-secrets-manager"]),
  /** Names of the tenant's secrets in AWS Secrets Manager. */
  secrets: z.array(z.string()),
});
export type Departed = z.output<typeof departed>;

/** A question to a live server and its answer, so that anybody can ask again. */
const finding = z.object({
  plane: z.enum(planes),
  what: z.string(),
  asked: z.string(),
  answered: z.string(),
});
export type Finding = z.output<typeof finding>;

const tried = z.object({ credential: z.string(), worked: z.string(), refused: z.string() });
const untried = z.object({ credential: z.string(), why: z.string() });

const finalBackup = z.object({
  taken: z.literal(true),
  name: z.string(),
  phase: z.string(),
  completed: z.string(),
  /** Where it lies: bucket and prefix. */
  location: z.string(),
  expires: z.string(),
});
export type FinalBackup = z.output<typeof finalBackup>;
const backup = z.discriminatedUnion("taken", [
  finalBackup,
  z.object({ taken: z.literal(false), why: z.string() }),
]);

/** A volume that was encrypted with the tenant's key. */
const volume = z.object({
  name: z.string(),
  claim: z.string().optional(),
  reclaimPolicy: z.string(),
  phase: z.string(),
  handle: z.string().optional(),
});
export type TenantVolume = z.output<typeof volume>;

/** What became unreadable with the key (R66, R90). */
const ledger = z.object({
  keyArn: z.string(),
  /** When the key was made, and when it is destroyed. */
  since: z.string(),
  until: z.string().optional(),
  prefix: z.object({ location: z.string(), objects: z.int(), versions: z.int(), bytes: z.int() }),
  volumes: z.array(volume),
  secrets: z.array(z.string()),
});
export type ShredLedger = z.output<typeof ledger>;

export const certificateSchema = z.object({
  version: z.literal(CERTIFICATE_VERSION),
  stage: z.enum(stages),
  list: z.string(),
  tenant: departed,
  /** Who ran the last command that wrote here. */
  actor: z.string(),
  began: z.string(),
  left: z.string().optional(),
  purged: z.string().optional(),
  gone: z.array(finding),
  waits: z.array(z.object({ what: z.string(), until: z.string(), why: z.string() })),
  retained: z.array(finding.extend({ until: z.string(), readableBy: z.string() })),
  credentials: z.object({ tried: z.array(tried), untried: z.array(untried) }),
  /** Where the names of the tenant's people, accounts and namespaces were looked for; nowhere were any left. */
  references: z.array(finding),
  backup: backup.optional(),
  volumes: z.array(volume),
  /** Pods that belonged to no controller. */
  lostPods: z.array(z.string()),
  /** Finalizers that were taken away because somebody approved it. */
  released: z.array(z.object({ object: z.string(), finalizer: z.string() })),
  ledger: ledger.optional(),
  /** SHA-256 of what each run of the engine did to each resource. */
  plans: z.array(z.object({ step: z.string(), digest: z.string() })),
  /** Last entry of the audit log when the certificate was written. */
  audit: z.object({ sequence: z.int(), hash: z.string() }).nullable(),
});
export type Certificate = z.output<typeof certificateSchema>;
