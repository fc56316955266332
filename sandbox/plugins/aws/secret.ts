import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Change } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { REGION, regionFaults } from "./region";
import { TAG_PROPERTIES, tagChanges, tagPairs, tagsFrom, tagState, withAllTags } from "./tags";

/** What Secrets Manager calls what is not there. */
export const NO_SECRET = "ResourceNotFoundException";

/** `aws:secretsmanager/secret:Secret`. Its value is a resource of its own, which the sandbox has no use for. */
export const SECRET_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  description: { type: "string" },
  forceOverwriteReplicaSecret: { type: "boolean", default: false },
  kmsKeyId: { type: "string" },
  name: { type: "string", computed: true, replaces: true },
  namePrefix: { type: "string", computed: true, replaces: true },
  policy: { type: "string", computed: true },
  recoveryWindowInDays: { type: "number", default: 30 },
  region: REGION,
  replicas: { type: "list", computed: true },
  ...TAG_PROPERTIES,
};

/** A secret without its value. Its id is its ARN; deleting it waits for the recovery window, or not at all with 0. */
export function secret(account: Account): Resource {
  const { secrets } = account;
  return lifecycle(SECRET_SCHEMA, {
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    faults: (inputs) => regionFaults(account, inputs),
    create: async ({ signal }, inputs, exists) => {
      const name = String(inputs.name);
      const request = new CreateSecretCommand({
        Name: name,
        Description: inputs.description as string | undefined,
        KmsKeyId: inputs.kmsKeyId as string | undefined,
        Tags: tagPairs(inputs.tagsAll),
      });
      const sent = secrets.send(request, { abortSignal: signal });
      const reply = await attempt(
        `creating Secrets Manager Secret (${name})`,
        "Secrets Manager",
        "CreateSecret",
        sent,
      );
      exists(reply.ARN ?? "");
    },
    read: async (_context, id, known) => {
      const state = await readSecret(account, id, known);
      return state && { state };
    },
    update: (context, id, change) => updateSecret(account, context, id, change),
    delete: async (_context, id, { recoveryWindowInDays: days }) => {
      const window =
        days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: Number(days) };
      const sent = secrets.send(new DeleteSecretCommand({ SecretId: id, ...window }));
      const doing = `deleting Secrets Manager Secret (${id})`;
      await unlessMissing(attempt(doing, "Secrets Manager", "DeleteSecret", sent), NO_SECRET);
    },
  });
}

async function readSecret(account: Account, arn: string, known: Properties): Promise<Properties | undefined> {
  const sent = account.secrets.send(new DescribeSecretCommand({ SecretId: arn }));
  const reading = `reading Secrets Manager Secret (${arn})`;
  const found = await unlessMissing(attempt(reading, "Secrets Manager", "DescribeSecret", sent), NO_SECRET);
  // One that waits for its deletion is gone to the official provider too.
  if (!found || found.DeletedDate !== undefined) return undefined;
  return {
    arn: found.ARN,
    description: found.Description ?? "",
    kmsKeyId: found.KmsKeyId ?? "",
    name: found.Name,
    namePrefix: known.namePrefix ?? "",
    policy: known.policy ?? "",
    recoveryWindowInDays: known.recoveryWindowInDays,
    region: account.region,
    replicas: [],
    ...tagState(tagsFrom(found.Tags), known, account.defaultTags),
  };
}

async function updateSecret(
  { secrets }: Account,
  { signal }: CallContext,
  arn: string,
  { state, inputs, changed }: Change,
): Promise<void> {
  const send = { abortSignal: signal };
  const doing = `updating Secrets Manager Secret (${arn})`;
  if (changed.has("description") || changed.has("kmsKeyId")) {
    const request = new UpdateSecretCommand({
      SecretId: arn,
      Description: (inputs.description ?? "") as string,
      KmsKeyId: inputs.kmsKeyId as string | undefined,
    });
    await attempt(doing, "Secrets Manager", "UpdateSecret", secrets.send(request, send));
  }
  if (changed.has("tagsAll")) {
    const { set, removed } = tagChanges(state.tagsAll, inputs.tagsAll);
    if (removed.length > 0) {
      const sent = secrets.send(new UntagResourceCommand({ SecretId: arn, TagKeys: removed }), send);
      await attempt(doing, "Secrets Manager", "UntagResource", sent);
    }
    if (set.length > 0) {
      const sent = secrets.send(new TagResourceCommand({ SecretId: arn, Tags: set }), send);
      await attempt(doing, "Secrets Manager", "TagResource", sent);
    }
  }
}
