/**
 * Judges a request by a rule where no API server is asked: the CEL is the policy's own, evaluated here with the functions
 * of Kubernetes that the rules use. `test/parity` holds it to the API server's answers.
 */

import type { Environment } from "@marcbachmann/cel-js";
import type { GuardedPlatform } from "../model/provisioner";
import { celEnvironment, celValue } from "./cel";
import { HOLDS, messageOf, variablesOf, type Document, type Requester, type Rule } from "./rule";
import { conditions, exemptNamespaces } from "./scope";

/** What an API server knows of a request when it asks its policies. */
export interface Request {
  readonly object?: Document;
  readonly before?: Document;
  readonly subresource?: string;
  readonly by: Requester;
  /** The namespace that the object is in, as it stands; absent where the kind has none. */
  readonly namespace?: Document;
}

type Expression = ReturnType<Environment["parse"]>;

/** A rule whose CEL has been parsed once. */
export interface Judge {
  readonly rule: Rule;
  /** The sentence of the refusal; nothing where the request is let through. */
  readonly judge: (request: Request) => string | undefined;
}

/** @throws where the rule's CEL cannot be parsed. */
export function judgeOf(rule: Rule, platform: GuardedPlatform): Judge {
  const environment = celEnvironment();
  const exempt = exemptNamespaces(platform);
  const asked = conditions(rule, platform).map(({ expression }) => environment.parse(expression));
  const variables = Object.entries(variablesOf(rule)).map(([name, expression]): [string, Expression] => [
    name,
    environment.parse(expression),
  ]);
  const holds = environment.parse(HOLDS);
  const message = environment.parse(messageOf(rule));
  return {
    rule,
    judge: (request) => {
      if (!isAbout(rule, request) || exempt.includes(nameOf(request.namespace))) {
        return undefined;
      }
      const context: Record<string, unknown> = facts(request);
      if (!asked.every((condition) => condition(context) === true)) {
        return undefined;
      }
      context["variables"] = lazy(variables, context);
      return holds(context) === true ? undefined : String(message(context));
    },
  };
}

function isAbout({ matches }: Rule, request: Request): boolean {
  const { apiVersion, kind } = (request.object ?? request.before) as { apiVersion: string; kind: string };
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return matches.some(
    ({ kinds, operations, subresources = [] }) =>
      operations.includes(operationOf(request)) &&
      (request.subresource === undefined ||
        subresources.some((one) => one === "*" || one === request.subresource)) &&
      kinds.some(
        (one) => (one.kind === "*" || one.kind === kind) && (one.group === "*" || one.group === group),
      ),
  );
}

/** A request's operation, by what is sent and what stood there. */
export function operationOf({ object, before }: Pick<Request, "object" | "before">) {
  return object === undefined ? "DELETE" : before === undefined ? "CREATE" : "UPDATE";
}

function nameOf(document: Document | undefined): string {
  return (document?.["metadata"] as { name?: string } | undefined)?.name ?? "";
}

/** The variables that the API server hands to CEL. */
function facts(request: Request): Record<string, unknown> {
  const { object, before, subresource = "", by, namespace } = request;
  const { apiVersion, kind } = (object ?? before) as { apiVersion: string; kind: string };
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  return {
    object: celValue(object ?? null),
    oldObject: celValue(before ?? null),
    namespaceObject: celValue(namespace ?? null),
    request: celValue({
      kind: { group, version, kind },
      name: nameOf(object ?? before),
      namespace: nameOf(namespace),
      operation: operationOf(request),
      subResource: subresource,
      userInfo: { username: by.username, groups: by.groups, ...(by.extra && { extra: by.extra }) },
    }),
  };
}

/** Variables are worked out when they are first used, and once, as in the API server. */
function lazy(variables: readonly [string, Expression][], context: Record<string, unknown>): object {
  const values = {};
  for (const [name, expression] of variables) {
    Object.defineProperty(values, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        const value: unknown = expression(context);
        Object.defineProperty(values, name, { enumerable: true, value });
        return value;
      },
    });
  }
  return values;
}
