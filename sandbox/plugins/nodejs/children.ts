import { spawn, type ChildProcess } from "node:child_process";

/** How a node process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A node process to run. */
export interface NodeRun {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
}

/** How long a program that was asked to stop may take, in milliseconds, as with the official host. */
const PATIENCE = 5_000;
const running = new Set<ChildProcess>();

/** Runs node to its end; `signal` asks it to stop. */
export function runNode(run: NodeRun, signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, run.args, {
      cwd: run.cwd,
      env: run.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    child.stdout.on("data", run.stdout);
    child.stderr.on("data", run.stderr);
    const stop = (): void => stopChild(child);
    signal.addEventListener("abort", stop, { once: true });
    const done = (): void => {
      running.delete(child);
      signal.removeEventListener("abort", stop);
    };
    child.on("error", (error) => {
      done();
      reject(error);
    });
    // Not "exit": its last lines may still be in the pipes then.
    child.on("close", (code, killedBy) => {
      done();
      resolve({ code, signal: killedBy });
    });
  });
}

/** Asks every running node process to stop, and ends those that have not after five seconds. */
export function stopAll(): void {
  running.forEach(stopChild);
}

function stopChild(child: ChildProcess): void {
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGKILL"), PATIENCE).unref();
}
