/**
 * `npm test`: types, lint and format, then the rings of tests from the quickest to the one on the real servers. Every
 * step runs, also after a failure; the last line is the sum.
 */

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

interface Counts {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

const ROOT = path.join(__dirname, "..");
const FAST_ROOMS = [
  "model",
  "guardrails",
  "components",
  "policy",
  "proof",
  "automation",
  "cli",
  "examples",
  "sandbox",
  "plugins",
];

async function main(): Promise<void> {
  const steps: [string, () => Promise<Counts>][] = [
    ["types", () => check("tsc", "--noEmit")],
    ["lint", () => check("eslint", ".")],
    ["format", () => check("prettier", "--check", "--log-level", "warn", ".")],
    ["unit and graph rings", () => mocha(...FAST_ROOMS.map((room) => `test/${room}/**/*.test.ts`))],
    ["parity ring, with the policy engines' command lines", () => mocha("test/parity/**/*.test.ts")],
    [
      "engine ring, on the sandbox",
      () => mocha("--require", "test/engine/fixture.ts", "test/engine/**/*.test.ts"),
    ],
  ];
  const started = Date.now();
  const all: Counts[] = [];
  for (const [name, run] of steps) {
    console.log(`\n── ${name} (${Math.round((Date.now() - started) / 1000)} s so far)`);
    all.push(await run());
  }
  const sum = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0);
  const skipped = sum("pending") > 0 ? `, ${sum("pending")} skipped` : "";
  console.log(`\n${sum("passes")} passed, ${sum("failures")} failed${skipped}`);
  process.exitCode = sum("failures") === 0 ? 0 : 1;
}

/** A tool that says yes or no counts as one test. */
async function check(tool: string, ...args: string[]): Promise<Counts> {
  const code = await runTool(tool, args, process.env);
  return code === 0 ? { passes: 1, failures: 0, pending: 0 } : { passes: 0, failures: 1, pending: 0 };
}

async function mocha(...args: string[]): Promise<Counts> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-test-"));
  const file = path.join(folder, "counts.json");
  try {
    const code = await runTool("mocha", ["--reporter", "test/reporter.cjs", ...args], {
      ...process.env,
      TENANTRY_TEST_COUNTS: file,
    });
    const counts: Counts = fs.existsSync(file)
      ? (JSON.parse(fs.readFileSync(file, "utf8")) as Counts)
      : { passes: 0, failures: 1, pending: 0 };
    // A run that dies after its last test, for example while it takes the sandbox down, has failed too.
    return code !== 0 && counts.failures === 0 ? { ...counts, failures: 1 } : counts;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function runTool(tool: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(path.join(ROOT, "node_modules", ".bin", tool), args, {
    cwd: ROOT,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", forward).off("SIGTERM", forward);
      resolve(code ?? 1);
    });
  });
}

void main();
