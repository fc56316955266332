/** The kinds that guardrails are about, as the API server and the engines spell them. */

export interface Kind {
  readonly kind: string;
  readonly group: string;
  /** Version of the API that the rules are written for. */
  readonly version: string;
  /** Plural, in lower case. */
  readonly resource: string;
  /** Not in a namespace. */
  readonly cluster?: true;
}

function core(kind: string, resource: string): Kind {
  return { kind, group: "", version: "v1", resource };
}

function of(group: string, version: string) {
  return (kind: string, resource: string): Kind => ({ kind, group, version, resource });
}

const apps = of("apps", "v1");
const batch = of("batch", "v1");

export const POD = core("Pod", "pods");
export const POD_TEMPLATE = core("PodTemplate", "podtemplates");
export const REPLICATION_CONTROLLER = core("ReplicationController", "replicationcontrollers");
export const DEPLOYMENT = apps("Deployment", "deployments");
export const STATEFUL_SET = apps("StatefulSet", "statefulsets");
export const DAEMON_SET = apps("DaemonSet", "daemonsets");
export const REPLICA_SET = apps("ReplicaSet", "replicasets");
export const JOB = batch("Job", "jobs");
export const CRON_JOB = batch("CronJob", "cronjobs");

export const NAMESPACE: Kind = { ...core("Namespace", "namespaces"), cluster: true };
export const SERVICE = core("Service", "services");

/** Every kind of every group. */
export const EVERY_KIND: Kind = { kind: "*", group: "*", version: "*", resource: "*" };
