import { isRecord } from "../schema/property";
import type { Properties } from "../schema/property";
import type { Tags } from "./tags";
import { tagsOf } from "./tags";

/** The provider's settings that the stand-in honours, with the environment as the fallback. */
export interface ProviderConfig {
  readonly region: string | undefined;
  readonly accessKey: string | undefined;
  readonly secretKey: string | undefined;
  readonly token: string | undefined;
  readonly profile: string | undefined;
  readonly allowedAccountIds: readonly string[];
  readonly forbiddenAccountIds: readonly string[];
  readonly skipCredentialsValidation: boolean;
  readonly skipRequestingAccountId: boolean;
  readonly s3UsePathStyle: boolean;
  /** Retries of one request after throttling, a 5xx or a broken connection. Default 25, as Terraform's. */
  readonly maxRetries: number;
  readonly defaultTags: Tags;
  /** The endpoint of a service, or nothing for the real AWS. */
  endpoint(service: string): string | undefined;
}

const TRUE = new Set<unknown>([true, "true", "1"]);

/** Reads the settings; nested ones arrive as JSON text from stack configuration and SDK alike. */
export function providerConfig(args: Properties, env: NodeJS.ProcessEnv = process.env): ProviderConfig {
  const text = (key: string): string | undefined => {
    const value = args[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const defaultTags = structured(args.defaultTags);
  const endpoints = structured(args.endpoints);
  const custom = (Array.isArray(endpoints) ? endpoints : [endpoints]).filter(isRecord);
  return {
    region: text("region") ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION,
    accessKey: text("accessKey"),
    secretKey: text("secretKey"),
    token: text("token"),
    profile: text("profile") ?? env.AWS_PROFILE,
    allowedAccountIds: strings(args.allowedAccountIds),
    forbiddenAccountIds: strings(args.forbiddenAccountIds),
    skipCredentialsValidation: TRUE.has(args.skipCredentialsValidation),
    skipRequestingAccountId: TRUE.has(args.skipRequestingAccountId),
    s3UsePathStyle: TRUE.has(args.s3UsePathStyle),
    maxRetries: args.maxRetries === undefined ? 25 : Number(args.maxRetries),
    defaultTags: isRecord(defaultTags) ? tagsOf(structured(defaultTags.tags)) : {},
    endpoint: (service) => {
      const own = custom.map((entry) => entry[service]).find((url) => typeof url === "string" && url !== "");
      return (
        (own as string | undefined) ??
        env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
        env.AWS_ENDPOINT_URL
      );
    },
  };
}

function structured(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function strings(value: unknown): string[] {
  const list = structured(value);
  return Array.isArray(list) ? list.map(String) : [];
}
