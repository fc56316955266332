/**
 * An Application is carried out by Argo CD, which may write everywhere: its project and its destination are all that
 * keeps it to the tenant (R77, R78).
 */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { NAMESPACE_NAME, OTHER_NAMESPACE, RECONCILER, meta, PROVISIONER } from "../../examples";
import { APPLICATION } from "../../kinds";
import { text, type Rule } from "../../rule";
import { ARGO_NAMESPACE, IN_CLUSTER, NO_TENANT, PROJECT, application, inArgo } from "./objects";
import { IS_TENANTS, OWNER, clusterOf, isHere, isOwnNamespace } from "./own";

const PREFIX = names.clusterObjectName("");
const DESTINATION = "object.spec.destination";
const NAMESPACE = `${DESTINATION}.?namespace.orValue("")`;

const to = (destination: Readonly<Record<string, unknown>>) => application({ destination });
const environment = `${NAMESPACE_NAME}${names.SEPARATOR}prod`;

export const argoApplications: Rule = {
  name: "argo-applications",
  requirements: ["R77", "R78"],
  matches: [{ kinds: [APPLICATION], operations: ["CREATE", "UPDATE"] }],
  variables: {
    owner: OWNER,
    project: `${text(PREFIX)} + variables.owner`,
    isTenants: IS_TENANTS,
  },
  // Argo CD writes an Application's status into the object itself.
  when: `variables.isTenants && (request.operation == "CREATE" || object.spec != oldObject.spec ||
    object.metadata.?labels.orValue({}) != oldObject.metadata.?labels.orValue({}))`,
  offences: `(variables.owner != "" && object.spec.project == variables.project ? []
      : ["its project is " + (object.spec.project == "" ? "default" : object.spec.project)]) +
    (${NAMESPACE} == "" ? ["it names no namespace as destination"]
      : ${isOwnNamespace(NAMESPACE)} ? [] : ["its destination is namespace " + ${NAMESPACE}]) +
    (${isHere(DESTINATION)} ? [] : ["its destination is cluster " +
      (${clusterOf(DESTINATION)} == "" ? "(none)" : ${clusterOf(DESTINATION)})]) +
    (object.spec.?syncPolicy.?managedNamespaceMetadata.hasValue() ? ["it writes the namespace's metadata"] : [])`,
  why: "Argo CD may write everywhere, and only its project and destination keep an Application to its tenant",
  cure: `Name the project ${PREFIX}<tenant>, with the tenant's name, and as destination a namespace of the tenant on ${IN_CLUSTER}, and leave managedNamespaceMetadata out`,
  examples: {
    passes: [
      { what: "the own project and namespace", object: application(), by: RECONCILER },
      {
        what: "this cluster by its name",
        object: to({ name: "in-cluster", namespace: NAMESPACE_NAME }),
      },
      {
        what: "a namespace of one of the tenant's environments",
        object: to({ server: IN_CLUSTER, namespace: environment }),
      },
      {
        what: "what the platform wrote for the tenant in Argo CD's namespace",
        object: application({}, inArgo("example-web")),
        by: PROVISIONER,
        namespace: NO_TENANT,
      },
      {
        what: "what the platform runs for itself in Argo CD's namespace",
        object: application(
          { project: "default", destination: { server: IN_CLUSTER, namespace: "ingress" } },
          { name: "ingress", namespace: ARGO_NAMESPACE },
        ),
        by: PROVISIONER,
        namespace: NO_TENANT,
      },
      {
        what: "what Argo CD notes on an Application that stands",
        before: application({ project: "default" }),
        object: { ...application({ project: "default" }), status: { reconciledAt: "2026-01-01T00:00:00Z" } },
      },
    ],
    fails: [
      {
        what: "the project that allows everything (A176)",
        object: application({ project: "default" }),
        says: "its project is default",
      },
      {
        what: "no project, which is the same",
        object: application({ project: "" }),
        says: "its project is default",
      },
      {
        what: "another tenant's project",
        object: application({ project: names.clusterObjectName("other") }),
        says: "its project is tenant-other",
      },
      {
        what: "a project whose name begins like the own",
        object: application({ project: `${PROJECT}-2` }),
        says: "its project is tenant-example-2",
      },
      {
        what: "another tenant's namespace (A177)",
        object: to({ server: IN_CLUSTER, namespace: OTHER_NAMESPACE }),
        says: "its destination is namespace tenant-other",
      },
      {
        what: "a namespace whose name begins like the own",
        object: to({ server: IN_CLUSTER, namespace: `${NAMESPACE_NAME}-prod` }),
        says: "its destination is namespace tenant-example-prod",
      },
      {
        what: "no namespace, so that each manifest names its own",
        object: to({ server: IN_CLUSTER }),
        says: "it names no namespace as destination",
      },
      {
        what: "another cluster by its address (A177)",
        object: to({ server: "https://10.1.2.3:6443", namespace: NAMESPACE_NAME }),
        says: "its destination is cluster https://10.1.2.3:6443",
      },
      {
        what: "another cluster by its name",
        object: to({ name: "prod-us", namespace: NAMESPACE_NAME }),
        says: "its destination is cluster prod-us",
      },
      {
        what: "this cluster and another",
        object: to({ server: IN_CLUSTER, name: "prod-us", namespace: NAMESPACE_NAME }),
        says: "its destination is cluster https://kubernetes.default.svc prod-us",
      },
      {
        what: "no cluster",
        object: to({ namespace: NAMESPACE_NAME }),
        says: "its destination is cluster (none)",
      },
      {
        what: "labels for the namespace, written by Argo CD",
        object: application({
          syncPolicy: {
            syncOptions: ["CreateNamespace=true"],
            managedNamespaceMetadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
          },
        }),
        says: "it writes the namespace's metadata",
      },
      {
        what: "another destination that comes later",
        before: application(),
        object: to({ server: IN_CLUSTER, namespace: "kube-system" }),
        says: "its destination is namespace kube-system",
      },
      {
        what: "a slip of the platform's in Argo CD's namespace",
        object: application({ project: "default" }, inArgo("example-web")),
        by: PROVISIONER,
        namespace: NO_TENANT,
        says: "its project is default",
      },
      {
        what: "a tenant's label taken off while the destination changes",
        before: application({}, inArgo("example-web")),
        object: application(
          { destination: { server: IN_CLUSTER, namespace: OTHER_NAMESPACE } },
          inArgo("example-web", { labels: {} }),
        ),
        by: PROVISIONER,
        namespace: NO_TENANT,
        says: "its project is tenant-example, its destination is namespace tenant-other",
      },
      {
        what: "a name of another tenant as a label on what is in the own namespace",
        object: application(
          { destination: { server: IN_CLUSTER, namespace: OTHER_NAMESPACE } },
          meta("web", { labels: { [labels.NAME]: "other" } }),
        ),
        says: "its destination is namespace tenant-other",
      },
    ],
  },
};
