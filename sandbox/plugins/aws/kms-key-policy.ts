import { GetKeyPolicyCommand, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { policyProperty } from "./policy-document";
import { REGION, regionFaults } from "./region";

/** `aws:kms/keyPolicy:KeyPolicy`. */
export const KEY_POLICY_SCHEMA: Schema = {
  bypassPolicyLockoutSafetyCheck: { type: "boolean", default: false },
  keyId: { type: "string", required: true, replaces: true },
  policy: policyProperty("policy", { required: true }),
  region: REGION,
};

/** The policy of a key declared elsewhere. Deleting it restores AWS's default: the account decides. */
export function kmsKeyPolicy(account: Account): Resource {
  const { kms } = account;
  const put = async (
    { signal }: CallContext,
    doing: string,
    keyId: string,
    policy: string,
    bypass: boolean,
  ) => {
    const request = new PutKeyPolicyCommand({
      KeyId: keyId,
      PolicyName: "default",
      Policy: policy,
      BypassPolicyLockoutSafetyCheck: bypass,
    });
    await attempt(doing, "KMS", "PutKeyPolicy", kms.send(request, { abortSignal: signal }));
  };
  const write = async (context: CallContext, keyId: string, inputs: Properties): Promise<void> =>
    put(
      context,
      `attaching KMS Key policy (${keyId})`,
      keyId,
      String(inputs.policy),
      inputs.bypassPolicyLockoutSafetyCheck === true,
    );
  return lifecycle(KEY_POLICY_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    create: async (context, inputs, exists) => {
      await write(context, String(inputs.keyId), inputs);
      exists(String(inputs.keyId));
    },
    read: async (_context, id) => {
      const request = kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" }));
      const reply = await unlessMissing(
        attempt(`reading KMS Key (${id}) policy`, "KMS", "GetKeyPolicy", request),
        "NotFoundException",
      );
      return reply && { state: { keyId: id, policy: reply.Policy, region: account.region } };
    },
    update: async (context, id, { inputs }) => write(context, id, inputs),
    delete: async (context, id) => {
      const owner = (await account.identity()).Account;
      const statement = {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:${account.partition}:iam::${owner}:root` },
        Action: "kms:*",
        Resource: "*",
      };
      const policy = JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: [statement] });
      const restored = put(context, `updating KMS Key (${id}) policy`, id, policy, false);
      await unlessMissing(restored, "NotFoundException");
    },
  });
}
