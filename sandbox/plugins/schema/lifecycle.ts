import { isUnknown, PartialFailure, Secret, UNKNOWN } from "../protocol";
import type { CallContext, DiffResult, Resource } from "../protocol";
import { checkInputs } from "./check";
import type { Failure } from "./check";
import { difference } from "./difference";
import { containsUnknown, DEFAULTS, isRecord, isZero, sameValue } from "./property";
import type { Properties, Schema } from "./property";

/** What was found on the server. `id` is given when it is not the one asked for. */
export interface Found {
  readonly id?: string;
  readonly state: Properties;
}

/** The calls behind one resource type; previews never reach them. */
export interface Operations {
  /** Changes what the program gave before it is checked, e.g. merges default tags. */
  prepare?(inputs: Properties): Properties;
  /** Faults that need more than the value itself, e.g. the provider's configuration. */
  faults?(inputs: Properties): readonly Failure[];
  /** Creates the resource, calls `exists` as soon as it does, and returns outputs that cannot be read again. */
  create(context: CallContext, inputs: Properties, exists: (id: string) => void): Promise<Properties | void>;
  /** Reads the live resource, or nothing if it is gone. `known` is what is recorded, empty on an import. */
  read(context: CallContext, id: string, known: Properties): Promise<Found | undefined>;
  /** Brings the live resource to `inputs`. Without it, every change replaces. */
  update?(context: CallContext, id: string, change: Change): Promise<void>;
  delete(context: CallContext, id: string, state: Properties): Promise<void>;
}

/** One update: where it starts, where it goes, and which properties differ. */
export interface Change {
  readonly state: Properties;
  readonly inputs: Properties;
  readonly changed: ReadonlySet<string>;
}

/** A resource of the plugin protocol from a table of properties and the calls behind it. */
export function lifecycle(schema: Schema, operations: Operations): Resource {
  const live = async (
    context: CallContext,
    id: string,
    known: Properties,
  ): Promise<Required<Found> | undefined> => {
    const found = await unlessCancelled(context.signal, operations.read(context, id, known));
    return found && { id: found.id ?? id, state: merged(schema, known, found.state) };
  };
  return {
    check: (context, olds, news) => {
      const checked = checkInputs(schema, context.urn, olds, operations.prepare?.(news) ?? news);
      const failures = [...checked.failures, ...(operations.faults?.(checked.inputs) ?? [])];
      return Promise.resolve({ inputs: checked.inputs, failures });
    },
    diff: (_context, _id, _oldInputs, oldState, newInputs, ignoreChanges) =>
      Promise.resolve(diffResult(schema, oldState, newInputs, ignoreChanges)),
    create: async (context, inputs) => {
      const wanted = withoutDefaults(inputs);
      if (context.preview) return { id: "", state: sealed(schema, planned(schema, {}, wanted)) };
      let id: string | undefined;
      let known = wanted;
      try {
        const once = await operations.create(context, wanted, (born) => (id = born));
        known = { ...wanted, ...once };
        const found = id === undefined ? undefined : await live(context, id, known);
        if (!found) throw new Error(`${context.urn}: the resource was created but cannot be read`);
        return { id: found.id, state: sealed(schema, found.state) };
      } catch (error) {
        if (id === undefined) throw new Error(oneError(error), { cause: error });
        // What exists must be recorded as it is, so that the next run repairs it and nothing is left behind.
        const found = await live(context, id, known).catch(() => undefined);
        const state = sealed(schema, found?.state ?? known);
        throw new PartialFailure(found?.id ?? id, state, [oneError(error)], sealed(schema, inputs));
      }
    },
    read: async (context, id, inputs, state) => {
      const known = withoutDefaults(isEmpty(state) ? (inputs ?? {}) : state!);
      const found = await framed("refreshing", context.urn, live(context, id, known));
      if (!found) return undefined;
      const refreshed = isEmpty(inputs)
        ? importedInputs(schema, found.state)
        : refreshedInputs(schema, inputs!, found.state);
      return { id: found.id, inputs: sealed(schema, refreshed), state: sealed(schema, found.state) };
    },
    update: async (context, id, olds, _oldInputs, news) => {
      const inputs = withoutDefaults(news);
      if (context.preview) return sealed(schema, planned(schema, olds, inputs));
      const state = withoutDefaults(olds);
      const { changed } = difference(schema, state, news);
      const known = { ...kept(schema, state, inputs), ...inputs };
      try {
        await operations.update?.(context, id, { state, inputs, changed });
        const found = await live(context, id, known);
        if (!found) throw new Error(`${context.urn}: the resource is gone`);
        return sealed(schema, found.state);
      } catch (error) {
        const found = await live(context, id, state).catch(() => undefined);
        const reached = sealed(schema, found?.state ?? state);
        const reason = `updating ${context.urn}: ${oneError(error)}`;
        throw new PartialFailure(id, reached, [reason], sealed(schema, news));
      }
    },
    delete: (context, id, state) => framed("deleting", context.urn, operations.delete(context, id, state)),
  };
}

