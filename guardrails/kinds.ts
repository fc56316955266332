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

export const HORIZONTAL_POD_AUTOSCALER = of("autoscaling", "v2")(
  "HorizontalPodAutoscaler",
  "horizontalpodautoscalers",
);
export const POD_DISRUPTION_BUDGET = of("policy", "v1")("PodDisruptionBudget", "poddisruptionbudgets");

export const NAMESPACE: Kind = { ...core("Namespace", "namespaces"), cluster: true };
export const SERVICE = core("Service", "services");
export const PERSISTENT_VOLUME_CLAIM = core("PersistentVolumeClaim", "persistentvolumeclaims");
export const ENDPOINTS = core("Endpoints", "endpoints");
export const ENDPOINT_SLICE = of("discovery.k8s.io", "v1")("EndpointSlice", "endpointslices");
export const VOLUME_SNAPSHOT = of("snapshot.storage.k8s.io", "v1")("VolumeSnapshot", "volumesnapshots");
export const INGRESS = of("networking.k8s.io", "v1")("Ingress", "ingresses");
export const NETWORK_POLICY = of("networking.k8s.io", "v1")("NetworkPolicy", "networkpolicies");

const gateway = of("gateway.networking.k8s.io", "v1");

export const GATEWAY = gateway("Gateway", "gateways");
export const LISTENER_SET = gateway("ListenerSet", "listenersets");
export const REFERENCE_GRANT = gateway("ReferenceGrant", "referencegrants");
export const HTTP_ROUTE = gateway("HTTPRoute", "httproutes");
export const GRPC_ROUTE = gateway("GRPCRoute", "grpcroutes");
export const TLS_ROUTE = gateway("TLSRoute", "tlsroutes");
export const TCP_ROUTE: Kind = { ...gateway("TCPRoute", "tcproutes"), version: "*" };
export const UDP_ROUTE: Kind = { ...gateway("UDPRoute", "udproutes"), version: "*" };

const cilium = of("cilium.io", "v2");

export const CILIUM_NETWORK_POLICY = cilium("CiliumNetworkPolicy", "ciliumnetworkpolicies");
export const CILIUM_REDIRECT = cilium("CiliumLocalRedirectPolicy", "ciliumlocalredirectpolicies");
export const CILIUM_ENVOY_CONFIG = cilium("CiliumEnvoyConfig", "ciliumenvoyconfigs");
/** Calico's, by its API server and, where there is none, as it is stored. */
export const CALICO_NETWORK_POLICY = of("projectcalico.org", "v3")("NetworkPolicy", "networkpolicies");
export const CALICO_STORED_POLICY = of("crd.projectcalico.org", "v1")("NetworkPolicy", "networkpolicies");

const argo = of("argoproj.io", "v1alpha1");

export const APPLICATION = argo("Application", "applications");
export const APPLICATION_SET = argo("ApplicationSet", "applicationsets");
export const APP_PROJECT = argo("AppProject", "appprojects");
export const KUSTOMIZATION = of("kustomize.toolkit.fluxcd.io", "v1")("Kustomization", "kustomizations");
export const HELM_RELEASE = of("helm.toolkit.fluxcd.io", "v2")("HelmRelease", "helmreleases");

const externalSecrets = of("external-secrets.io", "v1");

export const SECRET_STORE = externalSecrets("SecretStore", "secretstores");
export const EXTERNAL_SECRET = externalSecrets("ExternalSecret", "externalsecrets");
/** What External Secrets does across namespaces, or out of the cluster. */
export const SHARED_SECRETS: readonly Kind[] = [
  { ...externalSecrets("ClusterSecretStore", "clustersecretstores"), cluster: true },
  { ...externalSecrets("ClusterExternalSecret", "clusterexternalsecrets"), cluster: true },
  { ...of("external-secrets.io", "v1alpha1")("ClusterPushSecret", "clusterpushsecrets"), cluster: true },
  of("external-secrets.io", "v1alpha1")("PushSecret", "pushsecrets"),
  {
    ...of("generators.external-secrets.io", "v1alpha1")("ClusterGenerator", "clustergenerators"),
    cluster: true,
  },
];

const velero = of("velero.io", "v1");

/** What Velero is told to do. */
export const VELERO_KINDS: readonly Kind[] = [
  velero("Backup", "backups"),
  velero("BackupRepository", "backuprepositories"),
  velero("BackupStorageLocation", "backupstoragelocations"),
  velero("DeleteBackupRequest", "deletebackuprequests"),
  velero("DownloadRequest", "downloadrequests"),
  velero("PodVolumeBackup", "podvolumebackups"),
  velero("PodVolumeRestore", "podvolumerestores"),
  velero("Restore", "restores"),
  velero("Schedule", "schedules"),
  velero("ServerStatusRequest", "serverstatusrequests"),
  velero("VolumeSnapshotLocation", "volumesnapshotlocations"),
  of("velero.io", "v2alpha1")("DataDownload", "datadownloads"),
  of("velero.io", "v2alpha1")("DataUpload", "datauploads"),
];

const kyverno = of("kyverno.io", "v2");
const kyvernoPolicies = of("policies.kyverno.io", "v1");

/** Kyverno's exceptions, of both its generations. */
export const POLICY_EXCEPTIONS: readonly Kind[] = [
  kyverno("PolicyException", "policyexceptions"),
  kyvernoPolicies("PolicyException", "policyexceptions"),
];
/** Kyverno's policies that are in a namespace. */
export const KYVERNO_NAMESPACED: readonly Kind[] = [
  of("kyverno.io", "v1")("Policy", "policies"),
  kyverno("CleanupPolicy", "cleanuppolicies"),
  kyvernoPolicies("NamespacedValidatingPolicy", "namespacedvalidatingpolicies"),
  kyvernoPolicies("NamespacedMutatingPolicy", "namespacedmutatingpolicies"),
  kyvernoPolicies("NamespacedGeneratingPolicy", "namespacedgeneratingpolicies"),
  kyvernoPolicies("NamespacedDeletingPolicy", "namespaceddeletingpolicies"),
  kyvernoPolicies("NamespacedImageValidatingPolicy", "namespacedimagevalidatingpolicies"),
];

const rbac = of("rbac.authorization.k8s.io", "v1");

export const ROLE = rbac("Role", "roles");
export const ROLE_BINDING = rbac("RoleBinding", "rolebindings");
export const CLUSTER_ROLE: Kind = { ...rbac("ClusterRole", "clusterroles"), cluster: true };
export const CLUSTER_ROLE_BINDING: Kind = {
  ...rbac("ClusterRoleBinding", "clusterrolebindings"),
  cluster: true,
};
export const SERVICE_ACCOUNT = core("ServiceAccount", "serviceaccounts");
export const SECRET = core("Secret", "secrets");

/** Every kind of every group. */
export const EVERY_KIND: Kind = { kind: "*", group: "*", version: "*", resource: "*" };
