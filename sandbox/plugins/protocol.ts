/**
 * The plugin protocol, engine side in, plain functions out: what a provider stand-in has to say stands in its `Plugin`,
 * what the protocol wants stands here, in `wire.ts` and in `failure.ts`.
 *
 * The plugin does not claim to accept secrets: the engine then marks every output whose input was secret by itself, in
 * lists too, and a plugin marks only what it knows to be secret beyond that.
 */

import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { statusOf, Unimplemented } from "./failure";
import { decode, encode, type Properties } from "./wire";

export { PartialFailure } from "./failure";
export { isUnknown, Secret, UNKNOWN } from "./wire";

export interface CallContext {
  readonly urn: string;
  /** Nothing may be changed; what is only known afterwards is `UNKNOWN`. */
  readonly preview: boolean;
  /** The resource's custom timeout in seconds; 0 for the plugin's own. */
  readonly timeoutSeconds: number;
  /** Aborted when the engine cancels. */
  readonly signal: AbortSignal;
  /** How Check is to name what the program left unnamed. */
  readonly naming?: Naming;
  /** Paths that the program told the engine to leave alone, for Update; the inputs hold their old values. */
  readonly ignoreChanges?: readonly string[];
}

export interface Naming {
  /** The same in the preview and in the run that follows. */
  readonly seed: Uint8Array;
  /** The stack's configuration forbids generated names. */
  readonly disabled: boolean;
  /** The name that the stack's configuration makes; undefined for the plugin's own way. */
  readonly proposed?: string;
}

export interface PropertyChange {
  readonly kind: "add" | "delete" | "update" | "add-replace" | "delete-replace" | "update-replace";
  /** Whether the difference is to the old inputs rather than to the old state. */
  readonly input: boolean;
}

export interface DiffResult {
  readonly changes: boolean;
  /** Properties whose change needs a new resource. */
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  /** By property path. */
  readonly detailed: Readonly<Record<string, PropertyChange>>;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What one type of resource does. */
export interface Resource {
  check(
    context: CallContext,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: readonly CheckFailure[] }>;
  diff(
    context: CallContext,
    id: string,
    oldInputs: Properties,
    oldState: Properties,
    newInputs: Properties,
    ignoreChanges: readonly string[],
  ): Promise<DiffResult>;
  create(context: CallContext, inputs: Properties): Promise<{ id: string; state: Properties }>;
  /** Undefined for a resource that is gone. An import knows neither inputs nor state. */
  read(
    context: CallContext,
    id: string,
    inputs?: Properties,
    state?: Properties,
  ): Promise<{ id: string; inputs: Properties; state: Properties } | undefined>;
  update(
    context: CallContext,
    id: string,
    oldState: Properties,
    oldInputs: Properties,
    newInputs: Properties,
  ): Promise<Properties>;
  delete(context: CallContext, id: string, state: Properties): Promise<void>;
}

export interface Plugin {
  readonly name: string;
  readonly version: string;
  configure(config: Properties): Promise<void>;
  /** How a change of the provider's own config is taken; default: an update. */
  diffConfig?(oldInputs: Properties, newInputs: Properties): DiffResult;
  resource(token: string): Resource | undefined;
  invoke?(token: string, args: Properties): Promise<Properties>;
  /** Whether Check follows the stack's configuration of generated names; default: it does not. */
  readonly honoursNaming?: boolean;
}

const CHANGE_KINDS = {
  add: messages.PropertyDiff.Kind.ADD,
  "add-replace": messages.PropertyDiff.Kind.ADD_REPLACE,
  delete: messages.PropertyDiff.Kind.DELETE,
  "delete-replace": messages.PropertyDiff.Kind.DELETE_REPLACE,
  update: messages.PropertyDiff.Kind.UPDATE,
  "update-replace": messages.PropertyDiff.Kind.UPDATE_REPLACE,
};

/** Serves the plugin on a free loopback port, which it prints, until the engine ends the process. */
export function serve(plugin: Plugin): void {
  const cancelled = new AbortController();
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(ResourceProviderService, handlers(plugin, cancelled));
  endWithEngine();
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      process.stderr.write(`${plugin.name}: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
}

/** The engine ends its plugins itself; when it is killed they would stay, holding connections and credentials. */
function endWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => process.ppid === engine || process.exit(0), 1_000).unref();
}

type Handler<Request, Response> = grpc.handleUnaryCall<Request, Response>;

function handler<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): Handler<Request, Response> {
  return (call, callback) => {
    answer(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error)),
    );
  };
}

function handlers(plugin: Plugin, cancelled: AbortController): grpc.UntypedServiceImplementation {
  const context = (request: { getUrn(): string }, preview = false, timeoutSeconds = 0): CallContext => ({
    urn: request.getUrn(),
    preview,
    timeoutSeconds,
    signal: cancelled.signal,
  });
  const resourceOf = (request: { getUrn(): string }): Resource => {
    const token = request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
    const resource = plugin.resource(token);
    if (resource === undefined) {
      throw new Unimplemented(`the sandbox's ${plugin.name} plugin does not know the resource type ${token}`);
    }
    return resource;
  };

