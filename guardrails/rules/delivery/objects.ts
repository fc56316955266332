/** Objects of GitOps controllers and of External Secrets for the examples of rules about delivery. */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { EXAMPLE, NAMESPACE_NAME, meta } from "../../examples";
import type { Document, Marks } from "../../rule";

export type Fields = Readonly<Record<string, unknown>>;

/** Where Argo CD keeps what the platform writes for tenants. */
export const ARGO_NAMESPACE = "argocd";
/** A namespace that is no tenant's. */
export const NO_TENANT: Marks = {
  labels: { [labels.TENANT]: null, [labels.NAME]: null, [labels.TIER]: null, [labels.LIST]: null },
};
/** Name of the tenant's AppProject. */
export const PROJECT = names.clusterObjectName(EXAMPLE.name);

export const IN_CLUSTER = "https://kubernetes.default.svc";

/** Metadata of what the platform writes for the tenant into Argo CD's namespace. */
export function inArgo(name: string, more: Fields = {}): Fields {
  return {
    name,
    namespace: ARGO_NAMESPACE,
    labels: { [labels.TENANT]: EXAMPLE.id, [labels.NAME]: EXAMPLE.name },
    ...more,
  };
}

export function application(spec: Fields = {}, metadata: Fields = meta("web")): Document {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata,
    spec: {
      project: PROJECT,
      source: { repoURL: "https://git.example.com/example/web.git", path: "deploy", targetRevision: "main" },
      destination: { server: IN_CLUSTER, namespace: NAMESPACE_NAME },
      ...spec,
    },
  };
}

export function kustomization(spec: Fields = {}, metadata: Fields = {}): Document {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: meta("web", metadata),
    spec: {
      interval: "10m",
      prune: true,
      path: "./deploy",
      sourceRef: { kind: "GitRepository", name: "web" },
      serviceAccountName: names.RECONCILER,
      ...spec,
    },
  };
}

export function helmRelease(spec: Fields = {}): Document {
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: meta("web"),
    spec: {
      interval: "10m",
      chart: { spec: { chart: "web", sourceRef: { kind: "HelmRepository", name: "charts" } } },
      serviceAccountName: names.RECONCILER,
      ...spec,
    },
  };
}

export function externalSecret(spec: Fields = {}, metadata: Fields = {}): Document {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: meta("database", metadata),
    spec: {
      secretStoreRef: { kind: "SecretStore", name: names.SECRET_STORE },
      target: { name: "database" },
      data: [{ secretKey: "password", remoteRef: { key: "database", property: "password" } }],
      ...spec,
    },
  };
}
