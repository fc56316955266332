/**
 * Flux carries out a Kustomization or HelmRelease with all its own rights unless the object names a service account, and
 * reads and writes in any namespace that the object names (R79, R80, R81).
 */

import * as names from "../../../model/names";
import { NAMESPACE_NAME, OTHER_NAMESPACE, RECONCILER, serviceAccount } from "../../examples";
import { HELM_RELEASE, KUSTOMIZATION } from "../../kinds";
import { text, type Rule } from "../../rule";
import { helmRelease, kustomization } from "./objects";

const ACCOUNT = `variables.spec.?serviceAccountName.orValue("")`;
const HERE = `["", string(request.namespace)]`;

/** Offences of references into another namespace. */
function elsewhere(references: string, what: string): string {
  return `${references}.filter(one, !(one.?namespace.orValue("") in ${HERE}))
    .map(one, "it ${what} " + one.namespace + "/" + one.?name.orValue(""))`;
}

/** Offence of a field that names another namespace. */
function otherNamespace(field: string): string {
  const value = `variables.spec.?${field}.orValue("")`;
  return `(${value} in ${HERE} ? [] : ["its ${field} is " + ${value}])`;
}

const source = (fields: Readonly<Record<string, unknown>>) =>
  kustomization({ sourceRef: { kind: "GitRepository", name: "web", ...fields } });
const kubeConfig = { secretRef: { name: "other-cluster" } };
const flux = serviceAccount("kustomize-controller", "flux-system");

export const fluxReconcilers: Rule = {
  name: "flux",
  requirements: ["R79", "R80", "R81"],
  matches: [{ kinds: [KUSTOMIZATION, HELM_RELEASE], operations: ["CREATE", "UPDATE"] }],
  variables: {
    spec: "dyn(object).spec",
    // One of these at most: the kinds and their fields differ.
    sources: `[variables.spec.?sourceRef, variables.spec.?chartRef, variables.spec.?chart.?spec.?sourceRef]
      .map(one, one.orValue({}))`,
  },
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `(${ACCOUNT} == ${text(names.RECONCILER)} ? [] : ${ACCOUNT} == "" ? ["it names no service account"]
      : ["its service account is " + ${ACCOUNT}]) +
    ${elsewhere("variables.sources", "takes its source from")} +
    ${elsewhere("variables.spec.?dependsOn.orValue([])", "waits for")} +
    ${otherNamespace("targetNamespace")} + ${otherNamespace("storageNamespace")} +
    (variables.spec.?kubeConfig.hasValue() ? ["it writes to another cluster"] : [])`,
  why: "Flux may write everywhere, and does unless it acts as the tenant's own service account in the tenant's own namespace",
  cure: `Set serviceAccountName: ${names.RECONCILER}, take sources of this namespace, and leave targetNamespace, storageNamespace and kubeConfig out`,
  examples: {
    passes: [
      { what: "a Kustomization as the reconciler", object: kustomization(), by: RECONCILER },
      { what: "a HelmRelease as the reconciler", object: helmRelease(), by: RECONCILER },
      {
        what: "the own namespace spelt out",
        object: kustomization({
          targetNamespace: NAMESPACE_NAME,
          sourceRef: { kind: "GitRepository", name: "web", namespace: NAMESPACE_NAME },
          dependsOn: [{ name: "database", namespace: NAMESPACE_NAME }],
        }),
      },
      {
        what: "secrets that Flux decrypts",
        object: kustomization({ decryption: { provider: "sops", secretRef: { name: "sops-keys" } } }),
      },
      {
        what: "a chart that stands already",
        object: helmRelease({ chart: undefined, chartRef: { kind: "OCIRepository", name: "web" } }),
      },
      {
        what: "what Flux itself notes on a Kustomization that stands",
        before: kustomization({ serviceAccountName: undefined }),
        object: kustomization(
          { serviceAccountName: undefined },
          { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
        ),
        by: flux,
      },
    ],
    fails: [
      {
        what: "no service account (A182)",
        object: kustomization({ serviceAccountName: undefined }),
        says: "it names no service account",
      },
      {
        what: "an empty name of a service account",
        object: kustomization({ serviceAccountName: "" }),
        says: "it names no service account",
      },
      {
        what: "a HelmRelease without service account (A182)",
        object: helmRelease({ serviceAccountName: undefined }),
        says: "it names no service account",
      },
      {
        what: "another service account",
        object: kustomization({ serviceAccountName: "kustomize-controller" }),
        says: "its service account is kustomize-controller",
      },
      {
        what: "a source of Flux's own namespace (A181)",
        object: source({ namespace: "flux-system", name: "flux-system" }),
        says: "it takes its source from flux-system/flux-system",
      },
      {
        what: "a source of a namespace whose name begins like the own",
        object: source({ namespace: `${NAMESPACE_NAME}${names.SEPARATOR}prod` }),
        says: "it takes its source from tenant-example--prod/web",
      },
      {
        what: "a chart from another tenant's repository (A181)",
        object: helmRelease({
          chart: {
            spec: {
              chart: "web",
              sourceRef: { kind: "HelmRepository", name: "charts", namespace: OTHER_NAMESPACE },
            },
          },
        }),
        says: "it takes its source from tenant-other/charts",
      },
      {
        what: "a chart of another tenant's (A181)",
        object: helmRelease({
          chart: undefined,
          chartRef: { kind: "HelmChart", name: "web", namespace: OTHER_NAMESPACE },
        }),
        says: "it takes its source from tenant-other/web",
      },
      {
        what: "another namespace as target (A183)",
        object: kustomization({ targetNamespace: OTHER_NAMESPACE }),
        says: "its targetNamespace is tenant-other",
      },
      {
        what: "a release recorded in another namespace",
        object: helmRelease({ targetNamespace: OTHER_NAMESPACE, storageNamespace: "kube-system" }),
        says: "its targetNamespace is tenant-other, its storageNamespace is kube-system",
      },
      {
        what: "another cluster (A183)",
        object: kustomization({ kubeConfig }),
        says: "it writes to another cluster",
      },
      {
        what: "a release for another cluster (A183)",
        object: helmRelease({ kubeConfig }),
        says: "it writes to another cluster",
      },
      {
        what: "a wait for another tenant's",
        object: kustomization({
          dependsOn: [{ name: "database" }, { name: "web", namespace: OTHER_NAMESPACE }],
        }),
        says: "it waits for tenant-other/web",
      },
      {
        what: "a service account that is taken away later, by Flux",
        before: kustomization(),
        object: kustomization({ serviceAccountName: undefined }),
        by: flux,
        says: "it names no service account",
      },
    ],
  },
};
