/** What a tenant list must know of the cluster, the AWS account and Vault: the platform stack's output. */

import { z } from "zod";
import { readCidr } from "./cidr";
import { InputFaults } from "./fault";
import { sentences } from "./issue";
import { quantity } from "./quantity";
import { DNS_LABEL } from "./tenant";

const name = z.string().max(63).regex(DNS_LABEL, { error: "is not a DNS label" });
const cidr = z.string().refine((text) => typeof readCidr(text) !== "string", {
  error: "is not a network; write 10.0.0.0/16",
});
const amount = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => (quantity(text) ?? 0n) > 0n, { error: "is no amount; write 64 or 256Gi" });
const iamName = z
  .string()
  .max(64)
  .regex(/^[\w+=,.@-]+$/, { error: "is not the name of an IAM role; write it without path and ARN" });

const principal = z.string().regex(/^arn:[a-z-]+:iam::[0-9]{12}:(role|user)\/[\w+=,.@/-]+$/, {
  error: "is not the ARN of an IAM role or user",
});

const image = z
  .string()
  .regex(/^(v[0-9]{8}|1\.[0-9]+\.[0-9]+-[0-9]{8}|ami-[0-9a-f]{8,17})$/, {
    error: "is not an image; write a version of AL2023 (karpenter: v20260714, eks: 1.36.1-20260714) or ami-…",
  })
  .optional();

/** What enforces the rules. */
export const guardrailEngines = ["native", "kyverno", "gatekeeper"] as const;
export type GuardrailEngine = (typeof guardrailEngines)[number];
/** What becomes of a request that a rule is against. */
export const guardrailActions = ["enforce", "audit"] as const;
export type GuardrailAction = (typeof guardrailActions)[number];

const nodesSchema = z
  .strictObject({
    engine: z
      .enum(["existing", "karpenter", "eks"])
      .default("existing")
      .describe(
        "Who makes the tenants' nodes: Karpenter NodePools, EKS managed node groups, or somebody else who labels and taints them (R40).",
      ),
    role: iamName.optional().describe("IAM role of the nodes; needed by karpenter and eks."),
    subnetIds: z
      .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, { error: "is not the id of a subnet" }))
      .default([])
      .describe("Subnets of the nodes; needed by karpenter and eks."),
    securityGroupIds: z
      .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, { error: "is not the id of a security group" }))
      .default([])
      .describe("Security groups of the nodes; needed by karpenter."),
    instanceTypes: z
      .array(
        z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, { error: "is not an instance type; write m7i.large" }),
      )
      .min(1)
      .default(["m7i.large", "m7i.xlarge", "m7i.2xlarge"]),
    images: z
      .strictObject({ standard: image, sensitive: image, dedicated: image })
      .prefault({})
      .describe(
        "Image of each tier's nodes, pinned; default: the version of AL2023 that this release was made with.",
      ),
    maxNodes: z.int().min(1).max(450).default(10).describe("The most nodes of one pool."),
    runtimeClasses: z
      .strictObject({
        gvisor: name.optional().describe("containerd handler of gVisor, usually runsc."),
        kata: name.optional().describe("containerd handler of Kata, usually kata-qemu."),
      })
      .prefault({})
      .describe("Sandboxed runtimes that the sensitive nodes' image brings (R42)."),
    swapGiB: z
      .int()
      .min(0)
      .max(64)
      .default(8)
      .describe("Encrypted swap of a sensitive node, in GiB; 0 is none (R43)."),
  })
  .superRefine((nodes, context) => {
    const needed = {
      karpenter: ["role", "subnetIds", "securityGroupIds"],
      eks: ["role", "subnetIds"],
      existing: [],
    } as const;
    for (const field of needed[nodes.engine]) {
      if (nodes[field] === undefined || nodes[field].length === 0) {
        context.addIssue({
          code: "custom",
          path: [field],
          message: `is needed by the engine ${nodes.engine}`,
        });
      }
    }
    const sandboxed = Object.values(nodes.runtimeClasses).some((handler) => handler !== undefined);
    if (nodes.engine !== "existing" && sandboxed && !nodes.images.sensitive?.startsWith("ami-")) {
      context.addIssue({
        code: "custom",
        path: ["images", "sensitive"],
        message:
          "has to be an image (ami-…) that brings the runtimes of nodes.runtimeClasses: AL2023 brings none",
      });
    }
    for (const [tier, pinned] of Object.entries(nodes.images)) {
      const fits = { karpenter: /^(v|ami-)/, eks: /^1\./, existing: /^/ }[nodes.engine];
      if (pinned !== undefined && !fits.test(pinned)) {
        context.addIssue({
          code: "custom",
          path: ["images", tier],
          message: `is not what the engine ${nodes.engine} takes; write ${nodes.engine === "eks" ? "1.36.1-20260714" : "v20260714 or ami-…"}`,
        });
      }
    }
  })
  .prefault({})
  .describe("The tenants' node pools, by tier (R40-R43).");

