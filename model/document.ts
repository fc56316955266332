/** One YAML document with its positions: strict, so that nobody and no other reader can take it for something else. */

import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from "yaml";
import type { Fault } from "./fault";
import type { Path } from "./rules";

const LARGEST_BYTES = 256 * 1024;
const DEEPEST = 20;

/** A document that is well-formed YAML; what it says is judged by others. */
export interface TenantDocument {
  readonly file: string;
  readonly value: unknown;
  /** The fault at a path; `onKey` points at the key instead of its value. */
  fault(path: Path, message: string, onKey?: boolean): Fault;
}

/** Reads bytes as YAML 1.2 core, or returns every fault of its form. */
export function readDocument(bytes: Uint8Array, file: string): TenantDocument | Fault[] {
  const start = (message: string): Fault[] => [{ file, line: 1, column: 1, path: "", message }];
  if (bytes.length > LARGEST_BYTES) {
    return start(`is larger than 256 KiB, which no tenant needs; is it the right file?`);
  }
  const text = decode(bytes);
  if (typeof text === "number") {
    return start(`is not UTF-8 text from byte ${text}; save it as UTF-8`);
  }
  const lines = new LineCounter();
  const at = (offset: number, message: string, path = ""): Fault => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  };
  const deep = nestingFault(text);
  if (deep !== undefined) {
    return start(deep);
  }
  const document = parseDocument(text, {
    version: "1.2",
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: "silent",
  });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    return problems.map(({ code, message, pos }) => at(pos[0], sentence(code, message)));
  }
  const forbidden = forbiddenNodes(document, at);
  if (forbidden.length > 0) {
    return forbidden;
  }
  if (!isMap(document.contents)) {
    const what =
      document.contents === null || (isScalar(document.contents) && document.contents.value === null)
        ? "holds no tenant"
        : "is not a map of fields";
    return start(`${what}; start from tenants/template.yaml`);
  }
  return {
    file,
    value: document.toJS(),
    fault: (path, message, onKey = false) =>
      at(offsetOf(document, path, onKey), message, path.reduce<string>(joinPath, "")),
  };
}

function decode(bytes: Uint8Array): string | number {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const nul = text.indexOf("\0");
    return nul === -1 ? text : Buffer.byteLength(text.slice(0, nul)) + 1;
  } catch {
    return firstInvalidByte(bytes);
  }
}

/** Counted from 1. Bisects: every prefix up to the fault decodes, when streamed. */
function firstInvalidByte(bytes: Uint8Array): number {
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      valid = middle;
    } catch {
      invalid = middle;
    }
  }
  return invalid;
}

/** Bounds the depth before the parser recurses into it. */
function nestingFault(text: string): string | undefined {
  let depth = 0;
  for (const character of text) {
    depth += character === "[" || character === "{" ? 1 : character === "]" || character === "}" ? -1 : 0;
    if (depth > DEEPEST) {
      return `nests deeper than ${DEEPEST} levels, which no tenant needs`;
    }
  }
  return undefined;
}

function sentence(code: string, message: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "stands there a second time; keep one";
    case "MULTIPLE_DOCS":
      return "holds more than one document; write one tenant a file and no second ---";
    case "TAB_AS_INDENT":
      return "is indented by a tab; use spaces";
    case "TAG_RESOLVE_FAILED":
      return "bears a YAML tag; write the plain value";
    default:
      return `is not YAML: ${message.replace(/\s+/g, " ")}`;
  }
}

function forbiddenNodes(document: Document.Parsed, at: (offset: number, message: string) => Fault): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        faults.push(at(offset, "is a YAML alias; write the value out"));
      } else if (node.anchor !== undefined) {
        faults.push(at(offset, "bears a YAML anchor; write the value out where it is needed"));
      } else if (node.tag !== undefined) {
        faults.push(at(offset, "bears a YAML tag; write the plain value"));
      }
    },
    Pair: (_, pair) => {
      if (isScalar(pair.key) && pair.key.value === "<<") {
        faults.push(at(pair.key.range?.[0] ?? 0, "is a YAML merge key; write the fields out"));
      }
    },
  });
  return faults;
}

function offsetOf(document: Document.Parsed, path: Path, onKey: boolean): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!isPair(pair)) {
        return offset;
      }
      const key = isNode(pair.key) ? pair.key.range?.[0] : undefined;
      const value = isNode(pair.value) ? pair.value.range?.[0] : undefined;
      offset = (last && onKey ? key : (value ?? key)) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else if (!isCollection(node)) {
      return offset;
    }
  }
  return offset;
}

function joinPath(path: string, step: string | number): string {
  return typeof step === "number" ? `${path}[${step}]` : path === "" ? step : `${path}.${step}`;
}