  return {
    handshake: handler(async () => new messages.ProviderHandshakeResponse()),
    getPluginInfo: handler(async () => {
      const info = new PluginInfo();
      info.setVersion(plugin.version);
      return info;
    }),
    getSchema: handler(async () => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: plugin.name, version: plugin.version }));
      return response;
    }),
    checkConfig: handler(async (request: messages.CheckRequest) => checked(request.getNews(), [])),
    diffConfig: handler(async (request: messages.DiffRequest) => {
      const [olds, news] = [decode(request.getOldInputs()), decode(request.getNews())];
      return diffed(
        plugin.diffConfig?.(olds, news) ?? { changes: !sameJson(olds, news), replaces: [], detailed: {} },
      );
    }),
    configure: handler(async (request: messages.ConfigureRequest) => {
      await plugin.configure(decode(request.getArgs()));
      const response = new messages.ConfigureResponse();
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(plugin.honoursNaming ?? false);
      return response;
    }),
    check: handler(async (request: messages.CheckRequest) => {
      const { inputs, failures } = await resourceOf(request).check(
        { ...context(request), naming: namingOf(request) },
        decode(request.getOlds()),
        decode(request.getNews()),
      );
      return checked(encode(inputs), failures);
    }),
    diff: handler(async (request: messages.DiffRequest) =>
      diffed(
        await resourceOf(request).diff(
          context(request),
          request.getId(),
          decode(request.getOldInputs()),
          decode(request.getOlds()),
          decode(request.getNews()),
          request.getIgnorechangesList(),
        ),
      ),
    ),
    create: handler(async (request: messages.CreateRequest) => {
      const called = context(request, request.getPreview(), request.getTimeout());
      const { id, state } = await resourceOf(request).create(called, decode(request.getProperties()));
      const response = new messages.CreateResponse();
      response.setId(id);
      response.setProperties(encode(state));
      return response;
    }),
    read: handler(async (request: messages.ReadRequest) => {
      const found = await resourceOf(request).read(
        context(request),
        request.getId(),
        request.hasInputs() ? decode(request.getInputs()) : undefined,
        request.hasProperties() ? decode(request.getProperties()) : undefined,
      );
      const response = new messages.ReadResponse();
      if (found !== undefined) {
        response.setId(found.id);
        response.setInputs(encode(found.inputs));
        response.setProperties(encode(found.state));
      }
      return response;
    }),
    update: handler(async (request: messages.UpdateRequest) => {
      const state = await resourceOf(request).update(
        {
          ...context(request, request.getPreview(), request.getTimeout()),
          ignoreChanges: request.getIgnorechangesList(),
        },
        request.getId(),
        decode(request.getOlds()),
        decode(request.getOldInputs()),
        decode(request.getNews()),
      );
      const response = new messages.UpdateResponse();
      response.setProperties(encode(state));
      return response;
    }),
    delete: handler(async (request: messages.DeleteRequest) => {
      const called = context(request, false, request.getTimeout());
      await resourceOf(request).delete(called, request.getId(), decode(request.getProperties()));
      return new Empty();
    }),
    invoke: handler(async (request: messages.InvokeRequest) => {
      if (plugin.invoke === undefined) {
        throw new Unimplemented(`the sandbox's ${plugin.name} plugin has no functions`);
      }
      const response = new messages.InvokeResponse();
      response.setReturn(encode(await plugin.invoke(request.getTok(), decode(request.getArgs()))));
      return response;
    }),
    cancel: handler(async () => {
      cancelled.abort(new Error("cancelled by the engine"));
      return new Empty();
    }),
    attach: handler(async () => new Empty()),
    construct: unimplemented(plugin, "has no components"),
    call: unimplemented(plugin, "has no methods"),
    parameterize: unimplemented(plugin, "takes no parameters"),
  };
}

/** What no stand-in does, said in a sentence rather than as a missing method. */
const unimplemented = (plugin: Plugin, what: string) =>
  handler(() => Promise.reject(new Unimplemented(`the sandbox's ${plugin.name} plugin ${what}`)));

function namingOf(request: messages.CheckRequest): Naming {
  const { DISABLE } = messages.CheckRequest.AutonamingOptions.Mode;
  const options = request.getAutonaming();
  const proposed = options?.getProposedName();
  return {
    seed: request.getRandomseed_asU8(),
    disabled: options?.getMode() === DISABLE,
    proposed: proposed === "" ? undefined : proposed,
  };
}

function checked(inputs: Struct | undefined, failures: readonly CheckFailure[]): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(inputs);
  response.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new messages.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

function diffed({ changes, replaces, deleteBeforeReplace, detailed }: DiffResult): messages.DiffResponse {
  const response = new messages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  response.setChanges(changes ? DIFF_SOME : DIFF_NONE);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace ?? false);
  response.setDiffsList([...new Set(Object.keys(detailed).map((path) => path.split(/[.[]/)[0] ?? path))]);
  response.setHasdetaileddiff(true);
  for (const [path, { kind, input }] of Object.entries(detailed)) {
    const difference = new messages.PropertyDiff();
    difference.setKind(CHANGE_KINDS[kind]);
    difference.setInputdiff(input);
    response.getDetaileddiffMap().set(path, difference);
  }
  return response;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
