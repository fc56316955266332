/** The platform's config and output: every field good and bad, what an engine needs, what an older release left out. */

import assert from "node:assert/strict";
import { InputFaults } from "../../model/fault";
import { readPlatform, readPlatformOutput, type PlatformSpec } from "../../model/platform";

const config = {
  cluster: {
    name: "test",
    reservedCidrs: ["10.0.0.0/16"],
    serviceAccountIssuer: "https://oidc.example/id",
  },
  aws: {
    accountId: "123456789012",
    region: "eu-central-1",
    backupBucket: "backups",
    ebsCsiRole: "ebs-csi",
  },
};

/** The config with the value at a path such as `cluster.gateway.api`. */
function withField(field: string, value: unknown, base: object = config): object {
  const [first = "", ...rest] = field.split(".");
  const inner = (base as Record<string, object | undefined>)[first];
  return { ...base, [first]: rest.length === 0 ? value : withField(rest.join("."), value, inner ?? {}) };
}

function valueOf(spec: PlatformSpec, field: string): unknown {
  return field.split(".").reduce<unknown>((inner, step) => (inner as Record<string, unknown>)[step], spec);
}

function faultsOf(value: unknown): string[] {
  try {
    readPlatform(value);
  } catch (error) {
    assert.ok(error instanceof InputFaults, String(error));
    return error.faults.map(({ path, message }) => `${path.replace("tenantry:platform.", "")}: ${message}`);
  }
  return [];
}

const NO_NAME = "is not a DNS label";
const NO_NETWORK = "is not a network; write 10.0.0.0/16";
const NO_IMAGE =
  "is not an image; write a version of AL2023 (karpenter: v20260714, eks: 1.36.1-20260714) or ami-…";
const NO_PRINCIPAL = "is not the ARN of an IAM role or user";
const NO_URL = "is not an http or https URL";
const NO_ISSUER = "is not an https URL without a closing slash";
const NO_AMOUNT = "is no amount; write 64 or 256Gi";
const NO_BUCKET = "is not a bucket name of lower-case letters, digits and hyphens";
const NO_ROLE = "is not the name of an IAM role; write it without path and ARN";
const OLD = "is not v1.34 or later; older versions let probes reach other hosts";
const NO_IMAGE_NAMES =
  "is not the beginning of an image's name with a closing slash; write registry.example.com/{tenant}/";
const KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n";
const PIPELINE = { issuer: "https://token.example.com", subject: "https://git.example.com/ci" };
const NO_LIST = "lists nothing; list at least 1, or leave the field out where it may be";

interface Field {
  readonly field: string;
  readonly good: readonly unknown[];
  /** Each with its sentence, and the path where that is not the field's. */
  readonly bad: readonly (readonly [value: unknown, sentence: string, path?: string])[];
}

