/** What a tenant's key has encrypted, written down before the key goes: with it everything here becomes unreadable (R66, R90). */

import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import * as names from "../../model/names";
import type { Certificate, ShredLedger } from "./certificate";
import { backupPlace } from "./certificate-kept";
import type { LiveServers } from "../live-servers";
import { countObjects } from "./shred-objects";

/** @throws where the tenant has no key any more. */
export async function shredLedger(
  { tenant, volumes }: Certificate,
  { platform, provisioner, operator }: LiveServers,
): Promise<ShredLedger> {
  const KeyId = names.keyAlias(tenant.id);
  const { KeyMetadata } = await provisioner.aws.kms.send(new DescribeKeyCommand({ KeyId }));
  const place = backupPlace(tenant, platform);
  return {
    keyArn: KeyMetadata?.Arn ?? "",
    since: KeyMetadata?.CreationDate?.toISOString() ?? "",
    prefix: {
      location: `s3://${place.bucket}/${place.prefix}`,
      ...(await countObjects(operator.aws.s3, place)),
    },
    volumes,
    secrets: tenant.secrets.map((secret) => names.managedSecretName(tenant.id, secret)),
  };
}
