/** The package as `npm install` would put it beside a project: unpacked from the tarball that `npm pack` makes. */

import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";

const REPOSITORY = path.join(__dirname, "..", "..");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a project in it that is not the repository, and the command installed beside it. */
export class InstalledProject {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-installed-"));
  private readonly bin: string;

  constructor() {
    const modules = path.join(this.directory, "node_modules");
    fs.mkdirSync(modules);
    const [{ filename = "" } = {}] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", this.directory], {
        cwd: REPOSITORY,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as { filename?: string }[];
    execFileSync("tar", ["xzf", filename], { cwd: this.directory });
    fs.renameSync(path.join(this.directory, "package"), path.join(modules, "tenantry"));
    // What npm would fetch; links, because it is 400 MB.
    for (const name of fs.readdirSync(path.join(REPOSITORY, "node_modules"))) {
      if (name !== ".bin") {
        fs.symlinkSync(path.join(REPOSITORY, "node_modules", name), path.join(modules, name));
      }
    }
    const { bin } = JSON.parse(fs.readFileSync(path.join(modules, "tenantry", "package.json"), "utf8")) as {
      bin: { tenantry: string };
    };
    this.bin = path.join(modules, "tenantry", bin.tenantry);
    fs.mkdirSync(path.join(modules, ".bin"));
    fs.symlinkSync(this.bin, path.join(modules, ".bin", "tenantry"));
    for (const file of ["Pulumi.yaml", "stacks"]) {
      fs.cpSync(path.join(REPOSITORY, file), this.path(file), { recursive: true });
    }
    fs.writeFileSync(this.path("package.json"), '{ "name": "my-tenants", "private": true }\n');
    fs.writeFileSync(this.path("index.ts"), 'import program from "tenantry";\n\nexport = program;\n');
  }

  path(...names: string[]): string {
    return path.join(this.directory, ...names);
  }

  /** A list that is meant to have no tenant yet. */
  makeList(list: string): void {
    fs.mkdirSync(this.path("tenants", list), { recursive: true });
    fs.writeFileSync(this.path("tenants", list, ".gitkeep"), "");
  }

  write(list: string, tenant: string, content: Record<string, unknown>): void {
    fs.mkdirSync(this.path("tenants", list), { recursive: true });
    fs.writeFileSync(this.path("tenants", list, `${tenant}.yaml`), stringify(content));
  }

  /** Types a command where nobody is at the terminal. */
  tenantry(
    line: readonly string[],
    environment: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Ended> {
    return ended(spawn(process.execPath, [this.bin, ...line], this.settings(environment)));
  }

  /** Runs lines of a shell, as a pipeline does: the first that fails ends them. */
  shell(lines: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const script = ["set -eo pipefail", ...lines].join("\n");
    return ended(spawn("bash", ["-c", script], this.settings(environment)));
  }

  /** Types a command at a pseudo-terminal, and an answer when its question stands there. */
  async atTerminal(
    line: readonly string[],
    answers: readonly (readonly [question: RegExp, answer: string])[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const typed = [process.execPath, this.bin, ...line].map((word) => `'${word}'`).join(" ");
    const { env } = this.settings(environment);
    const settings = Object.fromEntries(Object.entries(env).filter(([name]) => name !== "CI"));
    // A terminal that nobody looks at has no width, and prompts break their lines by it.
    const sized = `stty cols 120 rows 40; exec ${typed}`;
    const child = spawn("script", ["--quiet", "--return", "--command", sized, "/dev/null"], {
      cwd: this.directory,
      env: { ...settings, TERM: "xterm-256color" },
    });
    const waiting = [...answers];
    let screen = "";
    child.stdout.on("data", (chunk: Buffer) => {
      screen += chunk.toString();
      const [question, answer] = waiting[0] ?? [];
      if (question?.test(screen) && answer !== undefined) {
        waiting.shift();
        screen = "";
        child.stdin.write(answer);
      }
    });
    return ended(child);
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true });
  }

  private settings(environment: Readonly<Record<string, string | undefined>>) {
    // Whoever runs the tests may want them in colours.
    return { cwd: this.directory, env: { ...process.env, FORCE_COLOR: undefined, ...environment } };
  }
}

function ended(child: ReturnType<typeof spawn>): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
