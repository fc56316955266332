/**
 * Stands in for the official `pulumi-language-nodejs`, which no package registry serves: the engine asks it to run
 * programs and policy packs, and what plugins they need. It generates no code and converts nothing.
 */

import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { run } from "../command";
import versions from "../versions.json";
import { stopAll } from "./nodejs/children";
import { runtimeOptions } from "./nodejs/options";
import { directDependencies, installedPackages } from "./nodejs/packages";
import { runPlugin, runProgram } from "./nodejs/program";

/** How often the host looks whether the engine that started it is still there, in milliseconds. */
const ORPHAN_CHECK = 1_000;

/** Address of the engine: the only argument that is no flag, and told again by Handshake. */
let engine = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const cancelled = new AbortController();

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;

function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): Unary<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: messageOf(error) }),
      );
  };
}

const handlers: grpc.UntypedServiceImplementation = {
  handshake: unary((request: messages.LanguageHandshakeRequest) => {
    engine = request.getEngineAddress();
    return new messages.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => new PluginInfo().setVersion(versions.pulumi)),
  getRequiredPackages: unary((request: messages.GetRequiredPackagesRequest) =>
    new messages.GetRequiredPackagesResponse().setPackagesList(requiredPackages(programFolder(request))),
  ),
  getProgramDependencies: unary((request: messages.GetProgramDependenciesRequest) => {
    const list = request.getTransitivedependencies() ? installedPackages : directDependencies;
    return new messages.GetProgramDependenciesResponse().setDependenciesList(
      list(programFolder(request)).map(({ name, version }) =>
        new messages.DependencyInfo().setName(name).setVersion(version),
      ),
    );
  }),
  about: unary((request: messages.AboutRequest) => {
    const response = new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
    response.getMetadataMap().set("packagemanager", runtimeOptions(request.getInfo()).packagemanager);
    return response;
  }),
  runtimeOptionsPrompts: unary(() => new messages.RuntimeOptionsResponse()),
  template: unary(() => new messages.TemplateResponse()),
  run: unary((request: messages.RunRequest) => runProgram(request, engine, cancelled.signal)),
  cancel: unary(() => {
    cancelled.abort();
    return new Empty();
  }),
  runPlugin: (call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>) => {
    const hungUp = new AbortController();
    call.on("cancelled", () => hungUp.abort());
    const output = {
      stdout: (chunk: Buffer) => call.write(new messages.RunPluginResponse().setStdout(chunk)),
      stderr: (chunk: Buffer) => call.write(new messages.RunPluginResponse().setStderr(chunk)),
    };
    runPlugin(call.request, output, AbortSignal.any([hungUp.signal, cancelled.signal])).then(
      ({ code }) => {
        call.write(new messages.RunPluginResponse().setExitcode(code ?? 1));
        call.end();
      },
      (error: unknown) => call.destroy(failed(error)),
    );
  },
  installDependencies: (
    call: grpc.ServerWritableStream<
      messages.InstallDependenciesRequest,
      messages.InstallDependenciesResponse
    >,
  ) => {
    installDependencies(call.request).then(
      (text) => {
        call.write(new messages.InstallDependenciesResponse().setStdout(Buffer.from(text)));
        call.end();
      },
      (error: unknown) => call.destroy(failed(error)),
    );
  },
};

function programFolder(request: { getInfo(): messages.ProgramInfo | undefined }): string {
  return request.getInfo()?.getProgramDirectory() ?? process.cwd();
}

/** The provider plugins that the installed SDKs ask for. */
function requiredPackages(folder: string): PackageDependency[] {
  return installedPackages(folder).flatMap(({ plugin }) =>
    plugin
      ? [
          new PackageDependency()
            .setName(plugin.name)
            .setKind("resource")
            .setVersion(plugin.version)
            .setServer(plugin.server ?? ""),
        ]
      : [],
  );
}

async function installDependencies(request: messages.InstallDependenciesRequest): Promise<string> {
  const { packagemanager } = runtimeOptions(request.getInfo());
  if (packagemanager !== "npm" && packagemanager !== "auto") {
    throw new Error(
      `the sandbox's language host installs with npm only, not with ${packagemanager}; run it yourself`,
    );
  }
  return run("npm", ["install"], { cwd: programFolder(request) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failed(error: unknown): Error {
  return Object.assign(new Error(messageOf(error)), { code: grpc.status.UNKNOWN, details: messageOf(error) });
}

function stop(): void {
  stopAll();
  server.forceShutdown();
}

const server = new grpc.Server({
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
});
server.addService(LanguageRuntimeService, handlers);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    process.stderr.write(`pulumi-language-nodejs: ${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write(`${port}\n`);
});

process.on("SIGINT", stop);
process.on("SIGTERM", stop);
// An engine that was killed says goodbye to nobody.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) {
    stop();
  }
}, ORPHAN_CHECK).unref();
