// Runs before anything else does, on a fresh clone too: plain Node, no dependency. Makes sure that this Node is new
// enough and that node_modules is what package-lock.json says, and is done in milliseconds when both are so.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const REQUIRED = [20, 19];
const root = dirname(dirname(fileURLToPath(import.meta.url)));

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  console.error(
    `Tenantry needs Node ${REQUIRED.join(".")} or later, and this is ${process.versions.node}; install a newer one`,
  );
  process.exit(1);
}

if (!isInstalled()) {
  console.error("installing the packages of package-lock.json …");
  // No package's install script is needed, and none gets to run.
  const { status, error } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(
      `npm ci failed${error ? `: ${error.message}` : ""}; the sandbox cannot run without its packages`,
    );
    process.exit(1);
  }
}

/**
 * Whether node_modules holds what the lock file says. npm notes what it installed in a file of its own there; a clone
 * or a checkout makes the lock file newer without a change, so a newer one is compared package by package.
 */
function isInstalled() {
  const wanted = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) {
    return false;
  }
  if (statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) {
    return true;
  }
  const versions = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const present = versions(installed);
  return Object.entries(versions(wanted)).every(
    ([path, { version, optional }]) => path === "" || present[path]?.version === version || optional,
  );
}
