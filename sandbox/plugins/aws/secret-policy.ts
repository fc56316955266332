import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-secrets-manager";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { policyProperty } from "./policy-document";
import { REGION, regionFaults } from "./region";
import { NO_SECRET } from "./secret";

/** `aws:secretsmanager/secretPolicy:SecretPolicy`. */
export const SECRET_POLICY_SCHEMA: Schema = {
  blockPublicPolicy: { type: "boolean" },
  policy: policyProperty("policy", { required: true }),
  region: REGION,
  secretArn: { type: "string", required: true, replaces: true },
};

/** The resource policy of a secret. Its id is the secret's ARN. */
export function secretPolicy(account: Account): Resource {
  const { secrets } = account;
  const put = async ({ signal }: CallContext, arn: string, inputs: Properties): Promise<void> => {
    const request = new PutResourcePolicyCommand({
      SecretId: arn,
      ResourcePolicy: String(inputs.policy),
      BlockPublicPolicy: inputs.blockPublicPolicy === true,
    });
    const sent = secrets.send(request, { abortSignal: signal });
    await attempt(
      `putting Secrets Manager Secret Policy (${arn})`,
      "Secrets Manager",
      "PutResourcePolicy",
      sent,
    );
  };
  return lifecycle(SECRET_POLICY_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    create: async (context, inputs, exists) => {
      await put(context, String(inputs.secretArn), inputs);
      exists(String(inputs.secretArn));
    },
    read: async (_context, id, known) => {
      const sent = secrets.send(new GetResourcePolicyCommand({ SecretId: id }));
      const reading = `reading Secrets Manager Secret Policy (${id})`;
      const found = await unlessMissing(
        attempt(reading, "Secrets Manager", "GetResourcePolicy", sent),
        NO_SECRET,
      );
      if (!found?.ResourcePolicy) return undefined;
      const { blockPublicPolicy } = known;
      const state = {
        secretArn: id,
        policy: found.ResourcePolicy,
        region: account.region,
        blockPublicPolicy,
      };
      return { state };
    },
    update: (context, id, { inputs }) => put(context, id, inputs),
    delete: async (_context, id) => {
      const sent = secrets.send(new DeleteResourcePolicyCommand({ SecretId: id }));
      const doing = `deleting Secrets Manager Secret Policy (${id})`;
      const attempted = attempt(doing, "Secrets Manager", "DeleteResourcePolicy", sent);
      await unlessMissing(attempted, NO_SECRET, "InvalidRequestException");
    },
  });
}
