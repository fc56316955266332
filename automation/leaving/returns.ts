/** What would bring a namespace back when it is gone: GitOps that points at it from outside (A245, F82). */

import { z } from "zod";
import type { Cluster } from "../cluster";
import { listAll, type LiveObject } from "../collection";
import { RunFailure } from "../outcome";

const target = z.string().optional();

/** A kind that reconciles into namespaces, and into which. */
interface Reconciling {
  readonly kind: string;
  readonly path: string;
  readonly targets: (spec: unknown) => readonly (string | undefined)[];
}

const destination = z.object({ namespace: target });
const application = z.object({ destination: destination.optional() });
const flux = z.object({ targetNamespace: target });

const KINDS: readonly Reconciling[] = [
  {
    kind: "Application",
    path: "/apis/argoproj.io/v1alpha1/applications",
    targets: (spec) => [application.parse(spec).destination?.namespace],
  },
  {
    kind: "Kustomization",
    path: "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations",
    targets: (spec) => [flux.parse(spec).targetNamespace],
  },
  {
    kind: "HelmRelease",
    path: "/apis/helm.toolkit.fluxcd.io/v2/helmreleases",
    targets: (spec) => [flux.parse(spec).targetNamespace],
  },
];

/** The objects, each as `Application argocd/acme`. Those inside the namespaces go with them. */
export async function returningObjects(cluster: Cluster, namespaces: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const { kind, path, targets } of KINDS) {
    const pointing = ({ metadata, spec }: LiveObject) =>
      !namespaces.includes(metadata.namespace ?? "") &&
      targets(spec ?? {}).some((namespace) => namespace !== undefined && namespaces.includes(namespace));
    const objects = (await listAll(cluster, path)) ?? [];
    found.push(
      ...objects.filter(pointing).map(({ metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
    );
  }
  return found;
}

/** @throws RunFailure `resource` naming each of them. */
export async function refuseReturns(cluster: Cluster, namespaces: readonly string[]): Promise<void> {
  const found = await returningObjects(cluster, namespaces);
  if (found.length > 0) {
    throw new RunFailure(
      "resource",
      `these would bring ${namespaces.join(" and ")} back: ${found.join(", ")}; remove them without pruning what they made, then run this again`,
    );
  }
}
