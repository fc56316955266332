/**
 * Judges the AWS profile by which Velero takes on the tenant's backup role (R70). Its Secret holds nothing secret as
 * declared, and might after somebody changed it: nothing of it is ever shown but the name of a role.
 */

import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { kubernetesObject, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";
import { missing, type Reader } from "../reader";

/** The key of the Secret that holds the profile. */
export const CREDENTIAL_KEY = "cloud";
const TOKEN_FILE = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
const ROLE_ARN = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** The one Secret, by its name: no list of Velero's Secrets is needed. */
export async function readCredential(
  tenant: Tenant,
  { cluster }: Platform,
  reader: Reader,
): Promise<LiveObject | undefined> {
  const path = `/api/v1/namespaces/${cluster.backupNamespace}/secrets/${names.backupName(tenant.name)}`;
  return reader.get(path).then((answer) => kubernetesObject.parse(answer), missing);
}

export function judgeCredential(
  tenant: Tenant,
  { aws, cluster }: Platform,
  live: LiveObject | undefined,
  ledger: Ledger,
): void {
  const { expect } = ledger.bench(tenant.name, "backup");
  const object = `Secret ${cluster.backupNamespace}/${names.backupName(tenant.name)}`;
  expect(object, live !== undefined, "is missing");
  if (live === undefined) {
    return;
  }
  const wanted = names.roleArn(aws, names.backupRoleName(tenant.id));
  const { role, token, alone } = profileOf(live);
  expect(
    object,
    role === wanted,
    `takes on ${role === "" ? "no role" : ROLE_ARN.test(role) ? role : "an unreadable role"} instead of ${wanted}`,
  );
  expect(object, token === TOKEN_FILE, "signs in with another token than that of Velero's ServiceAccount");
  expect(object, alone, "holds more than one profile of a role and a token");
}

interface Profile {
  readonly role: string;
  readonly token: string;
  /** Whether nothing else stands there: an access key, a program or another profile would come before the role. */
  readonly alone: boolean;
}

function profileOf(live: LiveObject): Profile {
  const data = (live["data"] ?? {}) as Record<string, string>;
  const [header, ...lines] = Buffer.from(data[CREDENTIAL_KEY] ?? "", "base64")
    .toString("utf8")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const valuesOf = (setting: string) =>
    lines
      .filter((line) => line.replace(/\s*=.*$/, "") === setting)
      .map((line) => line.replace(/^[^=]*=\s*/, ""));
  const roles = valuesOf("role_arn");
  const tokens = valuesOf("web_identity_token_file");
  return {
    role: roles.join(" or "),
    token: tokens.join(" or "),
    alone: header === "[default]" && lines.length === roles.length + tokens.length,
  };
}
