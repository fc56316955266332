/** Judges the live AWS account: the tenant's key, roles and secrets. */

import * as fs from "node:fs";
import * as https from "node:https";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { AwsCredentialIdentity } from "@smithy/types";
import { presenceOf } from "../../model/lifecycle";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Environment } from "../connect";
import type { Ledger } from "../ledger";
import { judgeBackupRole } from "./backup-role";
import { judgeKey } from "./key";
import { judgeManagedSecrets } from "./managed-secrets";
import { judgeWorkloadRole } from "./workload-role";

export interface AwsClients {
  readonly kms: KMSClient;
  readonly iam: IAMClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
}

/** Milliseconds: without them the SDK waits for ever for a server that takes the call and does not answer. */
export const AWS_TIMEOUTS = {
  connectionTimeout: 3_000,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
} as const;

/** @param environment whose credentials and endpoint count; default: what the SDK finds in this process. */
export function awsClients(platform: Platform, environment: Environment = {}): AwsClients {
  const options = awsOptions(platform, environment);
  return {
    kms: new KMSClient(options),
    iam: new IAMClient(options),
    secrets: new SecretsManagerClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
  };
}

/** Options of every client. */
export function awsOptions({ aws }: Platform, environment: Environment = {}) {
  return {
    region: aws.region,
    // KMS answers few requests a second; the SDK waits and asks again.
    maxAttempts: 8,
    requestHandler: { ...AWS_TIMEOUTS, ...trusting(environment) },
    ...awsSettings(environment),
  };
}

/** The authorities of AWS_CA_BUNDLE, which the other tools of AWS read themselves. */
function trusting({ AWS_CA_BUNDLE: bundle = "" }: Environment): { readonly httpsAgent?: https.Agent } {
  return bundle === ""
    ? {}
    : { httpsAgent: new https.Agent({ ca: fs.readFileSync(bundle), keepAlive: true }) };
}

/** What of an environment the SDK would otherwise read from this process: keys or a profile, and the endpoint. */
export function awsSettings(environment: Environment): {
  readonly endpoint?: string;
  readonly profile?: string;
  readonly credentials?: AwsCredentialIdentity;
} {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = "",
    AWS_SECRET_ACCESS_KEY: secretAccessKey = "",
    AWS_SESSION_TOKEN: sessionToken = "",
    AWS_PROFILE: profile = "",
    AWS_ENDPOINT_URL: endpoint = "",
  } = environment;
  return {
    ...(endpoint !== "" && { endpoint }),
    ...(profile !== "" && { profile }),
    ...(accessKeyId !== "" && {
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== "" && { sessionToken }) },
    }),
  };
}

export async function judgeAws(
  tenant: Tenant,
  platform: Platform,
  { kms, iam, secrets }: Pick<AwsClients, "kms" | "iam" | "secrets">,
  ledger: Ledger,
): Promise<void> {
  await judgeKey(tenant, platform, kms, ledger.bench(tenant.name, "encryption"));
  if (presenceOf(tenant).stands) {
    await judgeBackupRole(tenant, platform, iam, ledger.bench(tenant.name, "backup"));
    await judgeWorkloadRole(tenant, platform, iam, ledger.bench(tenant.name, "identity"));
  }
  await judgeManagedSecrets(tenant, platform, secrets, ledger.bench(tenant.name, "secrets"));
}
