/**
 * A tenant's project is what holds Argo CD to the tenant, whoever wrote it: exact sources and destinations, nothing of the
 * cluster, and none of the kinds by which the tenant is guarded (R78, R82).
 */

import * as names from "../../../model/names";
import * as labels from "../../../model/labels";
import { NAMESPACE_NAME, OTHER_NAMESPACE, PROVISIONER } from "../../examples";
import { APP_PROJECT } from "../../kinds";
import { text, type Document, type Example, type Rule } from "../../rule";
import { IN_CLUSTER, NO_TENANT, PROJECT, inArgo, type Fields } from "./objects";
import { IS_TENANTS, OWNER, clusterOf, isHere, isOwnNamespace } from "./own";

/** Kinds by which tenants are guarded: no role of theirs writes them, and Argo CD could. */
const GUARDED: readonly { readonly group: string; readonly kind: string }[] = [
  { group: "", kind: "ResourceQuota" },
  { group: "", kind: "LimitRange" },
  { group: "rbac.authorization.k8s.io", kind: "Role" },
  { group: "rbac.authorization.k8s.io", kind: "RoleBinding" },
  { group: "external-secrets.io", kind: "SecretStore" },
];
const PREFIX = names.clusterObjectName("");
const PATTERN = text("[*?{\\[]");
const ACCOUNT = names.RECONCILER;

const list = (field: string) => `object.spec.?${field}.orValue([])`;
const DESTINATIONS = list("destinations");
const SOURCES = list("sourceRepos");
const NAMESPACES = list("sourceNamespaces");
const ACCOUNTS = list("destinationServiceAccounts");
const CLUSTER_KINDS = list("clusterResourceWhitelist");
const REFUSED = list("namespaceResourceBlacklist");

const WRONG_DESTINATIONS = `${DESTINATIONS}.filter(one, !${isOwnNamespace(`one.?namespace.orValue("")`)} ||
    one.?namespace.orValue("").matches(${PATTERN}) || !${isHere("one")})
  .map(one, "it reaches namespace " + one.?namespace.orValue("(none)") + " on cluster " +
    (${clusterOf("one")} == "" ? "(none)" : ${clusterOf("one")}))`;
/** One that begins with an exclamation mark takes sources away. */
const WRONG_SOURCES = `${SOURCES}.filter(repo, repo.matches(${PATTERN}) && !repo.startsWith("!"))
  .map(repo, "it takes sources from " + repo)`;
const WRONG_NAMESPACES = `${NAMESPACES}.filter(one, !${isOwnNamespace("one")} || one.matches(${PATTERN}))
  .map(one, "it takes Applications from namespace " + one)`;
const WRONG_KINDS = `${CLUSTER_KINDS}.map(one, "it writes " + one.?kind.orValue("") + " of the cluster")`;
const UNGUARDED = `${text(GUARDED)}.filter(guarded, !${REFUSED}.exists(one,
    one.?group.orValue("") in [guarded.group, "*"] && one.?kind.orValue("") in [guarded.kind, "*"]))
  .map(guarded, "it may write " + guarded.kind)`;
const WRONG_ACCOUNTS = `${ACCOUNTS}.filter(one, !(one.?defaultServiceAccount.orValue("").split(":").size() == 1
    ? one.?defaultServiceAccount.orValue("") == ${text(ACCOUNT)}
    : one.defaultServiceAccount.endsWith(${text(`:${ACCOUNT}`)}) &&
      ${isOwnNamespace(`one.defaultServiceAccount.split(":")[0]`)}))
  .map(one, "it writes as service account " + one.?defaultServiceAccount.orValue(""))`;

const BLACKLIST = GUARDED.map(({ group, kind }) => ({ group, kind }));

function project(spec: Fields = {}, metadata: Fields = {}): Document {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AppProject",
    metadata: inArgo(PROJECT, metadata),
    spec: {
      sourceRepos: ["https://git.example.com/example/web.git"],
      sourceNamespaces: [NAMESPACE_NAME],
      destinations: [{ server: IN_CLUSTER, namespace: NAMESPACE_NAME }],
      namespaceResourceBlacklist: BLACKLIST,
      destinationServiceAccounts: [
        { server: IN_CLUSTER, namespace: NAMESPACE_NAME, defaultServiceAccount: ACCOUNT },
      ],
      ...spec,
    },
  };
}

const account = (defaultServiceAccount: string) =>
  project({
    destinationServiceAccounts: [{ server: IN_CLUSTER, namespace: NAMESPACE_NAME, defaultServiceAccount }],
  });
const destination = (fields: Fields) => project({ destinations: [fields] });
const environment = `${NAMESPACE_NAME}${names.SEPARATOR}prod`;

/** In Argo CD's namespace, by the platform, which this rule does not spare. */
function asPlatform<Of extends Example>(example: Of): Of {
  return { ...example, by: PROVISIONER, namespace: NO_TENANT };
}

