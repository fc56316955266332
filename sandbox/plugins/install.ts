/** Puts the plugins where the engine looks for them, exactly as `pulumi plugin install` would have. */

import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { cacheFolder } from "../acquire/cache";
import { downloadsAllowed } from "../acquire/download";
import { run } from "../command";
import type { Progress } from "../progress";
import type { SandboxRecord } from "../record";

/** Providers that Tenantry's program uses. */
const PROVIDERS = ["kubernetes", "aws", "vault"] as const;

/** Where plugins go. */
export interface PluginPlaces {
  /** The engine's program; a stand-in for its language host goes beside it. */
  readonly pulumi: string;
  readonly pulumiHome: string;
  readonly progress: Progress;
}

/**
 * Makes the language host and the provider plugins ready.
 *
 * A provider plugin is the official one where it can be downloaded, else its stand-in, under the very name and version
 * that the installed SDK package asks for: neither the engine nor the program can tell.
 * @returns where each provider plugin came from.
 */
export async function installPlugins(places: PluginPlaces): Promise<SandboxRecord["plugins"]> {
  await installLanguageHost(places);
  const origins = await Promise.all(
    PROVIDERS.map(async (name) => [name, await installProvider(name, places)] as const),
  );
  return Object.fromEntries(origins);
}

/** A released Pulumi has the official host beside it, and only a built one gets ours. */
async function installLanguageHost({ pulumi }: PluginPlaces): Promise<void> {
  const program = join(dirname(pulumi), "pulumi-language-nodejs");
  if (!existsSync(program) || readFileSync(program).subarray(0, 2).toString() === "#!") {
    await bundle(join(__dirname, "language-nodejs.ts"), program);
  }
}

async function installProvider(
  name: (typeof PROVIDERS)[number],
  { pulumi, pulumiHome, progress }: PluginPlaces,
): Promise<SandboxRecord["plugins"][string]> {
  const version = sdkVersion(name);
  const folder = `resource-${name}-v${version}`;
  const place = join(pulumiHome, "plugins", folder);
  if (await downloadOfficial(name, version, pulumi, progress)) {
    rmSync(place, { recursive: true, force: true });
    cpSync(join(officialHome(), "plugins", folder), place, { recursive: true });
    return "official";
  }
  mkdirSync(place, { recursive: true });
  await bundle(join(__dirname, name, "main.ts"), join(place, `pulumi-resource-${name}`), version);
  return "stand-in";
}

/** Official plugins are kept in the cache: they are large, and a sandbox is often thrown away. */
function officialHome(): string {
  return join(cacheFolder(), "official-plugins");
}

async function downloadOfficial(
  name: string,
  version: string,
  pulumi: string,
  progress: Progress,
): Promise<boolean> {
  const home = officialHome();
  if (existsSync(join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`))) {
    return true;
  }
  if (!(await downloadsAllowed())) {
    return false;
  }
  try {
    await run(pulumi, ["plugin", "install", "resource", name, `v${version}`], {
      env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return true;
  } catch (error) {
    progress(
      `provider plugin ${name}: ${error instanceof Error ? error.message : String(error)}; using a stand-in`,
    );
    return false;
  }
}

/** Version of the installed SDK package, which is the version of the plugin that it asks the engine for. */
function sdkVersion(name: string): string {
  const manifest = require.resolve(`@pulumi/${name}/package.json`);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/**
 * Bundles a plugin into one file that runs by itself, and puts it in place in one step: another may be running it.
 * @param version what `PLUGIN_VERSION` stands for in it.
 */
async function bundle(source: string, program: string, version?: string): Promise<void> {
  const draft = `${program}.${process.pid}.draft`;
  await build({
    entryPoints: [source],
    outfile: draft,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
    banner: { js: "#!/usr/bin/env node" },
    define: version === undefined ? {} : { PLUGIN_VERSION: JSON.stringify(version) },
  });
  chmodSync(draft, 0o755);
  renameSync(draft, program);
}