const FIELDS: readonly Field[] = [
  {
    field: "cluster.name",
    good: ["test", "prod-eu-1"],
    bad: [
      ["Test", `"Test" ${NO_NAME}`],
      [undefined, "is missing; write it"],
    ],
  },
  ...["gatewayNamespace", "observabilityNamespace", "backupNamespace", "provisionerNamespace"].map(
    (name) => ({
      field: `cluster.${name}`,
      good: ["own"],
      bad: [["own_ns", `"own_ns" ${NO_NAME}`]] as const,
    }),
  ),
  { field: "cluster.dns.namespace", good: ["openshift-dns"], bad: [["", `"" ${NO_NAME}`]] },
  {
    field: "cluster.dns.podLabels",
    good: [{ "dns.operator.openshift.io/daemonset-dns": "default" }],
    bad: [["kube-dns", '"kube-dns" is text; write a map of fields']],
  },
  {
    field: "cluster.privilegedNamespaces",
    good: [[], ["kube-system", "cilium"]],
    bad: [[["kube-system", "*"], `"*" ${NO_NAME}`, "cluster.privilegedNamespaces.1"]],
  },
  {
    field: "cluster.cni",
    good: ["other", "cilium", "calico", "calico-enterprise"],
    bad: [
      ["flannel", '"flannel" is none of the choices; write other or cilium or calico or calico-enterprise'],
    ],
  },
  {
    field: "cluster.adminNetworkPolicy",
    good: ["none", "AdminNetworkPolicy", "ClusterNetworkPolicy"],
    bad: [
      [true, "true is none of the choices; write none or AdminNetworkPolicy or ClusterNetworkPolicy"],
      [
        "BaselineAdminNetworkPolicy",
        '"BaselineAdminNetworkPolicy" is none of the choices; write none or AdminNetworkPolicy or ClusterNetworkPolicy',
      ],
    ],
  },
  {
    field: "cluster.tenantPodCidrs",
    good: [[], ["10.128.0.0/12", "2001:db8::/56"]],
    bad: [
      [["10.128.0.0/12", "10.0.0.1/8"], `"10.0.0.1/8" ${NO_NETWORK}`, "cluster.tenantPodCidrs.1"],
      ["10.128.0.0/12", '"10.128.0.0/12" is text; write a list'],
    ],
  },
  {
    field: "cluster.gateway.api",
    good: ["none", "gateway-api", "ingress"],
    bad: [["istio", '"istio" is none of the choices; write none or gateway-api or ingress']],
  },
  { field: "cluster.gateway.className", good: ["cilium"], bad: [["My Gateway", `"My Gateway" ${NO_NAME}`]] },
  { field: "cluster.gateway.certificate", good: ["wildcard-tls"], bad: [["a/b", `"a/b" ${NO_NAME}`]] },
  {
    field: "cluster.externalSecrets",
    good: [true, false],
    bad: [["yes", '"yes" is text; write true or false']],
  },
  {
    field: "cluster.reservedCidrs",
    good: [["10.0.0.0/16", "fd00::/48"]],
    bad: [
      [[], NO_LIST],
      [["10.0.0.0"], `"10.0.0.0" ${NO_NETWORK}`, "cluster.reservedCidrs.0"],
    ],
  },
  {
    field: "cluster.podSecurityVersion",
    good: ["v1.34", "v1.36"],
    bad: [
      ["latest", `"latest" ${OLD}`],
      ["v1.33", `"v1.33" ${OLD}`],
    ],
  },
  {
    field: "cluster.serviceAccountIssuer",
    good: ["https://oidc.example", "https://oidc.example/id/A1_b"],
    bad: [
      ["https://oidc.example/", `"https://oidc.example/" ${NO_ISSUER}`],
      ["http://oidc.example", `"http://oidc.example" ${NO_ISSUER}`],
      ["https://OIDC.example", `"https://OIDC.example" ${NO_ISSUER}`],
    ],
  },
  {
    field: "cluster.capacity.cpu",
    good: ["64", "63500m"],
    bad: [
      ["many", `"many" ${NO_AMOUNT}`],
      ["0", `"0" ${NO_AMOUNT}`],
    ],
  },
  {
    field: "cluster.capacity.memory",
    good: ["256Gi"],
    bad: [["256GB", `"256GB" ${NO_AMOUNT}`]],
  },
  {
    field: "cluster.capacity.pods",
    good: [1, 1100],
    bad: [[0, "0 is below 1; write 1 or more"]],
  },
  {
    field: "cluster.capacity.overcommit",
    good: [1, 1.5],
    bad: [[0.9, "0.9 is below 1; write 1 or more"]],
  },
  {
    field: "aws.accountId",
    good: ["000000000000"],
    bad: [
      [123456789012, "123456789012 is a number; put it in quotes to make it text"],
      ["111", '"111" is not an account id of twelve digits; quote it'],
    ],
  },
  {
    field: "aws.region",
    good: ["us-gov-west-1"],
    bad: [["Europe", '"Europe" is not a region, such as eu-central-1']],
  },
  {
    field: "aws.partition",
    good: ["aws", "aws-cn", "aws-us-gov"],
    bad: [["aws-iso", '"aws-iso" is none of the choices; write aws or aws-cn or aws-us-gov']],
  },
  {
    field: "aws.backupBucket",
    good: ["b-1"],
    bad: ["My_Bucket", "b-s3alias", "192.168.0.1", "xn--b", "ab", "a".repeat(64)].map(
      (value) =>
        [value, value.length > 60 ? `"${"a".repeat(59)}… ${NO_BUCKET}` : `"${value}" ${NO_BUCKET}`] as const,
    ),
  },
  {
    field: "aws.ebsCsiRole",
    good: ["AmazonEKS_EBS_CSI_DriverRole", "r".repeat(64)],
    bad: [
      ["r".repeat(65), `"${"r".repeat(59)}… has 65 characters; write at most 64`],
      ["path/role", `"path/role" ${NO_ROLE}`],
      ["arn:aws:iam::123456789012:role/x", `"arn:aws:iam::123456789012:role/x" ${NO_ROLE}`],
    ],
  },
  {
    field: "aws.workloadIdentity",
    good: ["irsa", "pod-identity"],
    bad: [["kube2iam", '"kube2iam" is none of the choices; write irsa or pod-identity']],
  },
  { field: "aws.eksCluster", good: ["prod-eu", undefined], bad: [["prod/eu", `"prod/eu" ${NO_NAME}`]] },
  ...["aws.provisionerPrincipals", "aws.operatorPrincipals"].map((field) => ({
    field,
    good: [[], ["arn:aws:iam::123456789012:role/ci/pipeline", "arn:aws-cn:iam::123456789012:user/deployer"]],
    bad: [
      "*",
      "arn:aws:iam::123456789012:root",
      "arn:aws:iam::1:role/x",
      "arn:aws:iam::123456789012:role/*",
    ].map((value) => [[value], `"${value}" ${NO_PRINCIPAL}`, `${field}.0`] as const),
  })),
  { field: "vault.inCluster", good: [true, false], bad: [["false", '"false" is text; write true or false']] },
  {
    field: "vault.address",
    good: ["https://vault.example:8200", "http://vault.vault.svc:8200"],
    bad: [
      ["vault.example:8200", `"vault.example:8200" ${NO_URL}`],
      ["file:///etc/passwd", `"file:///etc/passwd" ${NO_URL}`],
    ],
  },
  {
    field: "vault.caBundle",
    good: ["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"],
    bad: [
      ["-----BEGIN PRIVATE KEY-----", '"-----BEGIN PRIVATE KEY-----" is not a certificate in PEM form'],
      ["TUlJQg==", '"TUlJQg==" is not a certificate in PEM form'],
    ],
  },
  {
    field: "guardrails.signatures",
    good: [
      [],
      [{ images: ["registry.example.com/{tenant}/"], keyless: PIPELINE }],
      [
        { images: ["registry.example.com/platform/"], publicKey: KEY },
        { images: ["a.example.com/", "b.example.com/{tenant}/"], keyless: PIPELINE },
      ],
    ],
    bad: [
      [[{ images: [], publicKey: KEY }], NO_LIST, "guardrails.signatures.0.images"],
      [
        [{ images: ["registry.example.com"], publicKey: KEY }],
        `"registry.example.com" ${NO_IMAGE_NAMES}`,
        "guardrails.signatures.0.images.0",
      ],
      [
        [{ images: ["a.example.com/"], publicKey: "TUlJQg==" }],
        '"TUlJQg==" is not a public key in PEM form',
        "guardrails.signatures.0.publicKey",
      ],
      [
        [{ images: ["a.example.com/"], keyless: { ...PIPELINE, issuer: "token.example.com" } }],
        '"token.example.com" is not an https URL',
        "guardrails.signatures.0.keyless.issuer",
      ],
      [
        [{ images: ["a.example.com/"], keyless: { issuer: PIPELINE.issuer } }],
        "is missing; write it",
        "guardrails.signatures.0.keyless.subject",
      ],
      [
        [{ images: ["a.example.com/"] }],
        '{"images":["a.example.com/"]} has to name either keyless or publicKey',
        "guardrails.signatures.0",
      ],
    ],
  },
  {
    field: "guardrails.signatureProvider",
    good: ["cosign"],
    bad: [["Cosign", `"Cosign" ${NO_NAME}`]],
  },
  { field: "nodes.role", good: ["eks-nodes"], bad: [["a/b", `"a/b" ${NO_ROLE}`]] },
  {
    field: "nodes.subnetIds",
    good: [["subnet-0a1b2c3d", "subnet-0123456789abcdef0"]],
    bad: [[["sg-0a1b2c3d"], '"sg-0a1b2c3d" is not the id of a subnet', "nodes.subnetIds.0"]],
  },
  {
    field: "nodes.securityGroupIds",
    good: [["sg-0a1b2c3d"]],
    bad: [[["default"], '"default" is not the id of a security group', "nodes.securityGroupIds.0"]],
  },
  {
    field: "nodes.instanceTypes",
    good: [["m7i.large"], ["m7i.metal-48xl", "u-6tb1.112xlarge"]],
    bad: [
      [[], NO_LIST],
      [["large"], '"large" is not an instance type; write m7i.large', "nodes.instanceTypes.0"],
      [["M7i.large"], '"M7i.large" is not an instance type; write m7i.large', "nodes.instanceTypes.0"],
    ],
  },
  ...["standard", "sensitive", "dedicated"].map((tier) => ({
    field: `nodes.images.${tier}`,
    good: ["v20260714", "1.36.1-20260714", "ami-0123456789abcdef0"],
    bad: [
      ["latest", `"latest" ${NO_IMAGE}`],
      ["v2026", `"v2026" ${NO_IMAGE}`],
    ] as const,
  })),
  {
    field: "nodes.maxNodes",
    good: [1, 450],
    bad: [
      [0, "0 is below 1; write 1 or more"],
      [451, "451 is above 450; write 450 or less"],
      [1.5, "1.5 is a fraction; write a whole number"],
    ],
  },
  { field: "nodes.runtimeClasses.gvisor", good: ["runsc"], bad: [["Runsc", `"Runsc" ${NO_NAME}`]] },
  { field: "nodes.runtimeClasses.kata", good: ["kata-qemu"], bad: [["kata.qemu", `"kata.qemu" ${NO_NAME}`]] },
  {
    field: "nodes.swapGiB",
    good: [0, 64],
    bad: [
      [-1, "-1 is below 0; write 0 or more"],
      [65, "65 is above 64; write 64 or less"],
    ],
  },
];