const imageNames = z.string().regex(/^[a-z0-9][a-z0-9.-]*(:[0-9]+)?(\/([a-z0-9._-]+|\{tenant\}))*\/$/, {
  error: "is not the beginning of an image's name with a closing slash; write registry.example.com/{tenant}/",
});

const signerSchema = z
  .strictObject({
    images: z
      .array(imageNames)
      .min(1)
      .describe("How names of images begin that this signer signs; {tenant} is the tenant's name."),
    keyless: z
      .strictObject({
        issuer: z
          .url({ protocol: /^https$/, error: "is not an https URL" })
          .describe("Issuer of the token that the pipeline signed with."),
        subject: z.string().min(1).describe("Who the token is of, in full: the pipeline."),
      })
      .optional()
      .describe("A pipeline that signs with a certificate of Sigstore's public authority."),
    publicKey: z
      .string()
      .regex(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PUBLIC KEY-----\n?$/, {
        error: "is not a public key in PEM form",
      })
      .optional()
      .describe("The key that the signature is checked with."),
  })
  .superRefine(({ keyless, publicKey }, context) => {
    if ((keyless === undefined) === (publicKey === undefined)) {
      context.addIssue({ code: "custom", message: "has to name either keyless or publicKey" });
    }
  });
export type Signer = z.output<typeof signerSchema>;

