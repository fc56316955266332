import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
} from "@aws-sdk/client-iam";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Change } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { iamName } from "./iam-name";
import { policyProperty } from "./policy-document";
import { TAG_PROPERTIES, tagChanges, tagPairs, tagsFrom, tagState, withAllTags } from "./tags";

/** IAM keeps at most five versions of a policy. */
const MAX_VERSIONS = 5;

/** `aws:iam/policy:Policy`. */
export const POLICY_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  attachmentCount: { type: "number", output: true },
  delayAfterPolicyCreationInMs: { type: "number" },
  description: { type: "string", replaces: true },
  name: iamName(128),
  namePrefix: { type: "string", computed: true, replaces: true },
  path: { type: "string", default: "/", replaces: true },
  policy: policyProperty("policy", { required: true }),
  policyId: { type: "string", output: true },
  ...TAG_PROPERTIES,
};

/** A managed policy. Its id is its ARN; a changed document becomes a new default version. */
export function iamPolicy(account: Account): Resource {
  const { iam } = account;
  return lifecycle(POLICY_SCHEMA, {
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async ({ signal }, inputs, exists) => {
      const request = new CreatePolicyCommand({
        PolicyName: String(inputs.name),
        PolicyDocument: String(inputs.policy),
        Path: inputs.path as string,
        Description: inputs.description as string | undefined,
        Tags: tagPairs(inputs.tagsAll),
      });
      const sent = iam.send(request, { abortSignal: signal });
      const reply = await attempt(
        `creating IAM Policy (${String(inputs.name)})`,
        "IAM",
        "CreatePolicy",
        sent,
      );
      exists(reply.Policy?.Arn ?? "");
    },
    read: async (_context, id, known) => {
      const state = await readPolicy(account, id, known);
      return state && { state };
    },
    update: (context, id, change) => updatePolicy(iam, context, id, change),
    delete: async (_context, id) => {
      await pruneVersions(iam, id, 1);
      const attempted = attempt(
        `deleting IAM Policy (${id})`,
        "IAM",
        "DeletePolicy",
        iam.send(new DeletePolicyCommand({ PolicyArn: id })),
      );
      await unlessMissing(attempted, "NoSuchEntityException", "NoSuchEntity");
    },
  });
}

async function readPolicy(account: Account, arn: string, known: Properties): Promise<Properties | undefined> {
  const { iam } = account;
  const sent = iam.send(new GetPolicyCommand({ PolicyArn: arn }));
  const found = await unlessMissing(
    attempt(`reading IAM Policy (${arn})`, "IAM", "GetPolicy", sent),
    "NoSuchEntityException",
    "NoSuchEntity",
  );
  const policy = found?.Policy;
  if (!policy) return undefined;
  const version = await attempt(
    `reading IAM Policy (${arn}) default version`,
    "IAM",
    "GetPolicyVersion",
    iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: policy.DefaultVersionId })),
  );
  return {
    arn: policy.Arn,
    attachmentCount: policy.AttachmentCount ?? 0,
    description: policy.Description ?? "",
    name: policy.PolicyName,
    namePrefix: known.namePrefix ?? "",
    path: policy.Path,
    policy: decodeURIComponent(version.PolicyVersion?.Document ?? ""),
    policyId: policy.PolicyId,
    ...tagState(tagsFrom(policy.Tags), known, account.defaultTags),
  };
}

async function updatePolicy(
  iam: IAMClient,
  { signal }: CallContext,
  arn: string,
  change: Change,
): Promise<void> {
  const { state, inputs, changed } = change;
  const send = { abortSignal: signal };
  if (changed.has("policy")) {
    await pruneVersions(iam, arn, MAX_VERSIONS - 1);
    const request = new CreatePolicyVersionCommand({
      PolicyArn: arn,
      PolicyDocument: String(inputs.policy),
      SetAsDefault: true,
    });
    await attempt(`updating IAM Policy (${arn})`, "IAM", "CreatePolicyVersion", iam.send(request, send));
  }
  if (changed.has("tagsAll")) {
    const { set, removed } = tagChanges(state.tagsAll, inputs.tagsAll);
    const doing = `updating tags for IAM Policy (${arn})`;
    if (removed.length > 0) {
      const sent = iam.send(new UntagPolicyCommand({ PolicyArn: arn, TagKeys: removed }), send);
      await attempt(doing, "IAM", "UntagPolicy", sent);
    }
    if (set.length > 0) {
      await attempt(
        doing,
        "IAM",
        "TagPolicy",
        iam.send(new TagPolicyCommand({ PolicyArn: arn, Tags: set }), send),
      );
    }
  }
}

/** Deletes the oldest versions that are not the default until at most `keep` are left. */
async function pruneVersions(iam: IAMClient, arn: string, keep: number): Promise<void> {
  const listed = await unlessMissing(
    iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn })),
    "NoSuchEntityException",
    "NoSuchEntity",
  );
  const versions = listed?.Versions ?? [];
  const spare = versions
    .filter((version) => !version.IsDefaultVersion)
    .sort((left, right) => Number(left.VersionId?.slice(1)) - Number(right.VersionId?.slice(1)));
  for (const { VersionId } of spare.slice(0, Math.max(0, versions.length - keep))) {
    const sent = iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId }));
    await attempt(`deleting IAM Policy (${arn}) version (${VersionId})`, "IAM", "DeletePolicyVersion", sent);
  }
}