export const argoProjects: Rule = {
  name: "argo-projects",
  requirements: ["R78", "R82"],
  matches: [{ kinds: [APP_PROJECT], operations: ["CREATE", "UPDATE"] }],
  variables: { owner: OWNER, isTenants: IS_TENANTS },
  when: `variables.isTenants && (request.operation == "CREATE" || object.spec != oldObject.spec ||
    object.metadata.?labels.orValue({}) != oldObject.metadata.?labels.orValue({}))`,
  offences: `(object.metadata.name == ${text(PREFIX)} + variables.owner ? [] : ["it bears the name of no tenant or of another"]) +
    ${[WRONG_SOURCES, WRONG_NAMESPACES, WRONG_DESTINATIONS, WRONG_KINDS, UNGUARDED, WRONG_ACCOUNTS].join(" +\n")}`,
  why: "A tenant's project is all that keeps Argo CD, which may write everywhere, to that tenant",
  cure: `Call it ${PREFIX}<tenant>, with the tenant's name; list repositories and the tenant's own namespaces in full, on ${IN_CLUSTER}; no clusterResourceWhitelist; in namespaceResourceBlacklist ${GUARDED.map(({ kind }) => kind).join(", ")}; as service account ${ACCOUNT}`,
  examples: {
    passes: [
      { what: "a tenant's project", object: project() },
      {
        what: "a project over two environments, by the cluster's name",
        object: project({
          destinations: [
            { name: "in-cluster", namespace: environment },
            { name: "in-cluster", namespace: `${NAMESPACE_NAME}${names.SEPARATOR}dev` },
          ],
          sourceNamespaces: [environment],
        }),
      },
      { what: "a project that takes nothing yet", object: project({ sourceRepos: [], destinations: [] }) },
      {
        what: "a source that is taken away again",
        object: project({ sourceRepos: ["https://git.example.com/example/web.git", "!https://*/x.git"] }),
      },
      {
        what: "the account with its namespace",
        object: account(`${NAMESPACE_NAME}:${ACCOUNT}`),
      },
      {
        what: "every kind refused, by one pattern",
        object: project({ namespaceResourceBlacklist: [{ group: "*", kind: "*" }] }),
      },
    ].map(asPlatform),
    fails: [
      {
        what: "any source (A178)",
        object: project({ sourceRepos: ["*"] }),
        says: "it takes sources from *",
      },
      {
        what: "sources by a pattern",
        object: project({ sourceRepos: ["https://git.example.com/*/web.git"] }),
        says: "it takes sources from https://git.example.com/*/web.git",
      },
      {
        what: "namespaces by a pattern (A178)",
        object: destination({ server: IN_CLUSTER, namespace: `${NAMESPACE_NAME}*` }),
        says: "it reaches namespace tenant-example* on cluster https://kubernetes.default.svc",
      },
      {
        what: "the tenant's environments by a pattern",
        object: destination({ server: IN_CLUSTER, namespace: `${NAMESPACE_NAME}${names.SEPARATOR}*` }),
        says: "it reaches namespace tenant-example--* on cluster https://kubernetes.default.svc",
      },
      {
        what: "any cluster",
        object: destination({ server: "*", namespace: environment }),
        says: "it reaches namespace tenant-example--prod on cluster *",
      },
      {
        what: "another tenant's namespace",
        object: destination({ server: IN_CLUSTER, namespace: OTHER_NAMESPACE }),
        says: "it reaches namespace tenant-other on cluster https://kubernetes.default.svc",
      },
      {
        what: "a destination without a cluster",
        object: destination({ namespace: NAMESPACE_NAME }),
        says: "it reaches namespace tenant-example on cluster (none)",
      },
      {
        what: "kinds of the cluster (A178)",
        object: project({ clusterResourceWhitelist: [{ group: "", kind: "Namespace" }] }),
        says: "it writes Namespace of the cluster",
      },
      {
        what: "no kind refused (A180)",
        object: project({ namespaceResourceBlacklist: undefined }),
        says: GUARDED.map(({ kind }) => `it may write ${kind}`).join(", "),
      },
      {
        what: "a kind of another group refused instead (A180)",
        object: project({
          namespaceResourceBlacklist: BLACKLIST.map(({ group, kind }) =>
            kind === "ResourceQuota" ? { group: "apps", kind } : { group, kind },
          ),
        }),
        says: "it may write ResourceQuota",
      },
      {
        what: "Applications from any namespace",
        object: project({ sourceNamespaces: ["*"] }),
        says: "it takes Applications from namespace *",
      },
      {
        what: "Applications from another tenant",
        object: project({ sourceNamespaces: [NAMESPACE_NAME, OTHER_NAMESPACE] }),
        says: "it takes Applications from namespace tenant-other",
      },
      {
        what: "an account of another namespace",
        object: account(`kube-system:${ACCOUNT}`),
        says: "it writes as service account kube-system:tenant-reconciler",
      },
      {
        what: "another account",
        object: account("default"),
        says: "it writes as service account default",
      },
      {
        what: "another tenant's name",
        object: project({}, { name: names.clusterObjectName("other") }),
        says: "it bears the name of no tenant or of another",
      },
      {
        what: "a project that is widened",
        before: project(),
        object: project({ sourceRepos: ["*"] }),
        says: "it takes sources from *",
      },
      {
        what: "a label by which another tenant's project becomes the own",
        before: project({}, { labels: {} }),
        object: project(
          { destinations: [{ server: IN_CLUSTER, namespace: OTHER_NAMESPACE }] },
          {
            labels: { [labels.TENANT]: "x" },
          },
        ),
        says: "it bears the name of no tenant or of another, it takes Applications from namespace tenant-example, it reaches namespace tenant-other on cluster https://kubernetes.default.svc",
      },
    ].map(asPlatform),
  },
};
