/** Tells the platform of a break-glass grant before it opens anything, as an Event in the platform's namespace (R91). */

import { LIST, NAME } from "../../model/labels";
import * as names from "../../model/names";
import type { Justification } from "./break-glass-grants";
import { eventNamespace, eventsPath, REPORTING_CONTROLLER } from "../audit/event";
import { withoutSecrets } from "../audit/secrets";
import { accepted, type Cluster } from "../cluster";
import type { TenantOptions } from "../operation";

/** The API server takes no longer note; the whole reason stands in the audit log. */
const NOTE_MAX = 1024;

export interface Announced extends Justification {
  readonly name: string;
  readonly namespace: string;
  readonly ends: string;
}

/** @throws RunFailure where no Event can be recorded: nobody is let in unseen. */
export async function announceGrant(
  cluster: Cluster,
  options: TenantOptions,
  { name, namespace: opened, ends, reason, approver }: Announced,
): Promise<void> {
  const namespace = eventNamespace(options);
  const event = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {
      generateName: "tenantry-break-glass-",
      namespace,
      labels: { [LIST]: options.stack, [NAME]: options.tenant },
    },
    // Microseconds are the API server's format.
    eventTime: new Date().toISOString().replace("Z", "000Z"),
    type: "Warning",
    reason: "BreakGlass",
    action: "BreakGlass",
    note: `${name} opens ${opened} until ${ends}; approved by ${approver}: ${reason}`.slice(0, NOTE_MAX),
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: `tenantry-${process.pid}`,
    regarding: { apiVersion: "v1", kind: "ServiceAccount", namespace, name: names.OPERATOR },
    related: { apiVersion: "v1", kind: "Namespace", name: opened },
  };
  accepted("announce the grant", await cluster.request("POST", eventsPath(namespace), withoutSecrets(event)));
}
