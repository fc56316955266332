import { createRequire } from "node:module";
import { join } from "node:path";
import { RunResponse, type RunPluginRequest, type RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { runNode, type Ending } from "./children";
import { runtimeOptions, type RuntimeOptions } from "./options";

/** Exit code of a program that has told its user what is wrong, so that nobody else need say anything. */
const ALREADY_EXPLAINED = 32;
/** Kind of a plugin that is a policy pack. */
const POLICY_PACK = "analyzer";

/** Runs a program against the engine's resource monitor. */
export async function runProgram(
  request: RunRequest,
  engine: string,
  signal: AbortSignal,
): Promise<RunResponse> {
  const response = new RunResponse();
  try {
    const info = request.getInfo();
    const folder = info?.getProgramDirectory() ?? request.getPwd();
    const options = runtimeOptions(info);
    const ending = await runNode(
      {
        args: [
          ...options.nodeargs,
          locate("@pulumi/pulumi/cmd/run", folder),
          ...programArguments(request, engine),
        ],
        cwd: folder,
        env: { ...process.env, ...configVariables(request), ...compilerVariables(options) },
        stdout: (chunk) => process.stdout.write(chunk),
        stderr: (chunk) => process.stderr.write(chunk),
      },
      signal,
    );
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    if (ending.code === ALREADY_EXPLAINED) {
      response.setBail(true);
    } else if (ending.code !== 0) {
      response.setError(failure(ending));
    }
  } catch (error) {
    response.setError(error instanceof Error ? error.message : String(error));
  }
  return response;
}

/** Runs a plugin that is written for node, a policy pack above all, until it ends or the engine hangs up. */
export async function runPlugin(
  request: RunPluginRequest,
  output: { readonly stdout: (chunk: Buffer) => void; readonly stderr: (chunk: Buffer) => void },
  signal: AbortSignal,
): Promise<Ending> {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() ?? request.getProgram();
  const options = runtimeOptions(info);
  const isPolicyPack = request.getKind() === POLICY_PACK;
  const runner = locate(`@pulumi/pulumi/cmd/${isPolicyPack ? "run-policy-pack" : "run-plugin"}`, folder);
  const args = request.getArgsList();
  return runNode(
    {
      // A policy pack takes its folder last, any other plugin first.
      args: [...options.nodeargs, runner, ...(isPolicyPack ? [...args, folder] : [folder, ...args])],
      cwd: isPolicyPack ? folder : request.getPwd(),
      env: { ...variables(request.getEnvList()), ...compilerVariables(options) },
      ...output,
    },
    signal,
  );
}

function programArguments(request: RunRequest, engine: string): string[] {
  const info = request.getInfo();
  const named = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory(),
    stack: request.getStack(),
    pwd: info?.getProgramDirectory(),
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

function configVariables(request: RunRequest): NodeJS.ProcessEnv {
  const config = Object.fromEntries(request.getConfigMap().getEntryList());
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}

function compilerVariables({ typescript, tsconfig }: RuntimeOptions): NodeJS.ProcessEnv {
  return {
    ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

/** `NAME=value` entries as an environment. */
function variables(entries: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    entries.map((entry) => {
      const end = entry.indexOf("=");
      return [entry.slice(0, end), entry.slice(end + 1)];
    }),
  );
}

/** The SDK's own copy of a module, as the program in this folder would load it. */
function locate(module: string, folder: string): string {
  try {
    return createRequire(join(folder, "index.js")).resolve(module);
  } catch {
    throw new Error("It looks like the Pulumi SDK has not been installed. Have you run pulumi install?");
  }
}

function failure({ code, signal }: Ending): string {
  return code === null
    ? `Program was ended by ${signal ?? "a signal"}`
    : `Program exited with non-zero exit code: ${code}`;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}
