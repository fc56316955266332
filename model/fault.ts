/** What is wrong with what people wrote: where, what, and what to write instead. */

/** One fault. Lines and columns count from 1. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path of the field, for example `quota.cpu`; empty for the document as a whole. */
  readonly path: string;
  /** What is wrong and what to write instead, in one sentence. */
  readonly message: string;
}

const LONGEST_VALUE = 60;

/** Text as it may stand in a terminal: control, direction and half characters written out. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** A value as it may stand in a message: one printable line, not too long. */
export function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  const escaped = printable(text.slice(0, 2 * LONGEST_VALUE));
  return escaped.length <= LONGEST_VALUE ? escaped : `${escaped.slice(0, LONGEST_VALUE)}…`;
}

/** One line: `tenants/prod/acme.yaml:7:9: quota.cpu: "8x" is not a quantity; write 8 or 500m`. */
export function formatFault({ file, line, column, path, message }: Fault): string {
  return `${printable(file)}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`;
}

/** Every fault of every file, together. Thrown before anything is asked or changed. */
export class InputFaults extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const sorted = [...faults].sort(
      (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.path, b.path),
    );
    const count = sorted.length === 1 ? "1 fault" : `${sorted.length} faults`;
    super([...sorted.map(formatFault), `${count}; nothing was changed`].join("\n"));
    this.name = "InputFaults";
    this.faults = sorted;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
