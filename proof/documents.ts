/** Shapes of what the live servers answer, as far as it is judged. */

import { z } from "zod";
import * as labels from "../model/labels";

const strings = z.record(z.string(), z.string());

const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  labels: strings.default({}),
  annotations: strings.default({}),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).default([]),
  managedFields: z.array(z.object({ manager: z.string().optional() })).default([]),
});

/** A Kubernetes object whose other fields are judged by their plane. */
export const kubernetesObject = z.looseObject({ metadata });
export type LiveObject = z.output<typeof kubernetesObject>;

const list = z.object({ items: z.array(kubernetesObject) });

/** The items of a Kubernetes list. */
export function itemsOf(answer: unknown): LiveObject[] {
  return list.parse(answer).items;
}

/**
 * Whether the object is one that an earlier run of ours made for the tenant. The engine deletes what is no longer declared
 * after the program has ended, and so after the read-back: what is on its way out must not fail the run that removes it.
 */
export function isLeaving({ metadata }: LiveObject, tenantId: string): boolean {
  return (
    metadata.labels[labels.TENANT] === tenantId &&
    // Everything in the namespace bears the tenant's id; no tenant can give an object the list's label.
    metadata.labels[labels.LIST] !== undefined &&
    metadata.managedFields.length > 0 &&
    metadata.managedFields.every(({ manager = "" }) => manager.startsWith("pulumi-kubernetes"))
  );
}

/** The object of that name, among objects of one kind and one namespace. */
export function named(objects: readonly LiveObject[], name: string): LiveObject | undefined {
  return objects.find(({ metadata }) => metadata.name === name);
}

const vaultNamespaces = z.object({
  data: z.object({
    key_info: z
      .record(
        z.string(),
        z.looseObject({ custom_metadata: strings.nullish(), tainted: z.boolean().optional() }),
      )
      .default({}),
  }),
});

export interface LiveVaultNamespace {
  readonly metadata: Readonly<Record<string, string>>;
  /** Being deleted in the background. */
  readonly tainted: boolean;
}

/** Vault namespaces by path, without the closing slash. */
export function vaultNamespacesOf(answer: unknown): Map<string, LiveVaultNamespace> {
  const { key_info: infos } = vaultNamespaces.parse(answer).data;
  return new Map(
    Object.entries(infos).map(([path, { custom_metadata: metadata, tainted }]) => [
      path.replace(/\/$/, ""),
      { metadata: metadata ?? {}, tainted: tainted ?? false },
    ]),
  );
}

const vaultHealth = z.object({
  initialized: z.boolean(),
  sealed: z.boolean(),
  version: z.string().default(""),
});
export type LiveVaultHealth = z.output<typeof vaultHealth>;

/** What Vault says of itself; undefined where somebody else answered, a proxy with a page of its own for example. */
export function vaultHealthOf(answer: unknown): LiveVaultHealth | undefined {
  return vaultHealth.safeParse(answer).data;
}
