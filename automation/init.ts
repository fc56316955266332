/** A new project beside the installed package: what `pulumi` and `tenantry` need in a folder, and nothing else (R103). */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { version } from "../package.json";
import { platformSchema } from "../model/platform";
import { RunFailure } from "./outcome";
import { PASSPHRASE_FILE } from "./workspace";

/** Facts of the cluster and the account that nobody can guess; all others have a default. */
export interface PlatformFacts {
  readonly cluster: string;
  /** Pod, Service and node ranges of the cluster. */
  readonly reservedCidrs: readonly string[];
  /** Issuer of the cluster's ServiceAccount tokens, as IAM trusts it. */
  readonly serviceAccountIssuer: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  readonly backupBucket: string;
  /** Name of the EBS CSI driver's IAM role. */
  readonly ebsCsiRole: string;
}

export interface InitOptions {
  /** Folder of the project; default: the current one. It is made where it is not there. */
  readonly directory?: string;
  /** A tenant list: its folder below `tenants/`, and its stack. */
  readonly list: string;
  /** Needed for a new project; one that is there has them, and gets the list alone. */
  readonly platform?: Partial<PlatformFacts>;
  /** Where the state lies: `s3://…`, `postgres://…`, `https://api.pulumi.com`; default: the folder `state` of the project. */
  readonly backend?: string;
  /** Tells what would be written, and writes nothing. Default false. */
  readonly dryRun?: boolean;
}

export interface Initialised {
  readonly directory: string;
  /** Files that were written, or would be, relative to the folder; none where all are there. */
  readonly files: readonly string[];
}

const LIST = /^[a-z0-9](-?[a-z0-9])*$/;
const STATE = "state";
const PLATFORM = path.join("stacks", "Pulumi.platform.yaml");

/** Whether a folder holds a project, which a further list can join. */
export function isProject(directory: string): boolean {
  return ["Pulumi.yaml", "index.ts", PLATFORM].every((file) => fs.existsSync(path.join(directory, file)));
}

/**
 * Writes the files of a project, or of a further list of one. What is there is left as it is; what was interrupted is
 * completed.
 *
 * @throws RunFailure `badInput` with everything that is wrong with the settings, or with every file that stands in the
 * way; nothing was written then.
 */
export function initProject(options: InitOptions): Initialised {
  const directory = path.resolve(options.directory ?? ".");
  const files = isProject(directory) ? listFiles(options, directory) : projectFiles(options, directory);
  const missing = [...files].filter(([name]) => !fs.existsSync(path.join(directory, name)));
  if (missing.length > 0) {
    refuseClashes(files, directory);
  }
  if (options.dryRun !== true) {
    for (const [name, text] of missing) {
      write(path.join(directory, name), text);
    }
    if (options.backend === undefined) {
      // The engine opens a folder, and makes none.
      fs.mkdirSync(path.join(directory, STATE), { recursive: true });
    }
  }
  return { directory, files: missing.map(([name]) => name) };
}

/** A passphrase is made once; one that is there is some state's. */
const SECRET = new Set<string>([PASSPHRASE_FILE]);

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text, { flag: "wx", mode: SECRET.has(path.basename(file)) ? 0o600 : 0o644 });
}

function refuseClashes(files: ReadonlyMap<string, string>, directory: string): void {
  const clashes = [...files].filter(([name, text]) => {
    const file = path.join(directory, name);
    return !SECRET.has(name) && fs.existsSync(file) && fs.readFileSync(file, "utf8") !== text;
  });
  if (clashes.length > 0) {
    throw new RunFailure(
      "badInput",
      `${clashes.map(([name]) => path.join(directory, name)).join(", ")} is there already and says something else; nothing was written: name another folder, or move what is there away`,
    );
  }
}

function projectFiles(options: InitOptions, directory: string): Map<string, string> {
  const { list, backend } = options;
  const embedded = backend === undefined;
  return new Map([
    ["package.json", packageOf(directory)],
    ["Pulumi.yaml", projectOf(backend)],
    ["index.ts", 'import program from "tenantry";\n\nexport = program;\n'],
    [".gitignore", ignored(embedded)],
    ["README.md", readme(list, embedded)],
    ...(embedded ? [[PASSPHRASE_FILE, `${randomBytes(32).toString("base64url")}\n`] as const] : []),
    ...listFiles(options, directory, platformFaults(options)),
    // Last: with it the folder is a project.
    [PLATFORM, stackOf({ "tenantry:platform": platformOf(options) })],
  ]);
}

