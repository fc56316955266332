import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KeySpec,
  KeyUsageType,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { CallContext, Resource } from "../protocol";
import { between, oneOf } from "../schema/check";
import { lifecycle } from "../schema/lifecycle";
import type { Change } from "../schema/lifecycle";
import { textOf } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, refusedWith, unlessMissing } from "./errors";
import { policyProperty } from "./policy-document";
import { REGION, regionFaults } from "./region";
import { TAG_PROPERTIES, tagChanges, tagPairs, tagsFrom, tagState, withAllTags } from "./tags";

/** `aws:kms/key:Key`. */
export const KEY_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  keyId: { type: "string", output: true },
  bypassPolicyLockoutSafetyCheck: { type: "boolean", default: false },
  customKeyStoreId: { type: "string", replaces: true },
  customerMasterKeySpec: {
    type: "string",
    default: "SYMMETRIC_DEFAULT",
    replaces: true,
    check: oneOf("customer_master_key_spec", Object.values(KeySpec)),
  },
  deletionWindowInDays: { type: "number", check: between("deletion_window_in_days", 7, 30) },
  description: { type: "string", computed: true },
  enableKeyRotation: { type: "boolean", default: false },
  isEnabled: { type: "boolean", default: true },
  keyUsage: {
    type: "string",
    default: "ENCRYPT_DECRYPT",
    replaces: true,
    check: oneOf("key_usage", Object.values(KeyUsageType)),
  },
  multiRegion: { type: "boolean", computed: true, replaces: true },
  policy: policyProperty("policy", { computed: true }),
  region: REGION,
  rotationPeriodInDays: {
    type: "number",
    computed: true,
    check: between("rotation_period_in_days", 90, 2560),
  },
  xksKeyId: { type: "string", replaces: true },
  ...TAG_PROPERTIES,
};

/** A KMS key. Deleting it schedules the deletion; a key pending deletion counts as gone. */
export function kmsKey(account: Account): Resource {
  const { kms } = account;
  return lifecycle(KEY_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async ({ signal }, inputs, exists) => {
      const request = new CreateKeyCommand({
        BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck === true,
        KeySpec: inputs.customerMasterKeySpec as KeySpec,
        KeyUsage: inputs.keyUsage as KeyUsageType,
        Description: inputs.description as string | undefined,
        MultiRegion: inputs.multiRegion as boolean | undefined,
        Policy: inputs.policy as string | undefined,
        Tags: tagPairs(inputs.tagsAll).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
      });
      const reply = await attempt(
        "creating KMS Key",
        "KMS",
        "CreateKey",
        kms.send(request, { abortSignal: signal }),
      );
      const id = reply.KeyMetadata?.KeyId ?? "";
      exists(id);
      if (inputs.enableKeyRotation === true) await setRotation(kms, id, inputs);
      if (inputs.isEnabled === false) await setEnabled(kms, id, false);
    },
    read: async (_context, id, known) => {
      const state = await readKey(account, id, known);
      return state && { state };
    },
    update: async (context, id, change) => updateKey(kms, context, id, change),
    delete: async ({ signal }, id, state) => {
      const request = new ScheduleKeyDeletionCommand({
        KeyId: id,
        PendingWindowInDays: state.deletionWindowInDays as number | undefined,
      });
      const deletion = kms.send(request, { abortSignal: signal });
      try {
        await attempt(`deleting KMS Key (${id})`, "KMS", "ScheduleKeyDeletion", deletion);
      } catch (error) {
        const pending =
          refusedWith(error, "KMSInvalidStateException") && /is pending deletion/.test(String(error));
        if (!pending && !refusedWith(error, "NotFoundException")) throw error;
      }
    },
  });
}