describe("the platform's config", () => {
  it("is filled with the defaults", () => {
    const { cluster, aws, vault, nodes } = readPlatform(config);
    assert.deepEqual(cluster, {
      ...config.cluster,
      gatewayNamespace: "tenant-gateway",
      observabilityNamespace: "observability",
      backupNamespace: "velero",
      provisionerNamespace: "tenantry-system",
      privilegedNamespaces: ["kube-system", "kube-public", "kube-node-lease"],
      dns: { namespace: "kube-system", podLabels: { "k8s-app": "kube-dns" } },
      cni: "other",
      adminNetworkPolicy: "none",
      tenantPodCidrs: [],
      gateway: { api: "none", className: "tenant-gateway", certificate: "tenant-gateway-tls" },
      externalSecrets: false,
      podSecurityVersion: "v1.36",
    });
    assert.deepEqual(aws, {
      ...config.aws,
      partition: "aws",
      workloadIdentity: "irsa",
      provisionerPrincipals: [],
      operatorPrincipals: [],
    });
    assert.deepEqual(vault, { inCluster: true });
    assert.deepEqual(nodes, {
      engine: "existing",
      subnetIds: [],
      securityGroupIds: [],
      instanceTypes: ["m7i.large", "m7i.xlarge", "m7i.2xlarge"],
      images: {},
      maxNodes: 10,
      runtimeClasses: {},
      swapGiB: 8,
    });
  });

  it("has every field in the table below", () => {
    const leaves = (value: object, at = ""): string[] =>
      Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
        typeof inner === "object" &&
        inner !== null &&
        !Array.isArray(inner) &&
        name !== "podLabels" &&
        Object.keys(inner).length > 0
          ? leaves(inner, `${at}${name}.`)
          : [at + name],
      );
    const known = FIELDS.map(({ field }) => field);
    const missing = leaves(readPlatform(config)).filter(
      (field) => !known.some((other) => other.startsWith(field)),
    );
    // These have suites of their own.
    assert.deepEqual(
      missing.filter((field) => !field.startsWith("guardrails.")),
      ["nodes.engine"],
    );
  });

  for (const { field, good, bad } of FIELDS) {
    for (const value of good) {
      it(`takes ${field} ${JSON.stringify(value)}`, () => {
        assert.deepEqual(valueOf(readPlatform(withField(field, value)), field), value);
      });
    }
    for (const [value, sentence, path = field] of bad) {
      it(`refuses ${field} ${JSON.stringify(value)}`, () => {
        assert.deepEqual(faultsOf(withField(field, value)), [`${path}: ${sentence}`]);
      });
    }
  }

  it("reports every fault, and what is no field", () => {
    const faults = faultsOf({ ...config, aws: { ...config.aws, region: "x", zone: 1 } });
    assert.equal(faults.length, 2);
    assert.match(faults.join("\n"), /aws\.zone: is no field here; take it out/);
    assert.equal(faultsOf(undefined).length, 1);
  });
});

