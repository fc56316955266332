/**
 * Base64 in CEL: the API server shows the data of Secrets in that form alone and has no function for it. Whatever in a
 * text is known beforehand is encoded here; only the groups of three characters with the tenant's id are computed.
 */

import { text } from "./check";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Printable ASCII in order, by which a character's code is found. */
const SPACE = 32;
const PRINTABLE = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => SPACE + index));

/** Characters of a UUID. */
const ID_LENGTH = 36;
const HOLE = "\u00a7";

/**
 * CEL of the base64 form of an ASCII text in which the tenant's id stands once.
 *
 * @param write the text, by the id.
 */
export function base64WithId(write: (id: string) => string): string {
  const [before = "", after = ""] = write(HOLE).split(HOLE);
  const start = before.length - (before.length % 3);
  const end = (3 - ((before.length - start + ID_LENGTH) % 3)) % 3;
  const groups = (before.length - start + ID_LENGTH + end) / 3;
  const middle = `(${text(before.slice(start))} + variables.tenant + ${text(after.slice(0, end))})`;
  return [text(base64(before.slice(0, start))), encoded(middle, groups), text(base64(after.slice(end)))].join(
    " + ",
  );
}

/** Three characters make a number of 24 bits, and four digits. */
function encoded(value: string, groups: number): string {
  const starts = Array.from({ length: groups }, (_, index) => index * 3);
  const code = (at: string) => `(${SPACE} + ${text(PRINTABLE)}.indexOf(${value}.charAt(${at})))`;
  const digit = (divisor: number) => `${text(DIGITS)}.charAt(bits / ${divisor} % 64)`;
  return `${text(starts)}
    .map(at, ${code("at")} * 65536 + ${code("at + 1")} * 256 + ${code("at + 2")})
    .map(bits, ${[262144, 4096, 64, 1].map(digit).join(" + ")}).join("")`;
}

function base64(value: string): string {
  return Buffer.from(value, "ascii").toString("base64");
}
