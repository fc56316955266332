/** Doctor: the programs that a run needs, and where its state is. */

import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { failure, ok, warning, type Check, type Patient } from "./check";

const NODE_FLOOR = "20.19.0";
const PULUMI_FLOOR = "3.259.0";
const PROVIDERS = ["aws", "kubernetes", "vault"] as const;

export const nodeCheck: Check = {
  name: "Node.js",
  cure: "install Node.js 20.19 or later",
  examine: async () => {
    const { version } = process;
    return isBefore(version, NODE_FLOOR)
      ? failure(`${version} is older than ${NODE_FLOOR}`, "install Node.js 20.19 or later")
      : ok(version);
  },
};

export const pulumiCheck: Check = {
  name: "Pulumi",
  cure: "install Pulumi and put it on the PATH: https://www.pulumi.com/docs/install/",
  examine: async (patient) => {
    const version = (await pulumi(patient, "version")).trim();
    return isBefore(version, PULUMI_FLOOR)
      ? failure(`${version} is older than v${PULUMI_FLOOR}`, `install Pulumi ${PULUMI_FLOOR} or later`)
      : ok(version);
  },
};

const plugins = z.array(z.object({ name: z.string(), kind: z.string(), version: z.string().optional() }));
const manifest = z.object({ version: z.string() });

export const pluginCheck: Check = {
  name: "provider plugins",
  cure: "run: pulumi plugin ls, and install what is missing",
  examine: async (patient) => {
    const installed = plugins.parse(JSON.parse(await pulumi(patient, "plugin", "ls", "--json")));
    const { directory = process.cwd() } = patient.project;
    const wanted = PROVIDERS.map((name) => {
      const file = path.join(directory, "node_modules", "@pulumi", name, "package.json");
      return { name, version: manifest.parse(JSON.parse(fs.readFileSync(file, "utf8"))).version };
    });
    const absent = wanted.filter(
      ({ name, version }) =>
        !installed.some((plugin) => plugin.name === name && plugin.version?.replace(/^v/, "") === version),
    );
    const list = (all: typeof wanted) => all.map(({ name, version }) => `${name} ${version}`).join(", ");
    return absent.length === 0
      ? ok(list(wanted))
      : warning(
          `not installed: ${list(absent)}; the next run downloads them`,
          absent.map(({ name, version }) => `pulumi plugin install resource ${name} v${version}`).join("; "),
        );
  },
};

const stacks = z.array(z.object({ name: z.string(), updateInProgress: z.boolean().optional() }));

export const stateCheck: Check = {
  name: "state",
  cure: "check PULUMI_BACKEND_URL and its credentials; without it, log in: pulumi login",
  examine: async (patient) => {
    const { stack } = patient.project;
    const known = stacks.parse(JSON.parse(await pulumi(patient, "stack", "ls", "--json")));
    const names = known.map(({ name }) => name);
    const platform = names.includes("platform");
    if (!platform) {
      return failure("the backend holds no stack platform", "run: tenantry up --list platform");
    }
    const found = known.find(({ name }) => name === stack);
    if (found === undefined) {
      return warning(
        `the backend holds no stack ${stack}: it was never run`,
        `run: tenantry up --list ${stack}`,
      );
    }
    return found.updateInProgress === true
      ? warning(`a run of ${stack} is under way`, "wait for it")
      : ok(`${names.length} stacks, ${stack} among them`);
  },
};

/** What a pulumi command prints. */
export async function pulumi({ project, engine }: Patient, ...args: readonly string[]): Promise<string> {
  const env = { ...engine, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const options = { cwd: project.directory ?? process.cwd(), env, encoding: "utf8" } as const;
  try {
    const { stdout } = await promisify(execFile)("pulumi", [...args, "--non-interactive"], options);
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
    throw new Error(
      code === "ENOENT" ? "there is no pulumi on the PATH" : stderr.replace(/^error: /, "").trim(),
      {
        cause: error,
      },
    );
  }
}

/** By the numbers alone: `v20.19.0` is not before `20.19.0`. */
export function isBefore(version: string, floor: string): boolean {
  const [is, least] = [version, floor].map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number));
  const differing = (least ?? []).findIndex((number, index) => is?.[index] !== number);
  return differing >= 0 && (is?.[differing] ?? 0) < (least?.[differing] ?? 0);
}
