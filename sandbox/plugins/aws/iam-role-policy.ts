import { DeleteRolePolicyCommand, GetRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { iamName } from "./iam-name";
import { policyProperty } from "./policy-document";

/** `aws:iam/rolePolicy:RolePolicy`. */
export const ROLE_POLICY_SCHEMA: Schema = {
  name: iamName(128),
  namePrefix: { type: "string", computed: true, replaces: true },
  policy: policyProperty("policy", { required: true }),
  role: { type: "string", required: true, replaces: true },
};

/** A policy written into a role. Its id is `role:name`. */
export function iamRolePolicy(account: Account): Resource {
  const { iam } = account;
  const put = async ({ signal }: CallContext, inputs: Properties): Promise<string> => {
    const [RoleName, PolicyName] = [String(inputs.role), String(inputs.name)];
    const request = new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: String(inputs.policy) });
    const sent = iam.send(request, { abortSignal: signal });
    await attempt(`putting IAM Role (${RoleName}) Policy (${PolicyName})`, "IAM", "PutRolePolicy", sent);
    return `${RoleName}:${PolicyName}`;
  };
  return lifecycle(ROLE_POLICY_SCHEMA, {
    create: async (context, inputs, exists) => exists(await put(context, inputs)),
    read: async (_context, id, known) => {
      const { RoleName, PolicyName } = parts(id);
      const sent = iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      const found = await unlessMissing(
        attempt(`reading IAM Role Policy (${id})`, "IAM", "GetRolePolicy", sent),
        "NoSuchEntityException",
        "NoSuchEntity",
      );
      if (!found) return undefined;
      const policy = decodeURIComponent(found.PolicyDocument ?? "");
      return { state: { name: PolicyName, namePrefix: known.namePrefix ?? "", policy, role: RoleName } };
    },
    update: async (context, _id, { inputs }) => {
      await put(context, inputs);
    },
    delete: async ({ signal }, id) => {
      const sent = iam.send(new DeleteRolePolicyCommand(parts(id)), { abortSignal: signal });
      const attempted = attempt(`deleting IAM Role Policy (${id})`, "IAM", "DeleteRolePolicy", sent);
      await unlessMissing(attempted, "NoSuchEntityException", "NoSuchEntity");
    },
  });
}

function parts(id: string): { RoleName: string; PolicyName: string } {
  const [RoleName, ...rest] = id.split(":");
  if (!RoleName || rest.length === 0) {
    throw new Error(`role policy id must be of the form <role name>:<role policy name>`);
  }
  return { RoleName, PolicyName: rest.join(":") };
}
