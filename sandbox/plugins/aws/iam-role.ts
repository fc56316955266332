import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from "@aws-sdk/client-iam";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { CallContext, Resource } from "../protocol";
import { between } from "../schema/check";
import { lifecycle } from "../schema/lifecycle";
import type { Change } from "../schema/lifecycle";
import { textOf } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { iamName } from "./iam-name";
import { policyProperty } from "./policy-document";
import { TAG_PROPERTIES, tagChanges, tagPairs, tagsFrom, tagState, withAllTags } from "./tags";

/** `aws:iam/role:Role`. Inline and managed policies belong to resources of their own. */
export const ROLE_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  assumeRolePolicy: policyProperty("assume_role_policy", { required: true }),
  createDate: { type: "string", output: true },
  description: { type: "string" },
  forceDetachPolicies: { type: "boolean", default: false },
  inlinePolicies: { type: "set", computed: true },
  managedPolicyArns: { type: "set", computed: true },
  maxSessionDuration: { type: "number", default: 3600, check: between("max_session_duration", 3600, 43200) },
  name: iamName(64),
  namePrefix: { type: "string", computed: true, replaces: true },
  path: { type: "string", default: "/", replaces: true },
  permissionsBoundary: { type: "string" },
  uniqueId: { type: "string", output: true },
  ...TAG_PROPERTIES,
};

/** An IAM role. */
export function iamRole(account: Account): Resource {
  const { iam } = account;
  return lifecycle(ROLE_SCHEMA, {
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async ({ signal }, inputs, exists) => {
      const name = String(inputs.name);
      if (inputs.inlinePolicies !== undefined || inputs.managedPolicyArns !== undefined) {
        throw new Error(
          `creating IAM Role (${name}): the sandbox's plugin takes inlinePolicies and managedPolicyArns only as ` +
            "resources of their own: use aws.iam.RolePolicy and aws.iam.RolePolicyAttachment",
        );
      }
      const request = new CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: String(inputs.assumeRolePolicy),
        Path: inputs.path as string,
        Description: inputs.description as string | undefined,
        MaxSessionDuration: inputs.maxSessionDuration as number,
        PermissionsBoundary: inputs.permissionsBoundary as string | undefined,
        Tags: tagPairs(inputs.tagsAll),
      });
      const sent = iam.send(request, { abortSignal: signal });
      await attempt(`creating IAM Role (${name})`, "IAM", "CreateRole", sent);
      exists(name);
    },
    read: async (_context, id, known) => {
      const state = await readRole(account, id, known);
      return state && { state };
    },
    update: (context, id, change) => updateRole(iam, context, id, change),
    delete: async (_context, id, state) => deleteRole(iam, id, state.forceDetachPolicies === true),
  });
}

async function readRole(account: Account, name: string, known: Properties): Promise<Properties | undefined> {
  const sent = account.iam.send(new GetRoleCommand({ RoleName: name }));
  const found = await unlessMissing(
    attempt(`reading IAM Role (${name})`, "IAM", "GetRole", sent),
    "NoSuchEntityException",
    "NoSuchEntity",
  );
  const role = found?.Role;
  if (!role) return undefined;
  return {
    arn: role.Arn,
    assumeRolePolicy: decodeURIComponent(role.AssumeRolePolicyDocument ?? ""),
    createDate: role.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
    description: role.Description ?? "",
    maxSessionDuration: role.MaxSessionDuration ?? 3600,
    name: role.RoleName,
    namePrefix: known.namePrefix ?? "",
    path: role.Path,
    permissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
    uniqueId: role.RoleId,
    inlinePolicies: known.inlinePolicies ?? [],
    managedPolicyArns: known.managedPolicyArns ?? [],
    ...tagState(tagsFrom(role.Tags), known, account.defaultTags),
  };
}

async function updateRole(
  iam: IAMClient,
  { signal }: CallContext,
  name: string,
  change: Change,
): Promise<void> {
  const { state, inputs, changed } = change;
  const send = { abortSignal: signal };
  const updating = `updating IAM Role (${name})`;
  if (changed.has("assumeRolePolicy")) {
    const PolicyDocument = String(inputs.assumeRolePolicy);
    const sent = iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument }), send);
    await attempt(`${updating} assume role policy`, "IAM", "UpdateAssumeRolePolicy", sent);
  }
  if (changed.has("description")) {
    const request = new UpdateRoleDescriptionCommand({
      RoleName: name,
      Description: textOf(inputs.description),
    });
    await attempt(`${updating} description`, "IAM", "UpdateRoleDescription", iam.send(request, send));
  }
  if (changed.has("maxSessionDuration")) {
    const MaxSessionDuration = inputs.maxSessionDuration as number;
    const sent = iam.send(new UpdateRoleCommand({ RoleName: name, MaxSessionDuration }), send);
    await attempt(`${updating} MaxSessionDuration`, "IAM", "UpdateRole", sent);
  }
  if (changed.has("permissionsBoundary")) {
    const boundary = inputs.permissionsBoundary;
    if (typeof boundary === "string" && boundary !== "") {
      const request = new PutRolePermissionsBoundaryCommand({
        RoleName: name,
        PermissionsBoundary: boundary,
      });
      await attempt(
        `${updating} permissions boundary`,
        "IAM",
        "PutRolePermissionsBoundary",
        iam.send(request, send),
      );
    } else {
      const sent = iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name }), send);
      await attempt(`${updating} permissions boundary`, "IAM", "DeleteRolePermissionsBoundary", sent);
    }
  }
  if (changed.has("tagsAll")) {
    const { set, removed } = tagChanges(state.tagsAll, inputs.tagsAll);
    const doing = `updating tags for IAM Role (${name})`;
    if (removed.length > 0) {
      const sent = iam.send(new UntagRoleCommand({ RoleName: name, TagKeys: removed }), send);
      await attempt(doing, "IAM", "UntagRole", sent);
    }
    if (set.length > 0) {
      await attempt(
        doing,
        "IAM",
        "TagRole",
        iam.send(new TagRoleCommand({ RoleName: name, Tags: set }), send),
      );
    }
  }
}

async function deleteRole(iam: IAMClient, name: string, force: boolean): Promise<void> {
  if (force) await detachAll(iam, name);
  const deletion = iam.send(new DeleteRoleCommand({ RoleName: name }));
  const attempted = attempt(`deleting IAM Role (${name})`, "IAM", "DeleteRole", deletion);
  await unlessMissing(attempted, "NoSuchEntityException", "NoSuchEntity");
}

/** IAM refuses to delete a role that has policies, also ones attached by hand. */
async function detachAll(iam: IAMClient, name: string): Promise<void> {
  const attached = await unlessMissing(
    iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name })),
    "NoSuchEntityException",
    "NoSuchEntity",
  );
  for (const { PolicyArn } of attached?.AttachedPolicies ?? []) {
    const sent = iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }));
    await attempt(
      `detaching IAM Policy (${PolicyArn}) from IAM Role (${name})`,
      "IAM",
      "DetachRolePolicy",
      sent,
    );
  }
  const inline = attached && (await iam.send(new ListRolePoliciesCommand({ RoleName: name })));
  for (const PolicyName of inline?.PolicyNames ?? []) {
    const sent = iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName }));
    await attempt(`deleting IAM Role (${name}) Policy (${PolicyName})`, "IAM", "DeleteRolePolicy", sent);
  }
}
