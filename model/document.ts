/** One YAML document with its positions: strict, so that nobody and no other reader can take it for something else. */

import {
  Composer,
  type CST,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  Scalar,
  type Document,
  type YAMLMap,
} from "yaml";
import { printable, shown, type Fault } from "./fault";
import type { Path } from "./rules";

export const LARGEST_BYTES = 128 * 1024;
export const TOO_LARGE = "is larger than 128 KiB, which no tenant needs; is it the right file?";
const DEEPEST = 20;
/** Faults of form beyond these are as a rule consequences of the first. */
const MOST_FORM_FAULTS = 20;
const TOO_DEEP = `nests deeper than ${DEEPEST} levels, which no tenant needs`;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Numbers that every reader reads alike: `017` is 15 to some, `1e3` text to others. */
const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
/** Plain text that YAML 1.1, which many tools still read, takes for a truth value, a number or a date. */
const NOT_TEXT_TO_ALL =
  /^(y|yes|n|no|on|off)$|^[-+]?[0-9][0-9_]*(_[0-9]*|(:[0-5]?[0-9])+)(\.[0-9_]*)?$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ]|$)/i;

/** A document that is well-formed YAML; what it says is judged by others. */
export interface TenantDocument {
  readonly file: string;
  readonly value: unknown;
  /** The fault at a path; `onKey` points at the key instead of its value. */
  fault(path: Path, message: string, onKey?: boolean): Fault;
}

/** Reads bytes as YAML 1.2 core, or returns the faults of its form. */
export function readDocument(bytes: Uint8Array, file: string): TenantDocument | Fault[] {
  const start = (message: string): Fault[] => [{ file, line: 1, column: 1, path: "", message }];
  if (bytes.length > LARGEST_BYTES) {
    return start(TOO_LARGE);
  }
  const { text, fault } = decode(bytes);
  if (fault !== undefined) {
    return start(fault);
  }
  const lines = new LineCounter();
  const at = (offset: number, message: string, path: Path = []): Fault => {
    const { line, col } = lines.linePos(offset);
    const field = path.reduce<string>(joinPath, "");
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: field, message };
  };
  const parsed = parse(text, lines);
  if (parsed === undefined) {
    return start(TOO_DEEP);
  }
  const { document, second } = parsed;
  const directive = /(?:^|\n)%/.exec(text);
  if (directive !== null) {
    return [at(directive.index + directive[0].length - 1, "is a YAML directive; leave it out")];
  }
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    return problems
      .slice(0, MOST_FORM_FAULTS)
      .map(({ code, message, pos }) => at(pos[0], sentence(code, message)));
  }
  if (second !== undefined) {
    return [at(second, "begins a second document; write one tenant a file and no second ---")];
  }
  const faults: Fault[] = [];
  const value = plainValue(document.contents, [], (node, message, path) => {
    faults.push(at(isNode(node) ? (node.range?.[0] ?? 0) : 0, message, path));
  });
  if (faults.length > 0) {
    return faults.slice(0, MOST_FORM_FAULTS);
  }
  if (!isMap(document.contents)) {
    const what = value === null ? "holds no tenant" : "is not a map of fields";
    return start(`${what}; start from tenants/template.yaml`);
  }
  return {
    file,
    value,
    fault: (path, message, onKey = false) => at(offsetOf(document, path, onKey), message, path),
  };
}

interface Parsed {
  readonly document: Document.Parsed;
  /** Where a second document begins, if one does. */
  readonly second: number | undefined;
}

/**
 * The document, or undefined for one that nests so deep that composing it could exhaust the stack. Keys are compared
 * later: the composer compares each with every other, which takes half a minute for a bad file.
 */
function parse(text: string, lines: LineCounter): Parsed | undefined {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > 2 * DEEPEST) {
      return undefined;
    }
  }
  tokens.push(...parser.end());
  const composer = new Composer({ version: "1.2", stringKeys: true, uniqueKeys: false });
  const [document, second] = composer.compose(tokens, true, text.length);
  // The composer yields one even for empty text where that is forced, as it is here.
  return document && { document: document, second: second?.range[0] };
}

function decode(bytes: Uint8Array): { text: string; fault?: string } {
  try {
    const text = UTF8.decode(bytes);
    const nul = text.indexOf("\0");
    return nul === -1
      ? { text }
      : {
          text,
          fault: `holds a NUL character at byte ${Buffer.byteLength(text.slice(0, nul)) + 1}; take it out`,
        };
  } catch {
    return { text: "", fault: `is not UTF-8 text from byte ${firstInvalidByte(bytes)}; save it as UTF-8` };
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

function sentence(code: string, message: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "is indented by a tab; use spaces";
    case "TAG_RESOLVE_FAILED":
      return "bears a YAML tag; write the plain value";
    default:
      return `is not YAML: ${printable(message.replace(/\s+/g, " "))}`;
  }
}

type Refuse = (node: unknown, message: string, path: Path) => void;

/** The plain value of a node. In the same walk refuses what only some readers understand, or each differently. */
function plainValue(node: unknown, path: Path, refuse: Refuse): unknown {
  if (path.length > DEEPEST) {
    refuse(node, TOO_DEEP, []);
    return undefined;
  }
  if (isAlias(node)) {
    refuse(node, "is a YAML alias; write the value out", path);
    return undefined;
  }
  if (!isNode(node)) {
    return null;
  }
  if (node.anchor !== undefined) {
    refuse(node, "bears a YAML anchor; write the value out where it is needed", path);
  } else if (node.tag !== undefined) {
    refuse(node, "bears a YAML tag; write the plain value", path);
  }
  if (isScalar(node)) {
    const message = scalarFault(node);
    if (message !== undefined) {
      refuse(node, message, path);
    }
    return node.value;
  }
  if (isSeq(node)) {
    return node.items.map((item, index) => plainValue(item, [...path, index], refuse));
  }
  return isMap(node) ? plainMap(node, path, refuse) : undefined;
}

function plainMap(node: YAMLMap, path: Path, refuse: Refuse): unknown {
  const fields = new Map<string, unknown>();
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : "";
    const here = [...path, name];
    if (name === "<<") {
      refuse(key, "is a YAML merge key; write the fields out", here);
    } else if (fields.has(name)) {
      refuse(key, "stands there a second time; keep one", here);
    }
    if (isNode(key) && !isAlias(key) && (key.anchor !== undefined || key.tag !== undefined)) {
      refuse(key, "bears a YAML anchor or tag; write the plain key", here);
    }
    fields.set(name, plainValue(value, here, refuse));
  }
  return Object.fromEntries(fields);
}

function scalarFault({ type, value, source = "" }: Scalar): string | undefined {
  if (typeof value === "number") {
    if (!DECIMAL.test(source)) {
      return `${shown(value)} is written as ${printable(source)}; write a plain decimal number, or put it in quotes to make it text`;
    }
    return !Number.isSafeInteger(Math.trunc(value))
      ? `${printable(source.slice(0, 30))} has more digits than a number holds; write fewer`
      : undefined;
  }
  if (type === Scalar.PLAIN && typeof value === "string" && NOT_TEXT_TO_ALL.test(value)) {
    return `${printable(source)} is text to some YAML readers only; put it in quotes, or write true, false or a plain number`;
  }
  return type === Scalar.QUOTE_DOUBLE && /\p{Cs}/u.test(String(value))
    ? `${shown(value)} holds half a character; write the whole one`
    : undefined;
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
  if (typeof step === "number") {
    return `${path}[${step}]`;
  }
  const name = /^[\w./-]{1,60}$/.test(step) ? step : shown(step);
  return path === "" ? name : `${path}.${name}`;
}
