/** What a tenant that has left leaves behind: asked of the live servers, without reading any of it (R89, R90). */

import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Departed } from "./certificate";
import type { Check } from "./certificate-checks";
import { tenantVolumes } from "./volumes";
import { countObjects, type Place } from "./shred-objects";
import { granted, type VaultClient } from "../vault";

export interface KeptCheck extends Check {
  readonly readableBy: string;
}

const NOBODY = "nobody: the key's policy lets nobody use it until the tenant is active again";

export function keptChecks(tenant: Departed, platform: Platform): KeptCheck[] {
  return [
    keyKept(tenant),
    objectsKept(tenant, platform),
    ...(tenant.secretsEngine === "vault"
      ? [valuesKept(tenant)]
      : tenant.secrets.map((one) => secretKept(tenant, one))),
    volumesKept(tenant),
  ];
}

export function backupPlace({ id }: Pick<Departed, "id">, { aws }: Platform): Place {
  return { bucket: aws.backupBucket, prefix: `${names.backupPrefix(id)}/` };
}

function keyKept({ id }: Departed): KeptCheck {
  const alias = names.keyAlias(id);
  return {
    plane: "aws",
    what: `KMS key ${alias}`,
    asked: `kms:DescribeKey ${alias}`,
    readableBy: NOBODY,
    ask: async ({ provisioner: { aws } }) => {
      const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: alias }));
      const { KeyState = "unknown", Arn = "" } = KeyMetadata ?? {};
      return { holds: KeyState === "Enabled", answered: `${KeyState} ${Arn}` };
    },
  };
}

function objectsKept(tenant: Departed, platform: Platform): KeptCheck {
  const place = backupPlace(tenant, platform);
  return {
    plane: "aws",
    what: "backups",
    asked: `s3:ListObjectVersions ${place.bucket} ${place.prefix}`,
    readableBy: NOBODY,
    ask: async ({ operator: { aws } }) => {
      const { objects, versions, bytes } = await countObjects(aws.s3, place);
      return { holds: true, answered: `${objects} objects in ${versions} versions, ${bytes} bytes` };
    },
  };
}

function valuesKept({ id }: Departed): KeptCheck {
  const namespace = names.vaultNamespace(id);
  return {
    plane: "vault",
    what: "values in Vault",
    asked: `LIST ${namespace}/${names.VAULT_KV_MOUNT}/metadata`,
    readableBy: "administrators of Vault; no login is left",
    ask: async ({ operator: { vault } }) => ({
      holds: true,
      answered: `${await countValues(vault.within(namespace), "")} values`,
    }),
  };
}

const keys = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** How many values lie below a folder: their names are listed, none is read. */
async function countValues(vault: VaultClient, folder: string): Promise<number> {
  const reply = await vault.request("GET", `${names.VAULT_KV_MOUNT}/metadata/${folder}?list=true`);
  if (reply.status === 404) {
    return 0;
  }
  let count = 0;
  for (const key of keys.parse(granted("list the values", reply)).data.keys) {
    count += key.endsWith("/") ? await countValues(vault, folder + key) : 1;
  }
  return count;
}

function secretKept({ id }: Departed, secret: string): KeptCheck {
  const name = names.managedSecretName(id, secret);
  return {
    plane: "aws",
    what: `secret ${name}`,
    asked: `secretsmanager:DescribeSecret ${name}`,
    readableBy: NOBODY,
    ask: async ({ provisioner: { aws } }) => {
      const { DeletedDate } = await aws.secrets.send(new DescribeSecretCommand({ SecretId: name }));
      return {
        holds: DeletedDate === undefined,
        answered: DeletedDate === undefined ? "described" : "deleted",
      };
    },
  };
}

/** Volumes that the tenant asked to retain; they stay bound to a claim that is gone, so that nobody else gets them (A158). */
function volumesKept(tenant: Departed): KeptCheck {
  return {
    plane: "kubernetes",
    what: "volumes",
    asked: "GET /api/v1/persistentvolumes",
    readableBy: NOBODY,
    ask: async ({ operator: { cluster } }) => {
      const live = await tenantVolumes(cluster, tenant);
      const free = live.filter(({ phase, claim }) => phase === "Available" || claim === undefined);
      const shown = live.map(({ name, phase, claim = "free" }) => `${name} (${phase}, ${claim})`);
      return { holds: free.length === 0, answered: shown.join(", ") || "none" };
    },
  };
}
