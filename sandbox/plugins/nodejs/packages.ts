import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A package that lies in a program's node_modules. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** The provider plugin that it is the SDK of. */
  readonly plugin?: ProviderPlugin;
}

/** The plugin that an SDK package asks for in its package.json. */
export interface ProviderPlugin {
  readonly name: string;
  /** With a leading v, as the engine compares it. */
  readonly version: string;
  /** Where it is downloaded from, if not from the usual place. */
  readonly server?: string;
}

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
  };
}

/** Every package at the top of the node_modules folders that a program in a folder resolves from. */
export function installedPackages(folder: string): NodePackage[] {
  const nodeModules = join(folder, "node_modules");
  const own = existsSync(nodeModules) ? packageFolders(nodeModules).flatMap(readPackage) : [];
  const parent = dirname(folder);
  const inherited = parent === folder ? [] : installedPackages(parent);
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...inherited.filter(({ name }) => !names.has(name))];
}

/** The installed packages that the program's own package.json names. */
export function directDependencies(folder: string): NodePackage[] {
  const manifest = join(folder, "package.json");
  const { dependencies = {}, devDependencies = {} } = existsSync(manifest) ? parse(manifest) : {};
  const wanted = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  return installedPackages(folder).filter(({ name }) => wanted.has(name));
}

function packageFolders(nodeModules: string): string[] {
  return readdirSync(nodeModules)
    .filter((entry) => !entry.startsWith("."))
    .flatMap((entry) => {
      const path = join(nodeModules, entry);
      return entry.startsWith("@") ? readdirSync(path).map((name) => join(path, name)) : [path];
    });
}

function readPackage(folder: string): NodePackage[] {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) {
    return [];
  }
  const { name, version, pulumi } = parse(manifest);
  if (!name || !version) {
    return [];
  }
  return [{ name, version, plugin: pulumi?.resource ? providerPlugin(name, version, pulumi) : undefined }];
}

function providerPlugin(
  packageName: string,
  packageVersion: string,
  { name, version, server }: NonNullable<PackageJson["pulumi"]>,
): ProviderPlugin {
  return {
    name: name ?? packageName.replace(/^@pulumi\//, ""),
    version: `v${(version ?? packageVersion).replace(/^v/, "")}`,
    server,
  };
}

function parse(path: string): PackageJson {
  return JSON.parse(readFileSync(path, "utf8")) as PackageJson;
}
