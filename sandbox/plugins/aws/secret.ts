import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Change } from "../schema/lifecycle";
import { isZero, textOf } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { policyProperty } from "./policy-document";
import { REGION, regionFaults } from "./region";
import { TAG_PROPERTIES, tagChanges, tagPairs, tagsFrom, tagState, withAllTags } from "./tags";

/** What Secrets Manager calls what is not there. */
export const NO_SECRET = "ResourceNotFoundException";

/** Days that a deleted secret can be restored for, unless the program says otherwise. */
const RECOVERY_DAYS = 30;

function nameFault(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length > 512) return '"name" cannot be greater than 512 characters';
  return /^[0-9A-Za-z/_+=.@-]+$/.test(value)
    ? undefined
    : 'only alphanumeric characters and /_+=.@- special characters are allowed in "name"';
}

/** Nought deletes at once; Secrets Manager takes no other window below a week. */
function recoveryFault(value: unknown): string | undefined {
  if (typeof value !== "number" || value === 0 || (value >= 7 && value <= 30)) return undefined;
  return (
    `expected recovery_window_in_days to be in the range (7 - 30), got ${value}; ` +
    `expected recovery_window_in_days to be one of [0], got ${value}`
  );
}

/** `aws:secretsmanager/secret:Secret`. */
export const SECRET_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  description: { type: "string" },
  forceOverwriteReplicaSecret: { type: "boolean", default: false },
  kmsKeyId: { type: "string" },
  name: { type: "string", replaces: true, named: { maxLength: 255 }, check: nameFault },
  namePrefix: { type: "string", computed: true, replaces: true },
  policy: policyProperty("policy", { computed: true }),
  recoveryWindowInDays: { type: "number", default: RECOVERY_DAYS, check: recoveryFault },
  region: REGION,
  replicas: { type: "set", computed: true },
  ...TAG_PROPERTIES,
};

/** A secret without its value. Its id is its ARN; one scheduled for deletion counts as gone. */
export function secret(account: Account): Resource {
  const { secrets } = account;
  return lifecycle(SECRET_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async (context, inputs, exists) => {
      const name = String(inputs.name);
      const doing = `creating Secrets Manager Secret (${name})`;
      if (!isZero(inputs.replicas)) {
        throw new Error(`${doing}: the sandbox's plugin serves one region and makes no replicas`);
      }
      const request = new CreateSecretCommand({
        Name: name,
        Description: textOf(inputs.description),
        KmsKeyId: inputs.kmsKeyId as string | undefined,
        ForceOverwriteReplicaSecret: inputs.forceOverwriteReplicaSecret === true,
        Tags: tagPairs(inputs.tagsAll),
      });
      const sent = secrets.send(request, { abortSignal: context.signal });
      const { ARN } = await attempt(doing, "Secrets Manager", "CreateSecret", sent);
      exists(ARN ?? "");
      if (!isZero(inputs.policy)) await writePolicy(secrets, context, ARN ?? "", inputs.policy);
    },
    read: async (_context, id, known) => {
      const state = await readSecret(account, id, known);
      return state && { state };
    },
    update: (context, id, change) => updateSecret(secrets, context, id, change),
    delete: async ({ signal }, id, state) => {
      const days = (state.recoveryWindowInDays ?? RECOVERY_DAYS) as number;
      const request = new DeleteSecretCommand({
        SecretId: id,
        ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
      });
      const sent = secrets.send(request, { abortSignal: signal });
      const deletion = attempt(
        `deleting Secrets Manager Secret (${id})`,
        "Secrets Manager",
        "DeleteSecret",
        sent,
      );
      await unlessMissing(deletion, NO_SECRET);
    },
  });
}

async function readSecret(account: Account, id: string, known: Properties): Promise<Properties | undefined> {
  const { secrets, region } = account;
  const reading = `reading Secrets Manager Secret (${id})`;
  const described = secrets.send(new DescribeSecretCommand({ SecretId: id }));
  const found = await unlessMissing(
    attempt(reading, "Secrets Manager", "DescribeSecret", described),
    NO_SECRET,
  );
  if (!found || found.DeletedDate) return undefined;
  const { ResourcePolicy } = await attempt(
    `${reading} policy`,
    "Secrets Manager",
    "GetResourcePolicy",
    secrets.send(new GetResourcePolicyCommand({ SecretId: id })),
  );
  return {
    arn: found.ARN,
    description: found.Description ?? "",
    kmsKeyId: found.KmsKeyId ?? "",
    name: found.Name,
    namePrefix: known.namePrefix ?? "",
    // To Secrets Manager an empty document is none at all.
    policy: ResourcePolicy ?? (known.policy === "{}" ? "{}" : ""),
    region,
    replicas: known.replicas ?? [],
    ...tagState(tagsFrom(found.Tags), known, account.defaultTags),
  };
}

async function updateSecret(
  secrets: SecretsManagerClient,
  context: CallContext,
  id: string,
  { state, inputs, changed }: Change,
): Promise<void> {
  const send = { abortSignal: context.signal };
  if (changed.has("description") || changed.has("kmsKeyId")) {
    const request = new UpdateSecretCommand({
      SecretId: id,
      Description: textOf(inputs.description),
      KmsKeyId: inputs.kmsKeyId as string | undefined,
    });
    const doing = `updating Secrets Manager Secret (${id})`;
    await attempt(doing, "Secrets Manager", "UpdateSecret", secrets.send(request, send));
  }
  if (changed.has("policy")) await writePolicy(secrets, context, id, inputs.policy);
  if (changed.has("tagsAll")) {
    const { set, removed } = tagChanges(state.tagsAll, inputs.tagsAll);
    const doing = `updating tags for Secrets Manager resource (${id})`;
    if (removed.length > 0) {
      const sent = secrets.send(new UntagResourceCommand({ SecretId: id, TagKeys: removed }), send);
      await attempt(doing, "Secrets Manager", "UntagResource", sent);
    }
    if (set.length > 0) {
      const sent = secrets.send(new TagResourceCommand({ SecretId: id, Tags: set }), send);
      await attempt(doing, "Secrets Manager", "TagResource", sent);
    }
  }
}

/** An empty document takes the policy away. */
async function writePolicy(
  secrets: SecretsManagerClient,
  { signal }: CallContext,
  id: string,
  policy: unknown,
): Promise<void> {
  const send = { abortSignal: signal };
  const document = textOf(policy);
  if (document === "" || document === "{}") {
    const sent = secrets.send(new DeleteResourcePolicyCommand({ SecretId: id }), send);
    const doing = `deleting Secrets Manager Secret (${id}) policy`;
    await attempt(doing, "Secrets Manager", "DeleteResourcePolicy", sent);
    return;
  }
  const request = new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: document });
  const doing = `putting Secrets Manager Secret (${id}) policy`;
  await attempt(doing, "Secrets Manager", "PutResourcePolicy", secrets.send(request, send));
}