async function readKey(account: Account, id: string, known: Properties): Promise<Properties | undefined> {
  const { kms } = account;
  const reading = `reading KMS Key (${id})`;
  const describe = attempt(reading, "KMS", "DescribeKey", kms.send(new DescribeKeyCommand({ KeyId: id })));
  const key = (await unlessMissing(describe, "NotFoundException"))?.KeyMetadata;
  if (!key || key.KeyState === "PendingDeletion" || key.KeyState === "PendingReplicaDeletion")
    return undefined;
  const [policy, rotation, tags] = await Promise.all([
    attempt(
      `${reading} policy`,
      "KMS",
      "GetKeyPolicy",
      kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" })),
    ),
    attempt(
      `${reading} rotation enabled`,
      "KMS",
      "GetKeyRotationStatus",
      kms.send(new GetKeyRotationStatusCommand({ KeyId: id })),
    ),
    attempt(
      `listing tags for KMS Key (${id})`,
      "KMS",
      "ListResourceTags",
      kms.send(new ListResourceTagsCommand({ KeyId: id })),
    ),
  ]);
  const live = tagsFrom(tags.Tags?.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })));
  return {
    arn: key.Arn,
    keyId: key.KeyId,
    customKeyStoreId: key.CustomKeyStoreId ?? "",
    customerMasterKeySpec: key.KeySpec,
    description: key.Description ?? "",
    enableKeyRotation: rotation.KeyRotationEnabled ?? false,
    isEnabled: key.Enabled ?? false,
    keyUsage: key.KeyUsage,
    multiRegion: key.MultiRegion ?? false,
    policy: policy.Policy,
    region: account.region,
    rotationPeriodInDays: rotation.RotationPeriodInDays ?? known.rotationPeriodInDays,
    xksKeyId: key.XksKeyConfiguration?.Id ?? "",
    ...tagState(live, known, account.defaultTags),
  };
}

/** Enables first and disables last: a disabled key cannot be changed. */
async function updateKey(kms: KMSClient, { signal }: CallContext, id: string, change: Change): Promise<void> {
  const { inputs, changed } = change;
  const send = { abortSignal: signal };
  if (changed.has("isEnabled") && inputs.isEnabled === true) await setEnabled(kms, id, true);
  const period = inputs.enableKeyRotation === true && changed.has("rotationPeriodInDays");
  if (changed.has("enableKeyRotation") || period) await setRotation(kms, id, inputs);
  if (changed.has("description")) {
    const request = new UpdateKeyDescriptionCommand({
      KeyId: id,
      Description: textOf(inputs.description),
    });
    await attempt(
      `updating KMS Key (${id}) description`,
      "KMS",
      "UpdateKeyDescription",
      kms.send(request, send),
    );
  }
  if (changed.has("policy")) {
    const request = new PutKeyPolicyCommand({
      KeyId: id,
      PolicyName: "default",
      Policy: String(inputs.policy),
      BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck === true,
    });
    await attempt(`updating KMS Key (${id}) policy`, "KMS", "PutKeyPolicy", kms.send(request, send));
  }
  if (changed.has("tagsAll")) {
    const { set, removed } = tagChanges(change.state.tagsAll, inputs.tagsAll);
    const doing = `updating tags for KMS resource (${id})`;
    if (removed.length > 0) {
      const request = new UntagResourceCommand({ KeyId: id, TagKeys: removed });
      await attempt(doing, "KMS", "UntagResource", kms.send(request, send));
    }
    if (set.length > 0) {
      const Tags = set.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
      await attempt(doing, "KMS", "TagResource", kms.send(new TagResourceCommand({ KeyId: id, Tags }), send));
    }
  }
  if (changed.has("isEnabled") && inputs.isEnabled === false) await setEnabled(kms, id, false);
}

async function setEnabled(kms: KMSClient, id: string, enabled: boolean): Promise<void> {
  const [doing, operation] = enabled
    ? (["enabling", "EnableKey"] as const)
    : (["disabling", "DisableKey"] as const);
  const request = enabled
    ? kms.send(new EnableKeyCommand({ KeyId: id }))
    : kms.send(new DisableKeyCommand({ KeyId: id }));
  await attempt<unknown>(`${doing} KMS Key (${id})`, "KMS", operation, request);
}

async function setRotation(kms: KMSClient, id: string, inputs: Properties): Promise<void> {
  const enabled = inputs.enableKeyRotation === true;
  const [doing, operation] = enabled
    ? (["enabling", "EnableKeyRotation"] as const)
    : (["disabling", "DisableKeyRotation"] as const);
  const RotationPeriodInDays = inputs.rotationPeriodInDays as number | undefined;
  const request: Promise<unknown> = enabled
    ? kms.send(new EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays }))
    : kms.send(new DisableKeyRotationCommand({ KeyId: id }));
  await attempt(`${doing} KMS Key (${id}) rotation`, "KMS", operation, request);
}
