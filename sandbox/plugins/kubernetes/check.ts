/** Inputs as the program gives them, made whole: type, name, namespace. */

import { createHash, randomBytes } from "node:crypto";
import { isUnknown, type CallContext, type CheckFailure, type Naming } from "../protocol";
import type { Properties } from "../wire";
import type { Kind } from "./discovery";
import { annotation, ANNOTATIONS, at, isObject, textAt, withoutNulls } from "./object";
import { toServer } from "./schema-keys";

const MANAGED_BY = "app.kubernetes.io/managed-by";

export interface CheckRules {
  /** Of the resource type, for inputs that do not say. */
  readonly kind: Kind;
  /** Fields of an object that is somebody else's. */
  readonly isPatch: boolean;
  /** Undefined for kinds without namespaces. */
  readonly defaultNamespace?: string;
  readonly serverSideApply: boolean;
}

/** @throws Error for what the official provider refuses outright; other faults are failures with their property. */
export function checked(
  { urn, naming }: CallContext,
  rules: CheckRules,
  olds: Properties,
  news: Properties,
): { inputs: Properties; failures: CheckFailure[] } {
  const inputs: Properties = { ...rules.kind, ...toServer(withoutNulls(news) as Properties) };
  const failures = faults(inputs);
  if (failures.length > 0 || isUnknown(inputs["metadata"])) {
    return { inputs, failures };
  }
  if (rules.isPatch && !rules.serverSideApply) {
    throw new Error(
      "patch resources require Server-Side Apply mode, which is enabled using the `enableServerSideApply` Provider config",
    );
  }
  let metadata = { ...(inputs["metadata"] as Properties | undefined) };
  if (metadata["name"] === undefined || metadata["name"] === "") {
    metadata = named(metadata, rules, olds, urn, naming);
  }
  if (rules.defaultNamespace !== undefined && [undefined, ""].includes(metadata["namespace"] as string)) {
    metadata["namespace"] = rules.defaultNamespace;
  }
  if (isNew(olds) ? !rules.serverSideApply : at(olds, "metadata", "labels", MANAGED_BY) !== undefined) {
    metadata = withEntry(metadata, "labels", MANAGED_BY, "pulumi");
  }
  return { inputs: { ...inputs, metadata }, failures: [] };
}

function named(
  metadata: Properties,
  { isPatch, serverSideApply }: CheckRules,
  olds: Properties,
  urn: string,
  naming: Naming | undefined,
): Properties {
  if (isPatch) {
    throw new Error("patch resources require the `.metadata.name` field to be set");
  }
  const kept = annotation(olds, "autonamed") === "true" ? textAt(olds, "metadata", "name") : undefined;
  if (kept === undefined && metadata["generateName"] !== undefined) {
    if (serverSideApply) {
      throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
    }
    return metadata;
  }
  if (kept === undefined && naming?.disabled) {
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  }
  const name = kept ?? naming?.proposed ?? `${urn.split("::").at(-1)}-${suffix(naming)}`;
  return withEntry({ ...metadata, name }, "annotations", ANNOTATIONS.autonamed, "true");
}

/** The same in the preview and in the run that follows. */
function suffix(naming: Naming | undefined): string {
  const { seed } = naming ?? {};
  const bytes =
    seed === undefined || seed.length === 0 ? randomBytes(4) : createHash("sha256").update(seed).digest();
  return bytes.toString("hex").slice(0, 8);
}

function isNew(olds: Properties): boolean {
  return Object.keys(olds).length === 0;
}

function withEntry(metadata: Properties, map: string, key: string, value: string): Properties {
  const entries = metadata[map];
  return isUnknown(entries)
    ? metadata
    : { ...metadata, [map]: { ...(entries as Properties | undefined), [key]: value } };
}

function faults(inputs: Properties): CheckFailure[] {
  const metadata = inputs["metadata"];
  if (metadata === undefined || isUnknown(metadata)) {
    return [];
  }
  if (!isObject(metadata)) {
    return [{ property: "metadata", reason: "metadata must be an object" }];
  }
  const texts = ["name", "namespace", "generateName"].filter(
    (key) => metadata[key] !== undefined && !isUnknown(metadata[key]) && typeof metadata[key] !== "string",
  );
  const maps = ["labels", "annotations"].filter((key) => !isTextMap(metadata[key]));
  return [
    ...texts.map((key) => ({ property: `metadata.${key}`, reason: `metadata.${key} must be a text` })),
    ...maps.map((key) => ({
      property: `metadata.${key}`,
      reason: `metadata.${key} must be an object whose values are texts`,
    })),
  ];
}

function isTextMap(value: unknown): boolean {
  return (
    value === undefined ||
    isUnknown(value) ||
    (isObject(value) && Object.values(value).every((text) => typeof text === "string" || isUnknown(text)))
  );
}
