/** An AWS account that answers from a table and writes down what it was asked. */

import type { Account } from "../../sandbox/plugins/aws/account";

/** What one request is answered with; an error is thrown. */
export type Answer = (input: Record<string, unknown>) => unknown;

/** The account, and the names and inputs of the requests it got. */
export interface Asked {
  readonly account: Account;
  readonly requests: [string, Record<string, unknown>][];
}

/** @param answers by the name of the operation, e.g. `CreateSecret`; the others answer with nothing. */
export function asked(answers: Record<string, Answer>): Asked {
  const requests: Asked["requests"] = [];
  const client = {
    send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const name = command.constructor.name.replace(/Command$/, "");
      requests.push([name, command.input]);
      return Promise.resolve((await answers[name]?.(command.input)) ?? {});
    },
  };
  const account = {
    region: "eu-west-1",
    partition: "aws",
    defaultTags: {},
    ...{ ec2: client, eks: client, iam: client, kms: client, s3: client, secrets: client },
    identity: () => Promise.resolve({ Account: "000000000000" }),
  };
  return { account: account as unknown as Account, requests };
}

/** A call of the engine's, outside a preview. */
export const CALL = {
  urn: "urn:pulumi:s::p::aws:x/y:Y::acme",
  preview: false,
  timeoutSeconds: 0,
  signal: new AbortController().signal,
};
