/** Policies as declared, judged by an evaluator of IAM policies. */

import assert from "node:assert/strict";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { platform } from "./fixtures";
import type { Declared } from "./graph";

const ACCOUNT = platform.aws.accountId;

/** A policy of the graph, as a document. */
export function documentOf(graph: readonly Declared[], name: string, property = "policy"): unknown {
  const declared = graph.find((candidate) => candidate.name === name);
  assert.ok(declared, `no resource ${name}`);
  return JSON.parse(declared.props[property] as string);
}

export type Context = Readonly<Record<string, string>>;
/** A request of one action on one resource, with what AWS knows besides. */
export type Case = readonly [action: string, resource: string, context?: Context];

export interface Policies {
  readonly principal: string;
  readonly identity: readonly unknown[];
  readonly boundary?: unknown;
  readonly resourcePolicy?: unknown;
}

export async function allows([action, resource, context]: Case, policies: Policies): Promise<boolean> {
  const { principal, identity, boundary, resourcePolicy } = policies;
  const result = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { "aws:PrincipalArn": principal, ...context },
      },
      identityPolicies: identity.map((policy, index) => ({ name: `identity-${index}`, policy })),
      ...(boundary !== undefined && { permissionBoundaryPolicies: [{ name: "boundary", policy: boundary }] }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    },
    {},
  );
  assert.ok(result.resultType !== "error", JSON.stringify(result));
  return result.overallResult === "Allowed";
}

export const each = (service: string, actions: string, resource: string, context?: Context): Case[] =>
  actions.split(" ").map((action) => [`${service}:${action}`, resource, context]);
/** The request in words. */
export const title = ([action, resource, context]: Case) =>
  [action, resource, ...Object.entries(context ?? {}).map((entry) => entry.join("="))].join(" ");
