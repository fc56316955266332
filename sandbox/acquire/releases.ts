import versions from "../versions.json";
import { downloadArchive, downloadPrograms, releasePlatform } from "./download";
import type { GoBuild } from "./go";
import type { Installed } from "./installed";

/** A set of programs that are released together, and the three ways to them in the order they are tried. */
export interface Release {
  readonly installed: Installed;
  /** Fills a folder from the official release; absent where none is made for this machine. */
  readonly download?: (folder: string) => Promise<void>;
  readonly build: GoBuild;
}

const platform = releasePlatform();

/** The Pulumi engine. */
export const PULUMI: Release = {
  // Without the language host beside it an installed CLI could not run a Node program.
  installed: {
    programs: ["pulumi", "pulumi-language-nodejs"],
    versionArgs: ["version"],
    versionText: exactly(`v${versions.pulumi}`),
  },
  download: platform === undefined ? undefined : (folder) => downloadArchive(pulumiArchive(platform), folder),
  build: {
    module: "pulumi",
    version: versions.pulumi,
    programs: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    // Unstamped, `pulumi version` is empty and the Automation API refuses the CLI.
    stamps: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${versions.pulumi}` },
  },
};

function pulumiArchive(machine: string): { url: string; checksums: string } {
  const base = "https://get.pulumi.com/releases/sdk";
  return {
    url: `${base}/pulumi-v${versions.pulumi}-${machine.replace("amd64", "x64")}.tar.gz`,
    checksums: `${base}/pulumi-${versions.pulumi}-checksums.txt`,
  };
}

const KUBERNETES_PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"];
const KUBERNETES_VERSION = "k8s.io/component-base/version";

/** The control plane and kubectl. */
export const KUBERNETES: Release = {
  installed: {
    programs: KUBERNETES_PROGRAMS,
    versionArgs: ["--version"],
    versionText: exactly(`Kubernetes v${versions.kubernetes}`),
  },
  download:
    platform === undefined ? undefined : (folder) => downloadPrograms(kubernetesFiles(platform), folder),
  build: {
    module: "kubernetes",
    version: versions.kubernetes,
    programs: Object.fromEntries(
      KUBERNETES_PROGRAMS.map((program) => [program, `k8s.io/kubernetes/cmd/${program}`]),
    ),
    // Unstamped, the API server calls itself v0.0.0 and clients that ask for its version go wrong.
    stamps: {
      [`${KUBERNETES_VERSION}.gitVersion`]: `v${versions.kubernetes}`,
      [`${KUBERNETES_VERSION}.gitMajor`]: versions.kubernetes.split(".")[0] ?? "",
      [`${KUBERNETES_VERSION}.gitMinor`]: versions.kubernetes.split(".")[1] ?? "",
      [`${KUBERNETES_VERSION}.gitTreeState`]: "clean",
    },
  },
};

function kubernetesFiles(machine: string): Record<string, { url: string; checksums: string }> {
  const base = `https://dl.k8s.io/v${versions.kubernetes}/bin/${machine.replace("-", "/")}`;
  return Object.fromEntries(
    KUBERNETES_PROGRAMS.map((name) => [
      name,
      { url: `${base}/${name}`, checksums: `${base}/${name}.sha256` },
    ]),
  );
}

/** The API server's store. */
export const ETCD: Release = {
  installed: {
    programs: ["etcd"],
    versionArgs: ["--version"],
    versionText: exactly(`etcd Version: ${versions.etcd}`),
  },
  download: platform === undefined ? undefined : (folder) => downloadArchive(etcdArchive(platform), folder),
  // The module's root is the program.
  build: { module: "etcd", version: versions.etcd, programs: { etcd: "go.etcd.io/etcd/server/v3" } },
};

function etcdArchive(machine: string): { url: string; checksums: string } {
  const base = `https://github.com/etcd-io/etcd/releases/download/v${versions.etcd}`;
  return { url: `${base}/etcd-v${versions.etcd}-${machine}.tar.gz`, checksums: `${base}/SHA256SUMS` };
}

/** What plays the kubelets. */
export const KWOK: GoBuild = {
  module: "kwok",
  version: versions.kwok,
  programs: { kwok: "sigs.k8s.io/kwok/cmd/kwok" },
};

/** Kyverno's command line, which judges as Kyverno's webhook does. */
export const KYVERNO: GoBuild = {
  module: "kyverno",
  version: versions.kyverno,
  programs: { kyverno: "github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno" },
  stamps: { "github.com/kyverno/kyverno/pkg/version.BuildVersion": `v${versions.kyverno}` },
};

/** Gatekeeper's command line, which judges as Gatekeeper's webhook does. */
export const GATOR: GoBuild = {
  module: "gator",
  version: versions.gator,
  programs: { gator: "github.com/open-policy-agent/gatekeeper/v3/cmd/gator" },
  stamps: { "github.com/open-policy-agent/gatekeeper/v3/pkg/version.Version": `v${versions.gator}` },
};

/** A whole line of a program's answer. */
function exactly(line: string): RegExp {
  return new RegExp(`^${line.replaceAll(".", "\\.")}$`, "m");
}
