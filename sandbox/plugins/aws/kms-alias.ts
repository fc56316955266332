import {
  CreateAliasCommand,
  DeleteAliasCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import type { AliasListEntry, KMSClient } from "@aws-sdk/client-kms";
import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Schema } from "../schema/property";
import type { Account } from "./account";
import { attempt, unlessMissing } from "./errors";
import { REGION, regionFaults } from "./region";

/** A key's ARN and its id name the same key. */
function sameKey(left: unknown, right: unknown): boolean {
  const id = (value: unknown): string => String(value).replace(/^arn:[^:]+:kms:[^:]*:\d*:key\//, "");
  return id(left) === id(right);
}

function aliasFault(value: unknown): string | undefined {
  if (typeof value === "string" && !/^alias\/(?!aws\/)[a-zA-Z0-9/_-]+$/.test(value)) {
    return "\"name\" must begin with 'alias/' and be comprised of only [a-zA-Z0-9/_-]";
  }
  return undefined;
}

/** `aws:kms/alias:Alias`. */
export const ALIAS_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  name: { type: "string", replaces: true, named: { prefix: "alias/", maxLength: 256 }, check: aliasFault },
  namePrefix: { type: "string", replaces: true },
  region: REGION,
  targetKeyArn: { type: "string", output: true },
  targetKeyId: { type: "string", required: true, same: sameKey },
};

/** The name of a key; it can be pointed at another key in place. */
export function kmsAlias(account: Account): Resource {
  const { kms } = account;
  return lifecycle(ALIAS_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    create: async ({ signal }, inputs, exists) => {
      const name = String(inputs.name);
      const request = new CreateAliasCommand({ AliasName: name, TargetKeyId: String(inputs.targetKeyId) });
      await attempt(
        `creating KMS Alias (${name})`,
        "KMS",
        "CreateAlias",
        kms.send(request, { abortSignal: signal }),
      );
      exists(name);
    },
    read: async (_context, id) => {
      const alias = await findAlias(kms, id);
      if (!alias) return undefined;
      const targetKeyId = alias.TargetKeyId ?? "";
      const arn = alias.AliasArn ?? "";
      const targetKeyArn = arn.replace(/:alias\/.*$/, `:key/${targetKeyId}`);
      return { state: { name: alias.AliasName, arn, targetKeyId, targetKeyArn, region: account.region } };
    },
    update: async ({ signal }, id, { inputs, changed }) => {
      if (!changed.has("targetKeyId")) return;
      const request = new UpdateAliasCommand({ AliasName: id, TargetKeyId: String(inputs.targetKeyId) });
      await attempt(
        `updating KMS Alias (${id})`,
        "KMS",
        "UpdateAlias",
        kms.send(request, { abortSignal: signal }),
      );
    },
    delete: async ({ signal }, id) => {
      const request = kms.send(new DeleteAliasCommand({ AliasName: id }), { abortSignal: signal });
      await unlessMissing(
        attempt(`deleting KMS Alias (${id})`, "KMS", "DeleteAlias", request),
        "NotFoundException",
      );
    },
  });
}

/** KMS has no call for one alias: the list is the only way to it. */
async function findAlias(kms: KMSClient, name: string): Promise<AliasListEntry | undefined> {
  let marker: string | undefined;
  do {
    const request = kms.send(new ListAliasesCommand({ Marker: marker, Limit: 100 }));
    const page = await attempt(`reading KMS Alias (${name})`, "KMS", "ListAliases", request);
    const found = page.Aliases?.find((alias) => alias.AliasName === name);
    if (found) return found;
    marker = page.Truncated ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return undefined;
}
