import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "../command";
import { step, type Progress } from "../progress";

/** Programs to build from one Go module under sandbox/tools, whose go.mod and go.sum pin every source by hash. */
export interface GoBuild {
  /** Folder under sandbox/tools. */
  readonly module: string;
  /** What progress lines say. */
  readonly version: string;
  /** Import paths of the programs, by the names that their files get. */
  readonly programs: Readonly<Record<string, string>>;
  /** Variables that a release would be stamped with, by their full names. */
  readonly stamps?: Readonly<Record<string, string>>;
}

const TOOLS = join(__dirname, "..", "tools");

/** A cold build keeps about two cores busy by itself, and linking one of the big servers takes over a gigabyte. */
const slots = { free: Math.max(1, Math.floor(availableParallelism() / 2)), waiting: [] as (() => void)[] };

/** Runs a Go build when few enough others run. */
async function inSlot<T>(work: () => Promise<T>): Promise<T> {
  if (slots.free > 0) {
    slots.free -= 1;
  } else {
    await new Promise<void>((resolve) => slots.waiting.push(resolve));
  }
  try {
    return await work();
  } finally {
    const next = slots.waiting.shift();
    if (next) {
      next();
    } else {
      slots.free += 1;
    }
  }
}

/**
 * Builds the programs into a folder. One after the other: they share most packages, and two go commands at once would
 * compile each of those twice.
 */
export function buildGo(build: GoBuild, folder: string, progress: Progress): Promise<void> {
  const stamps = Object.entries(build.stamps ?? {}).map(([variable, value]) => `-X ${variable}=${value}`);
  const flags = [
    "-trimpath",
    "-buildvcs=false",
    "-mod=readonly",
    `-ldflags=${["-s", "-w", ...stamps].join(" ")}`,
  ];
  return inSlot(async () => {
    for (const [program, importPath] of Object.entries(build.programs)) {
      await step(progress, `${program} ${build.version}: building from Go modules`, () =>
        go(build.module, ["build", ...flags, "-o", join(folder, program), importPath]),
      );
    }
  });
}

/** Runs the go command in a module under sandbox/tools; returns its output. */
export function go(module: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };
  return run("go", args, { cwd: join(TOOLS, module), env });
}
