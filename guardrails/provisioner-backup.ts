/**
 * What the provisioner may have Velero do. Velero is an administrator: it reads every namespace, runs hooks in pods and
 * takes commands from an AWS profile. So that nobody borrows that, a tenant's credential and location are held to the
 * letter, and its schedule to its own namespaces (R65, R68, R70).
 */

import * as names from "../model/names";
import type { GuardedPlatform } from "../model/provisioner";
import { base64WithId } from "./base64";
import { derived, text, type Check } from "./check";

const KEY = "cloud";
/** Whether it is the default for all is not among these. */
const LOCATION = ["provider", "objectStorage", "config", "credential", "accessMode"];
/** Hooks, other locations and resources of the cluster are not among these. */
const TEMPLATE = [
  "includedNamespaces",
  "storageLocation",
  "ttl",
  "snapshotVolumes",
  "defaultVolumesToFsBackup",
];

export function backupChecks(platform: GuardedPlatform): Check[] {
  return [credentialCheck(platform), locationCheck(platform), SCHEDULE];
}

/** Of type Opaque: Kubernetes would fill a Secret of another type with a token of Velero's own ServiceAccount. */
function credentialCheck({ aws }: GuardedPlatform): Check {
  const profile = base64WithId((id) =>
    [
      "[default]",
      `role_arn = ${names.roleArn(aws, names.backupRoleName(id))}`,
      "web_identity_token_file = /var/run/secrets/eks.amazonaws.com/serviceaccount/token",
      "",
    ].join("\n"),
  );
  return {
    kind: "secrets",
    holds: `object.type == "Opaque" && object.?data.orValue({}) == {${text(KEY)}: ${profile}}`,
    why: `it is not the AWS profile of the tenant's backup role (type Opaque, key ${KEY}, role ${names.backupRoleName("<id>")}); declare it so`,
  };
}

function locationCheck({ aws }: GuardedPlatform): Check {
  const config = `{"region": ${text(aws.region)}, "kmsKeyId": ${derived((id) => names.aliasArn(aws, names.keyAlias(id)))}}`;
  const storage = `{"bucket": ${text(aws.backupBucket)}, "prefix": ${derived(names.backupPrefix)}}`;
  return {
    kind: "backupstoragelocations.velero.io",
    holds: `object.spec.all(field, field in ${text(LOCATION)}) && object.spec.provider == "aws" &&
      object.spec.objectStorage == ${storage} && object.spec.?config.orValue({}) == ${config} &&
      object.spec.?credential.orValue({}) == {"name": variables.name, "key": ${text(KEY)}}`,
    why: `it is not the tenant's own place: bucket ${aws.backupBucket}, prefix ${names.backupPrefix("<id>")}, the tenant's key and the credential of its own name; declare it so`,
  };
}

const SCHEDULE: Check = {
  kind: "schedules.velero.io",
  holds: `object.spec.template.all(field, field in ${text(TEMPLATE)}) &&
    object.spec.template.?storageLocation.orValue("") == variables.name &&
    object.spec.template.?includedNamespaces.orValue([]).size() > 0 &&
    object.spec.template.includedNamespaces.all(included,
      included == variables.name || included.startsWith(variables.name + ${text(names.SEPARATOR)}))`,
  why: "it backs up more than the tenant's own namespaces, elsewhere than to the location of its own name, or runs hooks; leave that out",
};
