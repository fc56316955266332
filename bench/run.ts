/** `npm run bench -- <name>...`: runs the benchmarks of these names, files of this folder; all by default. */

import * as fs from "node:fs";
import * as path from "node:path";

interface Benchmark {
  readonly bench?: () => Promise<void>;
}

async function main(wanted: readonly string[]): Promise<void> {
  const names = fs
    .readdirSync(__dirname)
    .map((file) => path.basename(file, ".ts"))
    .filter((name) => wanted.length === 0 || wanted.includes(name));
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no benchmark ${unknown.join(", ")} in bench/`);
  }
  for (const name of names.filter((one) => one !== "run")) {
    const { bench } = (await import(`./${name}`)) as Benchmark;
    if (bench !== undefined) {
      console.log(`\n── ${name}`);
      await bench();
    }
  }
}

void main(process.argv.slice(2));
