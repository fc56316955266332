/**
 * What a guardrail is: one rule in Kubernetes CEL, from which every engine's policy, the check at preview and the page
 * for people are made. A rule never reads what a tenant could have written about itself: what it knows of the tenant
 * stands on the namespace, where the platform wrote it, or in the platform's own settings.
 */

import * as labels from "../model/labels";
import type { Kind } from "./kinds";

export type Operation = "CREATE" | "UPDATE" | "DELETE";

/** Requests that a rule is about. */
export interface Match {
  readonly kinds: readonly Kind[];
  readonly operations: readonly Operation[];
  /** Subresources of these kinds that count as well: `status`, `ephemeralcontainers`; none by default. */
  readonly subresources?: readonly string[];
}

export interface Rule {
  /** Kebab-case; the policy is called `tenantry-<name>`. */
  readonly name: string;
  /** Rows of the requirements that the rule answers: `R20`. */
  readonly requirements: readonly string[];
  readonly matches: readonly Match[];
  /** CEL by name, evaluated when it is first used; each may use those before it and the common ones (`COMMON`). */
  readonly variables?: Readonly<Record<string, string>>;
  /** CEL: whether the rule is about this request; by default it is about every one that matches. */
  readonly when?: string;
  /**
   * CEL: a list of texts, one for each thing that is wrong, such as `container app is privileged`. Nothing is wrong
   * where it is empty.
   */
  readonly offences: string;
  /** Why that is refused: a sentence, without full stop, for the tenant. */
  readonly why: string;
  /** What to do instead: a sentence, without full stop, for the tenant. */
  readonly cure: string;
  /** Whether the platform's own identities are left alone; they are by default judged like everybody else. */
  readonly sparesPlatform?: boolean;
  /** Whether the operator is left alone, because its own guard is the narrower; it is by default judged like tenants. */
  readonly sparesOperator?: boolean;
  /** Kubernetes' own controllers that are left alone, by user name; none by default. */
  readonly spares?: readonly string[];
  readonly examples: Examples;
}

/** An object as it is sent. */
export type Document = Readonly<Record<string, unknown>>;

/** A request that a rule is tried with. */
export interface Example {
  /** What is special about it, in a few words. */
  readonly what: string;
  /** What is sent; with a DELETE there is nothing. */
  readonly object?: Document;
  /** What stood there before: makes the request an UPDATE, or a DELETE where nothing is sent. */
  readonly before?: Document;
  readonly subresource?: string;
  /** Who asks; default: the tenant's admin. */
  readonly by?: Requester;
  /** The namespace's own marks on top of those of the usual example tenant; a key that is `null` is missing. */
  readonly namespace?: Marks;
}

/** A request that the rule refuses. */
export interface FailingExample extends Example {
  /** What the refusal says is wrong: the offences, joined by a comma and a space. */
  readonly says: string;
}

export interface Examples {
  readonly passes: readonly Example[];
  readonly fails: readonly FailingExample[];
}

export interface Requester {
  readonly username: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface Marks {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/** Name of the variable with the offences. */
export const OFFENCES = "offences";

/**
 * What every rule may use: `target`, the object or, on DELETE, what is to go; `what`, the object in words; `marks` and
 * `notes`, labels and annotations of the namespace; `tenant`, its tenant's id or nothing; `before`, what stood there or
 * nothing.
 */
export const COMMON: Readonly<Record<string, string>> = {
  // Not by null: Kyverno hands over an empty object where the API server hands over none.
  target: `request.operation == "DELETE" ? oldObject : object`,
  what: `variables.target.kind + " " + string(variables.target.metadata.?name.orValue(""))`,
  marks: `namespaceObject == null ? {} : namespaceObject.metadata.?labels.orValue({})`,
  notes: `namespaceObject == null ? {} : namespaceObject.metadata.?annotations.orValue({})`,
  tenant: `string(variables.marks[?${text(labels.TENANT)}].orValue(""))`,
};

/** The variables of a rule's policy in the order in which they may use each other; the offences come last. */
export function variablesOf({ variables = {}, when, offences }: Rule): Readonly<Record<string, string>> {
  return {
    ...COMMON,
    ...variables,
    [OFFENCES]: when === undefined ? offences : `(${when}) ? (${offences}) : []`,
  };
}

/** CEL: whether the rule lets the request through. */
export const HOLDS = `variables.${OFFENCES}.size() == 0`;

/** CEL of what the tenant reads. */
export function messageOf(rule: Rule): string {
  return `variables.what + ": " + variables.${OFFENCES}.join(", ") + ${text(`. ${advice(rule)}`)}`;
}

/** The part of the message that is the same for every request. */
export function advice({ why, cure }: Rule): string {
  return `${why}. ${cure}.`;
}

/** The whole sentence that an example is refused with. */
export function refusalOf(rule: Rule, example: FailingExample): string {
  const { kind, metadata } = (example.object ?? example.before ?? {}) as {
    kind: string;
    metadata: { name: string };
  };
  return `${kind} ${metadata.name}: ${example.says}. ${advice(rule)}`;
}

/** The name of a rule's policy, in every engine. */
export function policyName({ name }: Rule): string {
  return `tenantry-${name}`;
}

/** CEL of a value that is known beforehand. */
export function text(value: unknown): string {
  return JSON.stringify(value);
}
