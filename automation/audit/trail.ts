/**
 * The audit log: every step of every command as a PROV-O Activity in a hash-chained file, and as an Event in the
 * cluster (R93, R94).
 */

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { v7 as uuid } from "uuid";
import { agentOf } from "./agent";
import { activityOf, MOVED_ASIDE, type AuditedStep, type Link, type UsedFile } from "./entry";
import { announce, announcer, eventNamespace } from "./event";
import { appendEntry, auditFile, type Torn } from "./log";
import { withoutSecrets } from "./secrets";
import type { Cluster } from "../cluster";
import { engineEnvironment } from "../identity";
import { listFolder, tenantFile } from "../tenant-files";
import type { Project } from "../workspace";

/** Milliseconds that a step waits for its Event to be taken. */
const PATIENCE_MS = 5_000;

export interface AuditTrail {
  /**
   * Records a step; it stands on disk when this resolves.
   *
   * @throws RunFailure `failure` where it cannot be recorded. A cluster that takes no Event is no such failure.
   */
  append(step: AuditedStep): Promise<void>;
  /** Records how many steps no Event announces; to be called once, when the command ends. */
  close(): Promise<void>;
}

export interface TrailSettings {
  /** Who runs the command; default: who started the pipeline, else the user and host of this process. */
  readonly actor?: string;
  /** Receives what people should know and that does not fail the command. */
  readonly note?: (message: string) => void;
  /** Opens the cluster that is told; default: the operator's. */
  readonly cluster?: () => Promise<Cluster>;
  /** Whether the cluster is told at all; default true. */
  readonly announced?: boolean;
}

export function auditTrail(project: Project, settings: TrailSettings = {}): AuditTrail {
  const { actor, note, cluster = () => announcer(project), announced = true } = settings;
  const log = auditFile(project);
  const agent = agentOf(engineEnvironment(project), actor);
  const namespace = eventNamespace(project);
  let opened: Promise<Cluster> | undefined;
  let last: AuditedStep | undefined;
  let unannounced = 0;
  let refusal: string | undefined;

  const record = async (step: AuditedStep): Promise<Link> => {
    const used = usedBy(project, step.tenant);
    const { entry, torn } = await appendEntry(
      log,
      withoutSecrets(activityOf(uuid(), project.stack, step, agent, used)),
    );
    return torn === undefined ? entry : record(tornStep(step, torn));
  };
  const tell = async (step: AuditedStep, entry: Link): Promise<void> => {
    // A server that is gone stays gone for the rest of a command: each step would wait for it anew.
    if (refusal === undefined) {
      try {
        await within(PATIENCE_MS, async () =>
          announce(await (opened ??= cluster()), namespace, project.stack, step, entry),
        );
        return;
      } catch (error) {
        refusal = withoutSecrets(error instanceof Error ? error.message : String(error));
        note?.(`steps are recorded in ${log}, but not as Events: ${refusal}`);
      }
    }
    unannounced++;
  };

  return {
    append: async (step) => {
      last = step;
      const entry = await record(step);
      if (announced) {
        await tell(step, entry);
      }
    },
    close: async () => {
      if (last !== undefined && refusal !== undefined) {
        const now = new Date();
        const facts = { unannounced, why: refusal };
        const step = "announce the steps as Events";
        await record({ ...last, plane: "audit", step, began: now, ended: now, outcome: "failed", facts });
      }
    },
  };
}

/** What an earlier writer left unfinished is told by the log itself, behind the entry that was to be written. */
function tornStep(step: AuditedStep, { after, sha256 }: Torn): AuditedStep {
  const now = new Date();
  return {
    activity: step.activity,
    plane: "audit",
    step: MOVED_ASIDE,
    began: now,
    ended: now,
    outcome: "done",
    facts: { after, sha256 },
  };
}

/** What a step goes by: the tenant's file, or all of the list, and the platform's and the list's settings. */
function usedBy(project: Project, tenant: string | undefined): UsedFile[] {
  const { directory = process.cwd(), stack } = project;
  const folder = listFolder(project);
  const tenants =
    tenant !== undefined
      ? [tenantFile(project, tenant)]
      : fs.existsSync(folder)
        ? fs.readdirSync(folder).map((name) => path.join(folder, name))
        : [];
  const settings = [...new Set(["platform", stack])].map((name) =>
    path.join(directory, "stacks", `Pulumi.${name}.yaml`),
  );
  return [...settings, ...tenants.sort()].flatMap((file) => {
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      return [];
    }
    const sha256 = createHash("sha256").update(fs.readFileSync(file)).digest("hex");
    return [{ file: path.relative(directory, file).split(path.sep).join("/"), sha256 }];
  });
}

/** @throws DOMException when the time is over; the request itself ends by its own limit. */
async function within(milliseconds: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the API server did not answer in ${milliseconds / 1000} s`)),
      milliseconds,
    );
  });
  try {
    await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
