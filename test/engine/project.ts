/** A project folder of the test's own: the program as it is in the repository, with other tenant files. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";

const REPOSITORY = path.join(__dirname, "..", "..");
const SHARED = [
  "Pulumi.yaml",
  "package.json",
  "tsconfig.json",
  "index.ts",
  "node_modules",
  "model",
  "guardrails",
  "components",
  "proof",
];

export class ScratchProject {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-project-"));

  constructor() {
    for (const entry of SHARED) {
      fs.symlinkSync(path.join(REPOSITORY, entry), path.join(this.directory, entry));
    }
    fs.cpSync(path.join(REPOSITORY, "stacks"), path.join(this.directory, "stacks"), { recursive: true });
    // A copy, and no link: the pack looks for the project beside itself.
    fs.cpSync(path.join(REPOSITORY, "policy"), path.join(this.directory, "policy"), { recursive: true });
    fs.cpSync(path.join(REPOSITORY, "tenants"), path.join(this.directory, "tenants"), { recursive: true });
  }

  /** Names of the tenants of a list, by its files. */
  tenants(list: string): string[] {
    return fs.readdirSync(this.file(list)).map((file) => path.basename(file, ".yaml"));
  }

  write(list: string, tenant: string, content: Record<string, unknown>): void {
    fs.mkdirSync(this.file(list), { recursive: true });
    fs.writeFileSync(
      this.file(list, tenant),
      stringify(content, { aliasDuplicateObjects: false, compat: "yaml-1.1" }),
    );
  }

  change(list: string, tenant: string, changes: Record<string, unknown>): void {
    const content = parse(fs.readFileSync(this.file(list, tenant), "utf8")) as Record<string, unknown>;
    this.write(list, tenant, { ...content, ...changes });
  }

  /** Takes the file away and hands back its text, to be put back with `restore`. */
  take(list: string, tenant: string): string {
    const text = fs.readFileSync(this.file(list, tenant), "utf8");
    fs.rmSync(this.file(list, tenant));
    return text;
  }

  restore(list: string, tenant: string, text: string): void {
    fs.writeFileSync(this.file(list, tenant), text);
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true });
  }

  private file(list: string, tenant?: string): string {
    const folder = path.join(this.directory, "tenants", list);
    return tenant === undefined ? folder : path.join(folder, `${tenant}.yaml`);
  }
}
