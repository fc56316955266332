/** One YAML document with its positions: strict, so that nobody and no other reader can take it for something else. */

import { Composer, type CST, isNode, Lexer, LineCounter, Parser, type Document } from "yaml";
import { printable, type Fault } from "./fault";
import { DEEPEST, plainValue, TOO_DEEP } from "./plain-value";
import { fieldName, offsetOf } from "./position";
import type { Path } from "./rules";
import { decode } from "./utf8";

export const LARGEST_BYTES = 128 * 1024;
export const TOO_LARGE = "is larger than 128 KiB, which no tenant needs; is it the right file?";
/** Faults of form beyond these are as a rule consequences of the first. */
const MOST_FORM_FAULTS = 20;

/** A document that is well-formed YAML; what it says is judged by others. */
export interface TenantDocument {
  readonly file: string;
  readonly value: object;
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
    const field = fieldName(path);
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
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
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