const guardrailsSchema = z
  .preprocess(
    (value) => (typeof value === "string" ? { engine: value } : value),
    z.strictObject({
      engine: z
        .enum(guardrailEngines)
        .default("native")
        .describe(
          "What enforces the rules: the API server itself (native), Kyverno or Gatekeeper; rules that the engine cannot enforce stay native (R28).",
        ),
      action: z
        .enum(guardrailActions)
        .default("enforce")
        .describe("What becomes of a request that a rule is against: refused, or told of and let through."),
      rules: z
        .record(z.string(), z.enum(guardrailActions))
        .default({})
        .describe("The same by rule, so that a live cluster takes them on one after the other."),
      exemptNamespaces: z
        .array(name)
        .default([])
        .describe("Namespaces of the platform besides its own that no rule looks at (R29)."),
      identities: z
        .strictObject({
          users: z.array(z.string().min(1)).default([]),
          groups: z.array(z.string().min(1)).default([]),
        })
        .prefault({})
        .describe(
          "The platform's own users and groups besides the provisioner and system:masters: controllers that write in tenants' namespaces (R29).",
        ),
      registries: z
        .array(imageNames)
        .default([])
        .describe(
          "How names of images begin that tenants may run; {tenant} is the tenant's name; none: any (R22).",
        ),
      signatures: z
        .array(signerSchema)
        .default([])
        .describe(
          "Who signs the images that tenants run; others are refused by kyverno and gatekeeper, and cannot be by native; none: unsigned ones run (R23).",
        ),
      signatureProvider: name
        .default("ratify-provider")
        .describe("Gatekeeper's Provider that checks signatures (R23)."),
    }),
  )
  .prefault({})
  .describe("The rules over what tenants write (R17-R31).");

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
    provisionerNamespace: name
      .default("tenantry-system")
      .describe("Namespace of the provisioner's ServiceAccount (R1)."),
    privilegedNamespaces: z
      .array(name)
      .default(["kube-system", "kube-public", "kube-node-lease"])
      .describe("Namespaces besides Velero's that may run pods below Pod Security `baseline` (R19, R29)."),
    cni: z
      .enum(["other", "cilium", "calico", "calico-enterprise"])
      .default("other")
      .describe(
        "What enforces network policies; decides how egress by name (cilium, calico-enterprise) and address pools (all but other) are declared (R49, R51).",
      ),
    adminNetworkPolicy: z
      .enum(["none", "AdminNetworkPolicy", "ClusterNetworkPolicy"])
      .default("none")
      .describe(
        "Kind with which the cluster can deny between tenants above every tenant's own policies (R48).",
      ),
    tenantPodCidrs: z
      .array(cidr)
      .default([])
      .describe("Networks that tenants' own pools of pod addresses are cut from (R51)."),
    gateway: z
      .strictObject({
        api: z.enum(["none", "gateway-api", "ingress"]).default("none").describe("How hosts are served."),
        className: name
          .default("tenant-gateway")
          .describe("GatewayClass or IngressClass, made by its controller."),
        certificate: name.default("tenant-gateway-tls").describe("TLS Secret in the gateway's namespace."),
      })
      .prefault({})
      .describe("The only way in from outside (R50)."),
    externalSecrets: z
      .boolean()
      .default(false)
      .describe("Whether External Secrets is installed, so that tenants get a SecretStore (R62)."),
    reservedCidrs: z
      .array(cidr)
      .min(1)
      .describe("Pod, Service and node ranges: no tenant's egress may reach into them (R48)."),
    podSecurityVersion: z
      .string()
      .regex(/^v1\.(3[4-9]|[4-9][0-9])$/, {
        error: "is not v1.34 or later; older versions let probes reach other hosts",
      })
      .default("v1.36")
      .describe("Version of the Pod Security Standards that tenants are held to (R18)."),
    oidc: z
      .strictObject({
        issuerUrl: z
          .url({ protocol: /^https$/ })
          .describe("The identity provider's address, as the API server trusts it."),
        clientId: z
          .string()
          .regex(/^[\x21-\x7e]+$/)
          .describe("The client that the API server takes tokens for."),
      })
      .optional()
      .describe("How people sign in to the cluster, for the kubeconfigs that are written for them (R8)."),
    serviceAccountIssuer: z
      .string()
      .regex(/^https:\/\/[a-z0-9][a-z0-9.-]*(\/[A-Za-z0-9/_.-]*[A-Za-z0-9_-])?$/, {
        error: "is not an https URL without a closing slash",
      })
      .describe("Issuer of the cluster's service-account tokens, as IAM trusts it (R67)."),
    capacity: z
      .strictObject({
        cpu: amount.optional().describe("Cores."),
        memory: amount.optional().describe("Bytes."),
        pods: z.int().min(1).optional().describe("Pods that run at once."),
        overcommit: z
          .number()
          .min(1)
          .max(100)
          .multipleOf(0.01)
          .default(1)
          .describe("How many times over it may be promised."),
      })
      .optional()
      .describe(
        "What the tenants' nodes have; the quotas of a list may not promise more. Default: nobody adds up (R34).",
      ),
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
    ebsCsiRole: iamName.describe(
      "Name of the EBS CSI driver's IAM role; it alone may use tenants' keys for volumes (R56).",
    ),
    workloadIdentity: z
      .enum(["irsa", "pod-identity"])
      .default("irsa")
      .describe("How tenants' ServiceAccounts take on their IAM role (R67)."),
    eksCluster: name.optional().describe("Name of the EKS cluster; default: `cluster.name`."),
    provisionerPrincipals: z
      .array(principal)
      .default([])
      .describe("Who may take on the provisioner's IAM role: the pipeline's role, for example (R1)."),
    operatorPrincipals: z
      .array(principal)
      .default([])
      .describe(
        "Who may take on the operator's IAM role, besides its ServiceAccount where workload identity is irsa (R1).",
      ),
  }),
  vault: z
    .strictObject({
      inCluster: z
        .boolean()
        .default(true)
        .describe(
          "Whether Vault runs in the cluster and reviews tokens with its own ServiceAccount. If not, it asks the API server with the token that logs in.",
        ),
      address: z
        .url({ protocol: /^https?$/, error: "is not an http or https URL" })
        .optional()
        .describe("Vault's address as seen by the cluster; default: VAULT_ADDR of the platform's run."),
      caBundle: z
        .string()
        .startsWith("-----BEGIN CERTIFICATE-----", { error: "is not a certificate in PEM form" })
        .optional()
        .describe("Who signed Vault's certificate, where no public authority did."),
    })
    .prefault({})
    .describe("How the cluster's ServiceAccounts log in to Vault (R62)."),
  nodes: nodesSchema,
  guardrails: guardrailsSchema,
});

/** The platform as declared. */
export type PlatformSpec = z.output<typeof platformSchema>;

/** What the platform's first `up` found out. */
export const factsSchema = z.object({
  /** UID of the live cluster's kube-system namespace; a list refuses to touch any other cluster. */
  clusterUid: z.string(),
  /** The API server as its kubeconfig names it, for a Vault outside the cluster. */
  apiServer: z.object({ url: z.string(), certificate: z.string() }).optional(),
  /** Vault as the cluster reaches it, and the namespace that holds the tenants' ("" is the root). */
  vaultAddress: z.string().default(""),
  vaultNamespace: z.string().default(""),
  /** Versions of the launch templates by class of nodes; none but with the engine eks. */
  launchTemplates: z.record(z.string(), z.number()).default({}),
});
export type PlatformFacts = z.output<typeof factsSchema>;

/** The platform as a tenant list sees it: declared, plus what its run found out. */
export type Platform = PlatformSpec & PlatformFacts;

/** Reads the platform stack's output; what an older release did not write yet gets its default. */
export function readPlatformOutput(value: unknown): Platform {
  const { clusterUid, apiServer, vaultAddress, vaultNamespace, launchTemplates, ...spec } = value as Record<
    string,
    unknown
  >;
  return {
    ...platformSchema.parse(spec),
    ...factsSchema.parse({ clusterUid, apiServer, vaultAddress, vaultNamespace, launchTemplates }),
  };
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
