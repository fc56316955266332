import { createHash } from "node:crypto";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../command";

/** A file of an official release, with where its makers publish its SHA-256. */
export interface ReleaseFile {
  readonly url: string;
  /** A file of `<hash>  <name>` lines, or the bare hash. */
  readonly checksums: string;
}

/** How long the one probe of the network may take, in milliseconds. */
const PROBE_LIMIT = 3_000;
/** How long one file may take, in milliseconds. */
const DOWNLOAD_LIMIT = 10 * 60_000;
/** Serves Kubernetes releases; whoever reaches it is taken to reach the other release hosts. */
const PROBE = "https://dl.k8s.io/release/stable.txt";

let probe: Promise<boolean> | undefined;

/**
 * Whether this machine reaches release servers, or package registries only. Asked once a run, for at most 3 s, so
 * that a closed network costs one short wait and not one a tool.
 */
export function downloadsAllowed(): Promise<boolean> {
  probe ??= fetch(PROBE, { method: "HEAD", signal: AbortSignal.timeout(PROBE_LIMIT) }).then(
    (response) => response.ok,
    () => false,
  );
  return probe;
}

/**
 * This machine as releases name it, `linux-amd64` or `linux-arm64`; undefined elsewhere, where Kubernetes releases no
 * servers and everything is built.
 */
export function releasePlatform(): string | undefined {
  const arch = new Map([
    ["x64", "amd64"],
    ["arm64", "arm64"],
  ]).get(process.arch);
  return process.platform === "linux" && arch ? `linux-${arch}` : undefined;
}

/**
 * Fetches a release file and checks it against the published hash.
 * @throws when either cannot be had or they differ: a wrong file is never used.
 */
export async function fetchVerified(file: ReleaseFile): Promise<Buffer> {
  const [contents, checksums] = await Promise.all([get(file.url), get(file.checksums)]);
  const name = file.url.slice(file.url.lastIndexOf("/") + 1);
  const published = publishedHash(checksums.toString(), name);
  const actual = createHash("sha256").update(contents).digest("hex");
  if (published !== actual) {
    throw new Error(`${file.url} has SHA-256 ${actual}, but its makers publish ${published ?? "none"}`);
  }
  return contents;
}

/** The hash of one file in a checksum file, which is a bare hash or has a `<hash>  <name>` line for each file. */
export function publishedHash(checksums: string, name: string): string | undefined {
  const lines = checksums
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+\*?/));
  const line =
    lines.find(([, file]) => file === name) ?? (lines.length === 1 && lines[0]?.length === 1 ? lines[0] : []);
  return line[0]?.toLowerCase();
}

async function get(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_LIMIT) });
  if (!response.ok) {
    throw new Error(`${url} answers ${response.status}`);
  }
  return Buffer.from(await response.arrayBuffer());
}

/** Downloads single programs into a folder. */
export async function downloadPrograms(
  programs: Readonly<Record<string, ReleaseFile>>,
  folder: string,
): Promise<void> {
  for (const [program, file] of Object.entries(programs)) {
    const path = join(folder, program);
    writeFileSync(path, await fetchVerified(file));
    chmodSync(path, 0o755);
  }
}

/** Downloads a .tar.gz and unpacks it into a folder, without the one folder that it holds everything in. */
export async function downloadArchive(file: ReleaseFile, folder: string): Promise<void> {
  const archive = join(folder, "release.tar.gz");
  writeFileSync(archive, await fetchVerified(file));
  await run("tar", ["-xzf", archive, "-C", folder, "--strip-components=1", "--no-same-owner"]);
  rmSync(archive);
}
