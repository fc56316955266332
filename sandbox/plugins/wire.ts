/** Property values on their way between the engine and a plugin: what Pulumi packs into a protobuf Struct. */

import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** A value that the engine learns only when it applies. */
export const UNKNOWN = Symbol("unknown");

/** A value that the engine keeps encrypted. Inputs arrive bare: the engine marks outputs by the inputs' secrets. */
export class Secret {
  constructor(readonly value: unknown) {}

  toJSON(): string {
    return "[secret]";
  }
}

export type Properties = Record<string, unknown>;

const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export const isUnknown = (value: unknown): boolean => value === UNKNOWN;

/** Bare values: secrets are opened, because what a plugin does with a value does not depend on who may read it. */
export function decode(struct: Struct | undefined): Properties {
  return struct === undefined ? {} : (decodeValue(struct.toJavaScript()) as Properties);
}

export function encode(properties: Properties): Struct {
  return Struct.fromJavaScript(encodeValue(properties) as Record<string, JavaScriptValue>);
}

function decodeValue(value: unknown): unknown {
  if (value === UNKNOWN_TEXT) {
    return UNKNOWN;
  }
  if (Array.isArray(value)) {
    return value.map(decodeValue);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ((value as Properties)[SIGNATURE] === SECRET_SIGNATURE) {
    return decodeValue((value as Properties)["value"]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decodeValue(inner)]));
}

function encodeValue(value: unknown): unknown {
  if (value === UNKNOWN) {
    return UNKNOWN_TEXT;
  }
  if (value instanceof Secret) {
    return { [SIGNATURE]: SECRET_SIGNATURE, value: encodeValue(value.value) };
  }
  if (Array.isArray(value)) {
    return value.map(encodeValue);
  }
  if (typeof value !== "object" || value === null) {
    return value ?? null;
  }
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(present.map(([key, inner]) => [key, encodeValue(inner)]));
}
