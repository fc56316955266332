/** CustomResourceDefinitions of the systems that Tenantry declares objects for, read from their Go modules. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import versions from "../versions.json";
import { go } from "./go";

/** Definition files of one module that lie side by side. */
export interface DefinitionSource {
  /** Go module, whose hash `sandbox/tools/crds/go.sum` pins. */
  readonly module: string;
  readonly version: string;
  /** How the files' paths in the module begin; the plural, as the module spells it, and `.yaml` follow. */
  readonly prefix: string;
  /** Plurals of the kinds that are wanted: a module defines many more, and each one costs the API server time. */
  readonly plurals: readonly string[];
}

const VELERO = { module: "github.com/vmware-tanzu/velero", version: versions.velero };
const CILIUM = { module: "github.com/cilium/cilium", version: versions.cilium };
const KYVERNO = { module: "github.com/kyverno/kyverno", version: versions.kyverno };
const CILIUM_FOLDER = "pkg/k8s/apis/cilium.io/client/crds";
const NETWORK_POLICY_API = {
  module: "sigs.k8s.io/network-policy-api",
  prefix: "config/crd/standard/policy.networking.k8s.io_",
};

export const DEFINITIONS: readonly DefinitionSource[] = [
  {
    ...VELERO,
    prefix: "config/crd/v1/bases/velero.io_",
    plurals: [
      "backuprepositories",
      "backups",
      "backupstoragelocations",
      "deletebackuprequests",
      "downloadrequests",
      "podvolumebackups",
      "podvolumerestores",
      "restores",
      "schedules",
      "serverstatusrequests",
      "volumesnapshotlocations",
    ],
  },
  { ...VELERO, prefix: "config/crd/v2alpha1/bases/velero.io_", plurals: ["datadownloads", "datauploads"] },
  {
    module: "github.com/external-secrets/external-secrets",
    version: versions.externalSecrets,
    prefix: "config/crds/bases/external-secrets.io_",
    plurals: [
      "clusterexternalsecrets",
      "clustersecretstores",
      "externalsecrets",
      "pushsecrets",
      "secretstores",
    ],
  },
  {
    module: "sigs.k8s.io/gateway-api",
    version: versions.gatewayApi,
    prefix: "config/crd/standard/gateway.networking.k8s.io_",
    plurals: [
      "gatewayclasses",
      "gateways",
      "grpcroutes",
      "httproutes",
      "listenersets",
      "referencegrants",
      "tlsroutes",
    ],
  },
  { ...CILIUM, prefix: `${CILIUM_FOLDER}/v2/`, plurals: ["ciliumnetworkpolicies"] },
  { ...CILIUM, prefix: `${CILIUM_FOLDER}/v2alpha1/`, plurals: ["ciliumpodippools"] },
  {
    module: "github.com/projectcalico/calico",
    version: versions.calico,
    prefix: "libcalico-go/config/crd/crd.projectcalico.org_",
    plurals: ["ippools", "networkpolicies"],
  },
  // No release defines all three: ClusterNetworkPolicy took the place of the other two.
  {
    ...NETWORK_POLICY_API,
    version: versions.adminNetworkPolicy,
    plurals: ["adminnetworkpolicies", "baselineadminnetworkpolicies"],
  },
  { ...NETWORK_POLICY_API, version: versions.clusterNetworkPolicy, plurals: ["clusternetworkpolicies"] },
  {
    module: "github.com/kubernetes-csi/external-snapshotter/client/v8",
    version: versions.externalSnapshotter,
    prefix: "config/crd/snapshot.storage.k8s.io_",
    plurals: ["volumesnapshots"],
  },
  {
    module: "github.com/argoproj/argo-cd/v3",
    version: versions.argoCd,
    prefix: "manifests/crds/",
    // That of ApplicationSet is five times as large as these two together.
    plurals: ["application-crd", "appproject-crd"],
  },
  {
    module: "github.com/fluxcd/kustomize-controller",
    version: versions.fluxKustomize,
    prefix: "config/crd/bases/kustomize.toolkit.fluxcd.io_",
    plurals: ["kustomizations"],
  },
  {
    ...KYVERNO,
    prefix: "config/crds/policies.kyverno.io/policies.kyverno.io_",
    plurals: ["imagevalidatingpolicies", "policyexceptions", "validatingpolicies"],
  },
  { ...KYVERNO, prefix: "config/crds/kyverno/kyverno.io_", plurals: ["policyexceptions"] },
  {
    module: "github.com/open-policy-agent/gatekeeper/v3",
    version: versions.gator,
    prefix: "charts/gatekeeper/crds/",
    plurals: ["constrainttemplate-customresourcedefinition"],
  },
  // Karpenter's own two as well, which are stricter here than in Karpenter's own module.
  {
    module: "github.com/aws/karpenter-provider-aws",
    version: versions.karpenterAws,
    prefix: "pkg/apis/crds/karpenter.",
    plurals: ["k8s.aws_ec2nodeclasses", "sh_nodeclaims", "sh_nodepools"],
  },
];

/** Name of the cache's folder, which is another one when another version or kind is wanted. */
export const DEFINITIONS_KEY = `definitions-${createHash("sha256").update(JSON.stringify(DEFINITIONS)).digest("hex").slice(0, 12)}`;

/** Downloads the modules that are not there yet and returns a JSON array of the definitions. */
export async function readDefinitions(): Promise<string> {
  const modules = [...new Set(DEFINITIONS.map(named))];
  await go("crds", ["mod", "download", ...modules]);
  const folders = (await go("crds", ["list", "-m", "-f", "{{.Dir}}", ...modules])).trimEnd().split("\n");
  const definitions = DEFINITIONS.flatMap((source) => {
    const folder = folders[modules.indexOf(named(source))] ?? "";
    return source.plurals.map((plural) =>
      readFileSync(join(folder, `${source.prefix}${plural}.yaml`), "utf8"),
    );
  });
  return JSON.stringify(definitions.map(slimmed));
}

function named({ module, version }: DefinitionSource): string {
  return `${module}@v${version}`;
}

interface Definition {
  readonly spec: { readonly versions: readonly { readonly served: boolean }[] };
}

/**
 * A definition without the versions that nobody can ask for and without prose, which is two thirds of the schemas: all
 * that is left goes to the API server at every first start.
 */
export function slimmed(yaml: string): unknown {
  const definition = parse(yaml) as Definition;
  const { spec } = definition;
  const served = {
    ...definition,
    spec: { ...spec, versions: spec.versions.filter((version) => version.served) },
  };
  // A property that is called "description" is a schema, not a text.
  return JSON.parse(
    JSON.stringify(served, (key, value: unknown) =>
      key === "description" && typeof value === "string" ? undefined : value,
    ),
  );
}
