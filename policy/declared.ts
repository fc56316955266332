/** What a program declares, as far as the engine knows it by now. */

import { UnknownValueError, type PolicyResource, type ResourceValidationArgs } from "@pulumi/policy";

/** Stands where the engine learns a value only when it applies. */
export const UNKNOWN = Symbol("unknown");

export type Properties = Readonly<Record<string, unknown>>;

/** A resource that a policy looks at. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
  /** With `UNKNOWN` wherever a value is not known yet. */
  readonly props: Properties;
  /** The namespace that its provider puts objects into which name none. */
  readonly defaultNamespace?: string;
}

/**
 * The resource without the traps of the policy SDK: reading one unknown value there ends the whole policy, and what is
 * mandatory becomes a remark. Nothing is copied before it is looked at.
 */
export function declared({
  type,
  name,
  urn,
  opts,
  props,
  provider,
}: ResourceValidationArgs | PolicyResource): Declared {
  let copy: Properties | undefined;
  const defaultNamespace: unknown = provider && tryGet(provider.props, "namespace");
  return {
    type,
    name,
    urn,
    protect: opts.protect,
    ...(typeof defaultNamespace === "string" && { defaultNamespace }),
    get props() {
      return (copy ??= knownOf(props) as Properties);
    },
  };
}

function knownOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => tryGet(value, String(index)));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.keys(value).map((key) => [key, tryGet(value, key)]));
  }
  return value;
}

function tryGet(of: object, key: string): unknown {
  try {
    return knownOf((of as Record<string, unknown>)[key]);
  } catch (error) {
    if (error instanceof UnknownValueError) {
      return UNKNOWN;
    }
    throw error;
  }
}

/** What lies at a path of a value; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Properties)[key] : undefined),
    value,
  );
}

/** The text at a path; undefined where there is none or it is not known yet. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A value as it may stand in a sentence; what is missing is spelt by `missing`. */
export function inWords(value: unknown, missing = "nothing"): string {
  if (value === UNKNOWN) {
    return "something that is not known yet";
  }
  return typeof value === "string" ? value : value === undefined ? missing : JSON.stringify(value);
}

/** Whether a value is, or holds, something that is not known yet. */
export function isPartlyUnknown(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(isPartlyUnknown);
  }
  return typeof value === "object" && value !== null
    ? Object.values(value).some(isPartlyUnknown)
    : value === UNKNOWN;
}

export interface Place {
  readonly stack: string;
  /** Name of the Pulumi project. */
  readonly program: string;
}

/** The parts of a URN that say where a resource belongs. */
export function placeOf(urn: string): Place {
  const [head = "", program = ""] = urn.split("::");
  return { stack: head.replace(/^urn:pulumi:/, ""), program };
}

/** The object of Kubernetes that a resource declares; undefined for one that is none, such as a Helm release. */
export function kubernetesObject({ type, props }: Declared): KubernetesObject | undefined {
  const [kind, apiVersion] = [textAt(props, "kind"), textAt(props, "apiVersion")];
  return type.startsWith("kubernetes:") && kind !== undefined && apiVersion !== undefined
    ? {
        kind,
        apiVersion,
        name: textAt(props, "metadata", "name") ?? "",
        namespace: textAt(props, "metadata", "namespace"),
        document: props,
      }
    : undefined;
}

export interface KubernetesObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace?: string;
  readonly document: Properties;
}