describe("the platform's nodes", () => {
  const all = { role: "nodes", subnetIds: ["subnet-0a1b2c3d"], securityGroupIds: ["sg-0a1b2c3d"] };
  const nodesFaults = (nodes: object) => faultsOf({ ...config, nodes });

  for (const [engine, needed] of [
    ["existing", []],
    ["karpenter", ["role", "subnetIds", "securityGroupIds"]],
    ["eks", ["role", "subnetIds"]],
  ] as const) {
    it(`need ${needed.join(", ") || "nothing"} with the engine ${engine}`, () => {
      assert.deepEqual(nodesFaults({ engine, ...all }), []);
      assert.deepEqual(
        nodesFaults({ engine }),
        [...needed].sort().map((field) => `nodes.${field}: is missing: it is needed by the engine ${engine}`),
      );
      for (const field of needed) {
        assert.deepEqual(nodesFaults({ engine, ...all, [field]: undefined }), [
          `nodes.${field}: is missing: it is needed by the engine ${engine}`,
        ]);
      }
    });
  }

  it("need lists that hold something", () => {
    assert.deepEqual(nodesFaults({ engine: "eks", ...all, subnetIds: [] }), [
      "nodes.subnetIds: [] is needed by the engine eks",
    ]);
    assert.deepEqual(nodesFaults({ engine: "eks", ...all, securityGroupIds: [] }), []);
  });

  it("know three engines", () => {
    assert.deepEqual(nodesFaults({ engine: "kops" }), [
      'nodes.engine: "kops" is none of the choices; write existing or karpenter or eks',
    ]);
  });

  for (const [engine, image, fits] of [
    ["karpenter", "v20260714", true],
    ["karpenter", "ami-0123456789abcdef0", true],
    ["karpenter", "1.36.1-20260714", false],
    ["eks", "1.36.1-20260714", true],
    ["eks", "v20260714", false],
    ["eks", "ami-0123456789abcdef0", false],
  ] as const) {
    it(`${fits ? "may" : "may not"} be of ${image} with the engine ${engine}`, () => {
      const instead = engine === "eks" ? "1.36.1-20260714" : "v20260714 or ami-…";
      assert.deepEqual(
        nodesFaults({ engine, ...all, images: { standard: image } }),
        fits
          ? []
          : [`nodes.images.standard: "${image}" is not what the engine ${engine} takes; write ${instead}`],
      );
    });
  }

  it("need an image of their own for sandboxed runtimes", () => {
    const runtimes = { engine: "karpenter", ...all, runtimeClasses: { gvisor: "runsc" } };
    const why =
      "has to be an image (ami-…) that brings the runtimes of nodes.runtimeClasses: AL2023 brings none";
    assert.deepEqual(nodesFaults(runtimes), [`nodes.images.sensitive: is missing: it ${why}`]);
    assert.deepEqual(nodesFaults({ ...runtimes, images: { sensitive: "v20260714" } }), [
      `nodes.images.sensitive: "v20260714" ${why}`,
    ]);
    assert.deepEqual(nodesFaults({ ...runtimes, images: { sensitive: "ami-0123456789abcdef0" } }), []);
    assert.deepEqual(nodesFaults({ ...runtimes, engine: "existing" }), []);
  });
});

