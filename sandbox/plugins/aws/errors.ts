import { EC2ServiceException } from "@aws-sdk/client-ec2";
import { EKSServiceException } from "@aws-sdk/client-eks";
import { IAMServiceException } from "@aws-sdk/client-iam";
import { KMSServiceException } from "@aws-sdk/client-kms";
import { S3ServiceException } from "@aws-sdk/client-s3";
import { SecretsManagerServiceException } from "@aws-sdk/client-secrets-manager";
import { STSServiceException } from "@aws-sdk/client-sts";

const SERVICES = {
  EC2: EC2ServiceException,
  EKS: EKSServiceException,
  IAM: IAMServiceException,
  KMS: KMSServiceException,
  S3: S3ServiceException,
  STS: STSServiceException,
  "Secrets Manager": SecretsManagerServiceException,
};

/** The services the plugin speaks to, by the name the Go SDK prints. */
export type Service = keyof typeof SERVICES;

type ServiceError = InstanceType<(typeof SERVICES)[Service]>;

/** Runs one request and words its failure as the official provider does: `creating KMS Key: operation error KMS: …`. */
export async function attempt<T>(
  doing: string,
  service: Service,
  operation: string,
  request: Promise<T>,
): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw new Error(`${doing}: ${requestFailure(service, operation, error)}`, { cause: error });
  }
}

/** A failed request in the words of the AWS SDK for Go, which the official provider shows. */
export function requestFailure(service: Service, operation: string, error: unknown): string {
  const prefix = `operation error ${service}: ${operation}`;
  if (!isServiceError(error)) return `${prefix}, ${error instanceof Error ? error.message : String(error)}`;
  const { httpStatusCode, requestId, extendedRequestId } = error.$metadata;
  const host = service === "S3" ? `, HostID: ${extendedRequestId ?? ""}` : "";
  // A code the service's model does not declare arrives as the bare base class.
  const undeclared = error.constructor === SERVICES[service] ? "api error " : "";
  const reply = `https response error StatusCode: ${httpStatusCode ?? 0}, RequestID: ${requestId ?? ""}${host}`;
  return `${prefix}, ${reply}, ${undeclared}${codeOf(service, error)}: ${error.message}`;
}

/** IAM's codes lack the ending that the SDK's classes have: `NoSuchEntity`, not `NoSuchEntityException`. */
function codeOf(service: Service, error: ServiceError): string {
  return service === "IAM" ? error.name.replace(/Exception$/, "") : error.name;
}

/** Whether the service refused with one of these codes, also behind the wording of `attempt`. */
export function refusedWith(error: unknown, ...codes: string[]): boolean {
  const cause = error instanceof Error && !isServiceError(error) ? error.cause : error;
  return isServiceError(cause) && codes.includes(cause.name);
}

/** The result of a request, or nothing where the service says the thing does not exist. */
export async function unlessMissing<T>(request: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (refusedWith(error, ...codes)) return undefined;
    throw error;
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return Object.values(SERVICES).some((service) => error instanceof service);
}
