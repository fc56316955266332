/** Puts a declared object to the guardrails, as the API server will when it is made. */

import { enforcement } from "../guardrails/enforcement";
import * as kinds from "../guardrails/kinds";
import { judgeOf, type Judge, type Request } from "../guardrails/preview";
import type { Document, Requester } from "../guardrails/rule";
import type { GuardrailAction } from "../model/platform";
import * as names from "../model/names";
import { isPartlyUnknown, kubernetesObject, UNKNOWN, type Declared, type KubernetesObject } from "./declared";
import { namespaceNamed, remember } from "./namespaces";
import type { Setting } from "./project";

/** What the rules say of an object. */
export interface Judgement {
  /** Refusals that nothing unknown can turn into a yes. */
  readonly refused: readonly string[];
  /** Refusals that hang on a value which the engine does not know yet; judged again when it does. */
  readonly undecided: readonly string[];
}

/** What the rules with an action say of the object that a resource declares. */
export function judgeAdmission(resource: Declared, setting: Setting, action: GuardrailAction): Judgement {
  const object = kubernetesObject(resource);
  if (object === undefined) {
    return { refused: [], undecided: [] };
  }
  if (object.kind === kinds.NAMESPACE.kind && object.apiVersion === kinds.NAMESPACE.version) {
    remember(setting, object.name, object.document);
  }
  const { [action]: judges } = judgesOf(setting);
  const namespace = namespaceOf(object, resource);
  const around = {
    by: requesterOf(setting, namespace),
    ...(namespace !== undefined && { namespace: namespaceNamed(namespace, setting) }),
  };
  const refusals = (document: unknown, refusalBy: typeof strictly): ReadonlyMap<string, string> => {
    const request: Request = { ...around, object: document as Document };
    return new Map(
      judges.flatMap((judge): [string, string][] => {
        const sentence = refusalBy(judge, request);
        return sentence === undefined ? [] : [[judge.rule.name, sentence]];
      }),
    );
  };
  if (!isPartlyUnknown(object.document)) {
    return { refused: [...refusals(object.document, strictly).values()], undecided: [] };
  }
  // A rule may be against a field that is there, or against one that is missing: nobody can tell which it will be.
  const without = refusals(replaceUnknown(object.document, undefined), leniently);
  const withStandIns = refusals(replaceUnknown(object.document, "(not known yet)"), leniently);
  const certain = (rule: string) => without.get(rule) === withStandIns.get(rule);
  const either = [...new Map([...without, ...withStandIns])];
  return {
    refused: either.filter(([rule]) => certain(rule)).map(([, sentence]) => sentence),
    undecided: either.filter(([rule]) => !certain(rule)).map(([, sentence]) => sentence),
  };
}

const parsed = new WeakMap<Setting, Record<GuardrailAction, readonly Judge[]>>();

/** The platform's rules by what becomes of a request that they are against; parsed once. */
function judgesOf(setting: Setting): Record<GuardrailAction, readonly Judge[]> {
  const known = parsed.get(setting);
  if (known !== undefined) {
    return known;
  }
  const { platform } = setting;
  const of = (wanted: GuardrailAction) =>
    enforcement(platform).flatMap(({ rule, action }) => (action === wanted ? [judgeOf(rule, platform)] : []));
  const judges = { enforce: of("enforce"), audit: of("audit") };
  parsed.set(setting, judges);
  return judges;
}

/** A rule that cannot be worked out refuses, as in the API server. */
function strictly({ rule, judge }: Judge, request: Request): string | undefined {
  try {
    return judge(request);
  } catch (error) {
    const { kind, metadata } = request.object as { kind: string; metadata?: { name?: string } };
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return `${kind} ${metadata?.name ?? ""}: the rule ${rule.name} cannot judge it: ${why}`;
  }
}

/** Where a part of the object is made up, a rule that stumbles over it says nothing. */
function leniently({ judge }: Judge, request: Request): string | undefined {
  try {
    return judge(request);
  } catch {
    return undefined;
  }
}

const CLUSTER_KINDS = new Set(
  Object.values(kinds).flatMap((kind) => ("cluster" in kind && kind.cluster ? [kind.kind] : [])),
);
const KNOWN_KINDS = new Set(Object.values(kinds).flatMap((kind) => ("kind" in kind ? [kind.kind] : [])));

/** Where the object will lie; undefined for one that lies in no namespace. */
function namespaceOf(
  { kind, namespace }: KubernetesObject,
  { defaultNamespace }: Declared,
): string | undefined {
  if (namespace !== undefined || CLUSTER_KINDS.has(kind) || !KNOWN_KINDS.has(kind)) {
    return namespace;
  }
  return defaultNamespace ?? "default";
}

/** Who sends the object: whoever runs the stack (docs/architecture.md). */
function requesterOf({ kind, platform }: Setting, namespace = ""): Requester {
  const account = (within: string, name: string): Requester => ({
    username: `system:serviceaccount:${within}:${name}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${within}`, "system:authenticated"],
  });
  switch (kind) {
    case "platform":
      return { username: "administrator", groups: ["system:masters", "system:authenticated"] };
    case "list":
      return account(platform.cluster.provisionerNamespace, names.PROVISIONER);
    case "foreign":
      return account(namespace, names.RECONCILER);
  }
}

function replaceUnknown(value: unknown, by: unknown): unknown {
  if (value === UNKNOWN) {
    return by;
  }
  if (Array.isArray(value)) {
    return value.map((item) => replaceUnknown(item, by)).filter((item) => item !== undefined);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => [key, replaceUnknown(inner, by)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  }
  return value;
}