describe("the platform's output", () => {
  const output = { ...config, clusterUid: "0b0f3b1e-6a52-4a3e-9d52-0d6c3a1f8f10" };

  it("of an older release means what it meant then", () => {
    const { clusterUid, vaultAddress, vaultNamespace, launchTemplates, apiServer, ...spec } =
      readPlatformOutput(output);
    assert.deepEqual(
      { clusterUid, vaultAddress, vaultNamespace, launchTemplates, apiServer },
      {
        clusterUid: output.clusterUid,
        vaultAddress: "",
        vaultNamespace: "",
        launchTemplates: {},
        apiServer: undefined,
      },
    );
    assert.deepEqual(spec, readPlatform(config));
    // What the first release wrote of a cluster; each new field has to have a default that changes nothing.
    assert.deepEqual(
      [spec.cluster.cni, spec.cluster.adminNetworkPolicy, spec.cluster.gateway.api, spec.nodes.engine],
      ["other", "none", "none", "existing"],
    );
  });

  it("gives back what this release writes", () => {
    const platform = readPlatformOutput({
      ...output,
      cluster: { ...config.cluster, cni: "cilium", tenantPodCidrs: ["10.128.0.0/12"] },
      apiServer: { url: "https://10.0.0.1:6443", certificate: "-----BEGIN CERTIFICATE-----" },
      vaultAddress: "https://vault.example:8200",
      vaultNamespace: "admin",
      launchTemplates: { standard: 5 },
    });
    assert.deepEqual(readPlatformOutput(platform), platform);
    assert.deepEqual(readPlatformOutput(JSON.parse(JSON.stringify(platform))), platform);
    assert.deepEqual([platform.vaultNamespace, platform.launchTemplates], ["admin", { standard: 5 }]);
  });

  it("without the cluster's UID is none", () => {
    assert.throws(() => readPlatformOutput(config), /clusterUid/);
  });
});
