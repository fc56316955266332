import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Declared } from "./graph";

const FOLDER = path.join(__dirname, "golden");

/**
 * Compares the graph with the file of that name, one line a resource: what it is, its logical name, its physical
 * one, its options. `UPDATE_GOLDEN=1` writes the file; the diff is then for people to read.
 */
export function assertGolden(name: string, graph: readonly Declared[]): void {
  const file = path.join(FOLDER, `${name}.txt`);
  const actual = graph.map(line).join("\n") + "\n";
  if (process.env["UPDATE_GOLDEN"] === "1") {
    fs.mkdirSync(FOLDER, { recursive: true });
    fs.writeFileSync(file, actual);
  }
  assert.equal(actual, fs.readFileSync(file, "utf8"));
}

function line({ type, name, props, opts }: Declared): string {
  const metadata = props["metadata"] as { name?: string; namespace?: string } | undefined;
  const physical = metadata
    ? [metadata.namespace, metadata.name].filter(Boolean).join("/")
    : (props["name"] ?? props["path"]);
  const flags = [
    opts.protect && "protect",
    opts.retainOnDelete && "retainOnDelete",
    opts.deletedWith && "deletedWith",
    opts.deleteBeforeReplace && "deleteBeforeReplace",
  ].filter(Boolean);
  return [type, name, typeof physical === "string" ? physical : "-", ...flags].join(" ");
}
