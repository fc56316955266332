import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-secrets-manager";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, refusedWith, unlessMissing } from "./errors";
import { policyProperty } from "./policy-document";
import { REGION, regionFaults } from "./region";
import { NO_SECRET } from "./secret";

function arnFault(value: unknown): string | undefined {
  if (typeof value !== "string" || /^arn:[^:]*:[^:]+:[^:]*:[^:]*:.+/.test(value)) return undefined;
  return `"secret_arn" (${value}) is an invalid ARN: arn: invalid prefix`;
}

/** `aws:secretsmanager/secretPolicy:SecretPolicy`. */
export const SECRET_POLICY_SCHEMA: Schema = {
  blockPublicPolicy: { type: "boolean" },
  policy: policyProperty("policy", { required: true }),
  region: REGION,
  secretArn: { type: "string", required: true, replaces: true, check: arnFault },
};

/** The resource policy of a secret declared elsewhere. Its id is the secret's ARN. */
export function secretPolicy(account: Account): Resource {
  const { region, secrets } = account;
  const put = async ({ signal }: CallContext, SecretId: string, inputs: Properties) => {
    const request = new PutResourcePolicyCommand({
      SecretId,
      ResourcePolicy: String(inputs.policy),
      BlockPublicPolicy: inputs.blockPublicPolicy as boolean | undefined,
    });
    const sent = secrets.send(request, { abortSignal: signal });
    const doing = `putting Secrets Manager Secret (${SecretId}) policy`;
    return attempt(doing, "Secrets Manager", "PutResourcePolicy", sent);
  };
  return lifecycle(SECRET_POLICY_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    create: async (context, inputs, exists) => {
      const { ARN } = await put(context, String(inputs.secretArn), inputs);
      exists(ARN ?? "");
    },
    read: async (_context, id) => {
      const request = secrets.send(new GetResourcePolicyCommand({ SecretId: id }));
      const doing = `reading Secrets Manager Secret Policy (${id})`;
      const found = await unlessGone(attempt(doing, "Secrets Manager", "GetResourcePolicy", request));
      // A policy taken away by hand is an empty one: the next run puts it back in place.
      return found && { state: { policy: found.ResourcePolicy ?? "", region, secretArn: id } };
    },
    update: async (context, id, { inputs }) => {
      await put(context, id, { ...inputs, blockPublicPolicy: inputs.blockPublicPolicy === true });
    },
    delete: async ({ signal }, id) => {
      const request = new DeleteResourcePolicyCommand({ SecretId: id });
      const sent = secrets.send(request, { abortSignal: signal });
      const doing = `deleting Secrets Manager Secret (${id}) policy`;
      await unlessGone(attempt(doing, "Secrets Manager", "DeleteResourcePolicy", sent));
    },
  });
}

/** A secret that is marked for deletion has no policy that anyone can reach. */
async function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await unlessMissing(request, NO_SECRET);
  } catch (error) {
    if (refusedWith(error, "InvalidRequestException") && /marked for deletion/.test(String(error))) {
      return undefined;
    }
    throw error;
  }
}
