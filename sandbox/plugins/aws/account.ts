import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { GetCallerIdentityCommandOutput } from "@aws-sdk/client-sts";
import { requestFailure } from "./errors";
import type { ProviderConfig } from "./provider-config";
import type { Tags } from "./tags";

/** One AWS account and region as the provider is configured for; clients are made when first used. */
export interface Account {
  readonly region: string;
  readonly partition: string;
  readonly defaultTags: Tags;
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  identity(): Promise<GetCallerIdentityCommandOutput>;
}

/** How each service's endpoint is named in the provider's `endpoints` setting. */
type ServiceName = "ec2" | "eks" | "iam" | "kms" | "s3" | "secretsmanager" | "sts";

/** Opens the account: checks region, credentials and account ids before anything is made. */
export async function openAccount(config: ProviderConfig): Promise<Account> {
  const { region } = config;
  if (region === undefined) throw new Error(unconfigured("Missing region configuration"));
  const account = lazyClients(config, region);
  const restricted = config.allowedAccountIds.length > 0 || config.forbiddenAccountIds.length > 0;
  if (!restricted && (config.skipCredentialsValidation || config.skipRequestingAccountId)) return account;
  let id: string | undefined;
  try {
    id = (await account.identity()).Account;
  } catch (error) {
    throw new Error(unconfigured(credentialFault(error)), { cause: error });
  }
  const refused = accountFault(id ?? "", config);
  if (refused !== undefined) throw new Error(refused);
  return account;
}

/** Why the account may not be used, in Terraform's words, or nothing. */
export function accountFault(
  id: string,
  lists: Pick<ProviderConfig, "allowedAccountIds" | "forbiddenAccountIds">,
): string | undefined {
  const { allowedAccountIds: allowed, forbiddenAccountIds: forbidden } = lists;
  const refused = forbidden.includes(id) || (allowed.length > 0 && !allowed.includes(id));
  return refused ? `AWS account ID not allowed: ${id}` : undefined;
}

function lazyClients(config: ProviderConfig, region: string): Account {
  const made = new Map<ServiceName, unknown>();
  const client = <T>(name: ServiceName, make: (settings: ReturnType<typeof settingsFor>) => T): T => {
    if (!made.has(name)) made.set(name, make(settingsFor(config, region, name)));
    return made.get(name) as T;
  };
  return {
    region,
    partition: partitionOf(region),
    defaultTags: config.defaultTags,
    get ec2() {
      return client("ec2", (settings) => new EC2Client(settings));
    },
    get eks() {
      return client("eks", (settings) => new EKSClient(settings));
    },
    get iam() {
      return client("iam", (settings) => new IAMClient(settings));
    },
    get kms() {
      return client("kms", (settings) => new KMSClient(settings));
    },
    get s3() {
      return client("s3", (settings) => new S3Client({ ...settings, forcePathStyle: config.s3UsePathStyle }));
    },
    get secrets() {
      return client("secretsmanager", (settings) => new SecretsManagerClient(settings));
    },
    identity: () =>
      client("sts", (settings) => new STSClient({ ...settings, maxAttempts: 3 })).send(
        new GetCallerIdentityCommand({}),
      ),
  };
}

function settingsFor(config: ProviderConfig, region: string, service: ServiceName) {
  const { accessKey, secretKey, token, profile } = config;
  return {
    region,
    maxAttempts: config.maxRetries + 1,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000 },
    ...(config.endpoint(service) !== undefined && { endpoint: config.endpoint(service) }),
    ...(profile !== undefined && { profile }),
    ...(accessKey !== undefined && {
      credentials: {
        accessKeyId: accessKey,
        secretAccessKey: secretKey ?? "",
        ...(token !== undefined && { sessionToken: token }),
      },
    }),
  };
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function credentialFault(error: unknown): string {
  if (error instanceof Error && error.name === "CredentialsProviderError") {
    return "No valid credential sources found. Please see https://registry.terraform.io/providers/hashicorp/aws\nfor more information about providing credentials.";
  }
  return `validating provider credentials: retrieving caller identity from STS: ${requestFailure("STS", "GetCallerIdentity", error)}`;
}

function unconfigured(details: string): string {
  return [
    "unable to validate AWS credentials.",
    `Details: ${details}`,
    "Make sure you have:",
    "",
    " \t • Set your AWS region, e.g. `pulumi config set aws:region us-west-2`",
    " \t • Configured your AWS credentials as per https://pulumi.io/install/aws.html",
    " \t You can also set these via cli using `aws configure`.",
  ].join("\n");
}
