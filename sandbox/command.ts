import { spawn } from "node:child_process";

/** How a command is run. */
export interface CommandOptions {
  /** Working directory; the caller's own by default. */
  readonly cwd?: string;
  /** Environment of the command; the caller's own by default. */
  readonly env?: NodeJS.ProcessEnv;
}

/** How much of a failed command's complaint is shown. */
const LAST_LINES = 20;

/**
 * Runs a command to its end.
 * @returns its standard output.
 * @throws an Error with the last lines of its standard error when it cannot be started or exits other than 0.
 */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing =
        error.code === "ENOENT" ? new Error(`${command} is not on PATH; the sandbox needs it`) : error;
      reject(missing);
    });
    child.on("close", (code, signal) => {
      if (code === 0) {
        resolve(Buffer.concat(stdout).toString());
        return;
      }
      const complaint = lastLines(Buffer.concat(stderr).toString(), LAST_LINES);
      reject(new Error(`${command} ${args.join(" ")} ended with ${signal ?? `code ${code}`}:\n${complaint}`));
    });
  });
}

/** The last lines of a text, without the empty ones at its end. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