/** @throws RunFailure `badInput` with every fault. */
function listFiles(
  { list }: InitOptions,
  directory: string,
  others: readonly string[] = [],
): Map<string, string> {
  const legal = LIST.test(list) && list !== "platform";
  const faults = [
    ...(legal
      ? []
      : [
          `list: ${JSON.stringify(list)} is not lower-case letters, digits and single hyphens, or means the platform`,
        ]),
    ...others,
  ];
  if (faults.length > 0) {
    throw new RunFailure("badInput", `${faults.join("\n")}\nnothing was written`);
  }
  const folder = path.join("tenants", list);
  return new Map([
    [path.join("stacks", `Pulumi.${list}.yaml`), stackOf({})],
    // Says that the list is meant to have no tenant yet.
    ...(fs.existsSync(path.join(directory, folder)) ? [] : [[path.join(folder, ".gitkeep"), ""] as const]),
  ]);
}

function packageOf(directory: string): string {
  const name = path
    .basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-");
  const content = {
    name: name.replace(/^-+|-+$/g, "") || "tenants",
    private: true,
    dependencies: { tenantry: version },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function projectOf(backend: string | undefined): string {
  return stringify({
    // Settings of stacks begin with this name.
    name: "tenantry",
    runtime: {
      name: "nodejs",
      options: { typescript: false, nodeargs: "--import tsx --stack-trace-limit=0" },
    },
    main: "index.ts",
    stackConfigDir: "stacks",
    backend: { url: backend ?? `file://./${STATE}` },
  });
}

function stackOf(config: object): string {
  // No provider may be made up from ambient settings: the program declares each one.
  return stringify({ config: { "pulumi:disable-default-providers": ["*"], ...config } });
}

function platformOf({ platform = {} }: InitOptions) {
  const { cluster: name, reservedCidrs = [], serviceAccountIssuer, ...aws } = platform;
  return { cluster: { name, reservedCidrs: [...reservedCidrs], serviceAccountIssuer }, aws };
}

/** What is wrong with the facts, each by its path in the platform's settings. */
function platformFaults(options: InitOptions): string[] {
  const { error } = platformSchema.safeParse(platformOf(options));
  return [
    ...(error?.issues ?? []).map(({ path: at, message }) => `${at.join(".")}: ${message}`),
    ...backendFault(options.backend),
  ];
}

function backendFault(backend: string | undefined): string[] {
  const known = /^(file|s3|azblob|gs|postgres|https):\/\/./;
  return backend === undefined || (known.test(backend) && z.url().safeParse(backend).success)
    ? []
    : [
        `backend: ${backend} is no address of a backend; write s3://…, postgres://… or https://api.pulumi.com`,
      ];
}

function ignored(embedded: boolean): string {
  const lines = ["node_modules/", "# Credentials and certificates.", "out/", "*.kubeconfig"];
  return [...lines, ...(embedded ? [`${STATE}/`, PASSPHRASE_FILE] : []), ""].join("\n");
}

function readme(list: string, embedded: boolean): string {
  return `# Tenants

One file a tenant below \`tenants/${list}\`, made true by Tenantry.

\`\`\`console
$ npm install
$ npx tenantry doctor                      # what is not as it must be
$ npx tenantry up --list platform          # as an administrator: what all tenants share
$ npx tenantry onboard acme --owner alice@acme.example
\`\`\`

The cluster and the account stand in \`stacks/Pulumi.platform.yaml\`.${
    embedded
      ? `

The state lies in \`${STATE}/\`, its secrets under the passphrase in \`${PASSPHRASE_FILE}\`; both are kept out of Git: back them up. For
\`pulumi\` itself, set \`PULUMI_CONFIG_PASSPHRASE_FILE=${PASSPHRASE_FILE}\`. More than one machine needs a backend that they share: set
\`backend.url\` in \`Pulumi.yaml\` to \`s3://…\`, \`postgres://…\` or \`https://api.pulumi.com\`.`
      : ""
  }
`;
}
