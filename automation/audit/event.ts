/**
 * Announces entries of the audit log in the cluster, as Events of the platform's namespace (R94). An Event carries the
 * hash of its entry: whoever cuts the log short has to take the Events away too, from a server where the operator may
 * add them and not change them.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { AUDIT_HASH, AUDIT_SEQUENCE, LIST, NAME } from "../../model/labels";
import * as names from "../../model/names";
import type { AuditedStep, Link } from "./entry";
import { withoutSecrets } from "./secrets";
import { accepted, openCluster, type Cluster } from "../cluster";
import { operatorEnvironment } from "../identity";
import type { Project } from "../workspace";

/** Says which Events are ours. */
export const REPORTING_CONTROLLER = "tenantry.dev/cli";
/** The API server takes no longer note. */
const NOTE_MAX = 1024;
/** Nor a longer reason or action. */
const WORD_MAX = 128;
const DEFAULT_NAMESPACE = "tenantry-system";

const platformStack = z.object({
  config: z.object({
    "tenantry:platform": z.object({ cluster: z.object({ provisionerNamespace: z.string() }) }),
  }),
});

/**
 * The platform's own namespace. By the stack's file, not its output: a command must not wait for the engine to say
 * where it records what it does.
 */
export function eventNamespace({ directory = process.cwd() }: Pick<Project, "directory">): string {
  const file = path.join(directory, "stacks", "Pulumi.platform.yaml");
  const read = platformStack.safeParse(contentOf(file)).data;
  return read?.config["tenantry:platform"].cluster.provisionerNamespace ?? DEFAULT_NAMESPACE;
}

/** A file that cannot be read is for the run to complain of: a command can be recorded without it. */
function contentOf(file: string): unknown {
  try {
    return parse(fs.readFileSync(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}

export function eventsPath(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
}

/** Opens the cluster for announcements: as the operator, who may create Events there and read nothing by it. */
export function announcer(project: Project): Promise<Cluster> {
  return openCluster(operatorEnvironment(project));
}

/** @throws RunFailure where the API server does not answer or refuses. */
export async function announce(
  cluster: Cluster,
  namespace: string,
  list: string,
  step: AuditedStep,
  entry: Link,
): Promise<void> {
  const event = withoutSecrets(eventOf(namespace, list, step, entry));
  accepted("record an Event", await cluster.request("POST", eventsPath(namespace), event));
}

/** An Event may only be about an object of its own namespace; the tenant's namespace is what it is related to. */
export function eventOf(
  namespace: string,
  list: string,
  { activity, tenant, plane, step, ended, outcome }: AuditedStep,
  { sequence, hash }: Link,
): Record<string, unknown> {
  const about = tenant === undefined ? list : `${tenant} of ${list}`;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {
      generateName: "tenantry-",
      namespace,
      labels: { [LIST]: list, ...(tenant !== undefined && { [NAME]: tenant }) },
      annotations: { [AUDIT_SEQUENCE]: String(sequence), [AUDIT_HASH]: hash },
    },
    // Microseconds are the API server's format.
    eventTime: ended.toISOString().replace("Z", "000Z"),
    type: outcome === "done" ? "Normal" : "Warning",
    reason: camel(`${activity} ${outcome}`),
    action: camel(activity),
    note: `${activity} ${about}: ${plane}: ${step}: ${outcome}`.slice(0, NOTE_MAX),
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: `tenantry-${process.pid}`,
    regarding: { apiVersion: "v1", kind: "ServiceAccount", namespace, name: names.OPERATOR },
    ...(tenant !== undefined && {
      related: { apiVersion: "v1", kind: "Namespace", name: names.namespaceName(tenant) },
    }),
  };
}

/** `break-glass grant done` as `BreakGlassGrantDone`, the way reasons are written. */
function camel(words: string): string {
  return words
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")
    .slice(0, WORD_MAX);
}