function diffResult(
  schema: Schema,
  state: Properties,
  inputs: Properties,
  ignored: readonly string[],
): DiffResult {
  const { changed, replaces, paths, deleteBeforeReplace } = difference(schema, state, inputs, ignored);
  const detailed = Object.fromEntries(
    Object.entries(paths).map(([path, kind]) => [path, { kind, input: false }]),
  );
  return { changes: changed.size > 0, replaces, deleteBeforeReplace, detailed };
}

/** What a preview can say: the wanted inputs, what is known already, and unknown for what the server will choose. */
function planned(schema: Schema, state: Properties, inputs: Properties): Properties {
  const plan: Properties = { ...kept(schema, state, inputs), ...inputs };
  for (const [key, property] of Object.entries(schema)) {
    if ((property.computed || property.output) && plan[key] === undefined) plan[key] = UNKNOWN;
  }
  return plan;
}

/** The recorded values that survive an update: what the server chose, not what the program took away. */
function kept(schema: Schema, state: Properties, inputs: Properties): Properties {
  const entries = Object.entries(schema).filter(
    ([key, property]) =>
      (property.computed || property.output) && inputs[key] === undefined && state[key] !== undefined,
  );
  return Object.fromEntries(entries.map(([key]) => [key, state[key]]));
}

/** The values with the schema's secrets marked for the engine. */
function sealed(schema: Schema, values: Properties): Properties {
  const entries = Object.entries(values).map(([key, value]) => {
    const isSecret = schema[key]?.secret === true && value !== undefined && !isUnknown(value);
    return [key, isSecret ? new Secret(value) : value] as const;
  });
  return Object.fromEntries(entries);
}

/** Live values over recorded ones; a recorded wording stays while it means the same. */
function merged(schema: Schema, known: Properties, found: Properties): Properties {
  const state = { ...withoutDefaults(known) };
  for (const [key, value] of Object.entries(found)) {
    const property = schema[key];
    const same =
      property &&
      state[key] !== undefined &&
      !containsUnknown(state[key]) &&
      sameValue(property, state[key], value);
    if (same) continue;
    if (value === undefined || value === null) delete state[key];
    else state[key] = value;
  }
  return state;
}

/** The recorded inputs with the live values: what differs is the drift. */
function refreshedInputs(schema: Schema, inputs: Properties, state: Properties): Properties {
  const refreshed: Properties = {};
  for (const [key, value] of Object.entries(inputs)) {
    const property = schema[key];
    if (!property || sameValue(property, value, state[key])) refreshed[key] = value;
    else if (state[key] !== undefined) refreshed[key] = state[key];
  }
  return refreshed;
}

/** The inputs that would give this state: everything but outputs and defaults. */
function importedInputs(schema: Schema, state: Properties): Properties {
  const inputs: Properties = { [DEFAULTS]: [] };
  for (const [key, property] of Object.entries(schema)) {
    const value = state[key];
    if (property.output || isZero(value)) continue;
    if (property.default !== undefined && sameValue(property, property.default, value)) continue;
    inputs[key] = value;
  }
  return inputs;
}

function withoutDefaults(values: Properties): Properties {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== DEFAULTS));
}

function isEmpty(values: Properties | undefined): boolean {
  return !isRecord(values) || Object.keys(values).length === 0;
}

/** A read is given up when the engine cancels; nothing is lost by it. */
async function unlessCancelled<T>(signal: AbortSignal, reading: Promise<T>): Promise<T> {
  const cancelled = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => reject(new Error("cancelled by the engine"));
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    reading.then(
      () => signal.removeEventListener("abort", giveUp),
      () => signal.removeEventListener("abort", giveUp),
    );
  });
  return Promise.race([reading, cancelled]);
}

async function framed<T>(doing: string, urn: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${doing} ${urn}: ${oneError(error)}`, { cause: error });
  }
}

/** The frame the bridge puts around a Terraform diagnostic. */
function oneError(error: unknown): string {
  return `1 error occurred:\n\t* ${error instanceof Error ? error.message : String(error)}\n\n`;
}
