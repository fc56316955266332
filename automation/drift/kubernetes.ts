/** Looks at a declared Kubernetes object on the live cluster, whatever its kind (R92). */

import { z } from "zod";
import { kubernetesObject } from "../../proof/documents";
import { missing, ReadError, type Reader } from "../../proof/reader";
import { differences, type Sight } from "./compare";
import type { DeclaredObject } from "./declared";

const declaredSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
});

const resources = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** Told to the provider, not to the cluster. */
const PROVIDERS = /^pulumi\.com\//;
/** Labels that the API server and the provider write by themselves. */
const WRITTEN = ["kubernetes.io/metadata.name", "app.kubernetes.io/managed-by"];

/** `RoleBinding tenant-acme/tenant-admin`, as the read-back calls it too. */
export function kubernetesName({ inputs }: DeclaredObject): string {
  const { kind, metadata } = declaredSchema.parse(inputs);
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

export class KubernetesLooker {
  /** Paths of kinds by API version: asked once. */
  private readonly served = new Map<string, Promise<z.output<typeof resources>["resources"]>>();

  constructor(private readonly cluster: Reader) {}

  /** @throws ReadError where the API server does not answer. */
  async look({ inputs }: DeclaredObject): Promise<Sight> {
    const declared = declaredSchema.parse(inputs);
    const path = await this.pathOf(declared);
    const answer =
      path === undefined ? undefined : await this.cluster.get(path).catch(missing).catch(forbidden);
    if (answer === undefined || answer === FORBIDDEN) {
      return { seen: answer === undefined ? "missing" : "hidden" };
    }
    const live = kubernetesObject.parse(answer);
    if (live.metadata.deletionTimestamp !== undefined) {
      return { seen: "live", differences: [{ field: "it", declared: "standing", live: "being deleted" }] };
    }
    const { labels, annotations } = declared.metadata;
    const wanted = Object.entries(annotations).filter(([key]) => !PROVIDERS.test(key));
    const added = Object.entries(live.metadata.labels).filter(
      ([key]) => !(key in labels) && !WRITTEN.includes(key),
    );
    return {
      seen: "live",
      differences: [
        ...differences(live, { ...declared, metadata: { labels, annotations: Object.fromEntries(wanted) } }),
        ...added.map(([key, value]) => ({
          field: `metadata.labels.${key}`,
          declared: "nothing",
          live: value,
        })),
      ],
    };
  }

  private async pathOf({ apiVersion, kind, metadata }: z.output<typeof declaredSchema>) {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const asked =
      this.served.get(root) ??
      this.cluster.get(root).then(
        (answer) => resources.parse(answer).resources,
        (error: unknown) => missing(error) ?? [],
      );
    this.served.set(root, asked);
    const found = (await asked).find((entry) => entry.kind === kind && !entry.name.includes("/"));
    if (found === undefined) {
      return undefined;
    }
    const within = found.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${root}${within}/${found.name}/${metadata.name}`;
  }
}

const FORBIDDEN = Symbol("forbidden");

function forbidden(error: unknown): typeof FORBIDDEN {
  if (error instanceof ReadError && error.status === 403) {
    return FORBIDDEN;
  }
  throw error;
}
