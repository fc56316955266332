/** What a tenant list must know of the cluster, the AWS account and Vault: the platform stack's output. */

import { z } from "zod";
import { readCidr } from "./cidr";
import { InputFaults } from "./fault";
import { sentences } from "./issue";
import { DNS_LABEL } from "./tenant";

const name = z.string().max(63).regex(DNS_LABEL, { error: "is not a DNS label" });

/** Stack config `tenantry:platform` of the platform stack. */
export const platformSchema = z.strictObject({
  cluster: z.strictObject({
    name: name.describe(
      "The cluster's name; identifies it in Pulumi state even when its kubeconfig changes.",
    ),
    gatewayNamespace: name.default("tenant-gateway").describe("Namespace of the tenant gateway (R47, R50)."),
    observabilityNamespace: name.default("observability").describe("Namespace that scrapes tenants (R47)."),
    backupNamespace: name.default("velero").describe("Velero's namespace (R70)."),
    dns: z
      .strictObject({
        namespace: name.default("kube-system"),
        podLabels: z.record(z.string(), z.string()).default({ "k8s-app": "kube-dns" }),
      })
      .prefault({})
      .describe("Where the cluster's DNS answers; differs by distribution (R46)."),
    reservedCidrs: z
      .array(
        z.string().refine((cidr) => typeof readCidr(cidr) !== "string", {
          error: "is not a network; write 10.0.0.0/16",
        }),
      )
      .min(1)
      .describe("Pod, Service and node ranges: no tenant's egress may reach into them (R48)."),
    podSecurityVersion: z
      .string()
      .regex(/^v1\.(3[4-9]|[4-9][0-9])$/, {
        error: "is not v1.34 or later; older versions let probes reach other hosts",
      })
      .default("v1.36")
      .describe("Version of the Pod Security Standards that tenants are held to (R18)."),
    serviceAccountIssuer: z
      .string()
      .regex(/^https:\/\/[a-z0-9][a-z0-9.-]*(\/[A-Za-z0-9/_.-]*[A-Za-z0-9_-])?$/, {
        error: "is not an https URL without a closing slash",
      })
      .describe("Issuer of the cluster's service-account tokens, as IAM trusts it (R67)."),
  }),
  aws: z.strictObject({
    accountId: z.string().regex(/^[0-9]{12}$/, { error: "is not an account id of twelve digits; quote it" }),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, { error: "is not a region, such as eu-central-1" }),
    partition: z.enum(["aws", "aws-cn", "aws-us-gov"]).default("aws"),
    backupBucket: z
      .string()
      .regex(/^(?!xn--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$(?<!-s3alias)/, {
        error: "is not a bucket name of lower-case letters, digits and hyphens",
      })
      .describe("Bucket that holds every tenant's backups under a prefix each (R68)."),
    ebsCsiRole: z
      .string()
      .min(1)
      .max(64)
      .describe("Name of the EBS CSI driver's IAM role; it alone may use tenants' keys for volumes (R56)."),
  }),
});

/** The platform as declared. */
export type PlatformSpec = z.output<typeof platformSchema>;

/** The platform as a tenant list sees it: declared, plus what its first `up` found out. */
export interface Platform extends PlatformSpec {
  /** UID of the live cluster's kube-system namespace; a list refuses to touch any other cluster. */
  readonly clusterUid: string;
}

/**
 * Reads the config of the platform stack.
 *
 * @throws InputFaults with every fault in it.
 */
export function readPlatform(config: unknown): PlatformSpec {
  const parsed = platformSchema.safeParse(config);
  if (parsed.success) {
    return parsed.data;
  }
  throw new InputFaults(
    parsed.error.issues
      .flatMap((issue) => sentences(issue, config, () => []))
      .map(({ path, message }) => ({
        file: "stacks/Pulumi.platform.yaml",
        line: 1,
        column: 1,
        path: ["tenantry:platform", ...path].join("."),
        message,
      })),
  );
}
