import {
  AttachRolePolicyCommand,
  DetachRolePolicyCommand,
  paginateListAttachedRolePolicies,
} from "@aws-sdk/client-iam";
import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, refusedWith, requestFailure, unlessMissing } from "./errors";

/** `aws:iam/rolePolicyAttachment:RolePolicyAttachment`. */
export const ATTACHMENT_SCHEMA: Schema = {
  policyArn: { type: "string", required: true, replaces: true },
  role: { type: "string", required: true, replaces: true },
};

/** A managed policy on a role. Its id is `role/arn`, also for an import. */
export function iamRolePolicyAttachment(account: Account): Resource {
  const { iam } = account;
  const attached = async (role: string, arn: string): Promise<boolean> => {
    try {
      for await (const page of paginateListAttachedRolePolicies({ client: iam }, { RoleName: role })) {
        if (page.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === arn)) return true;
      }
      return false;
    } catch (error) {
      if (refusedWith(error, "NoSuchEntityException", "NoSuchEntity")) return false;
      const failure = requestFailure("IAM", "ListAttachedRolePolicies", error);
      throw new Error(`reading IAM Role Policy Attachment (${role}:${arn}): ${failure}`, { cause: error });
    }
  };
  return lifecycle(ATTACHMENT_SCHEMA, {
    create: async ({ signal }, inputs, exists) => {
      const [role, arn] = [String(inputs.role), String(inputs.policyArn)];
      const sent = iam.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: arn }), {
        abortSignal: signal,
      });
      await attempt(`attaching IAM Policy (${arn}) to IAM Role (${role})`, "IAM", "AttachRolePolicy", sent);
      exists(`${role}/${arn}`);
    },
    read: async (_context, id) => {
      const { role, policyArn } = parts(id);
      return (await attached(role, policyArn)) ? { state: { role, policyArn } } : undefined;
    },
    delete: async ({ signal }, id) => {
      const { role, policyArn } = parts(id);
      const request = new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn });
      const doing = `detaching IAM Policy (${policyArn}) from IAM Role (${role})`;
      const attempted = attempt(doing, "IAM", "DetachRolePolicy", iam.send(request, { abortSignal: signal }));
      await unlessMissing(attempted, "NoSuchEntityException", "NoSuchEntity");
    },
  });
}

function parts(id: string): { role: string; policyArn: string } {
  const at = id.indexOf("/arn:");
  if (at < 1) throw new Error(`unexpected format of ID (${id}), expected <role-name>/<policy_arn>`);
  return { role: id.slice(0, at), policyArn: id.slice(at + 1) };
}
