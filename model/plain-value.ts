/** The plain value of a YAML node, without what only some readers understand, or each differently. */

import { isAlias, isMap, isNode, isScalar, isSeq, Scalar, type YAMLMap } from "yaml";
import { printable, shown } from "./fault";
import type { Path } from "./rules";

export const DEEPEST = 20;
export const TOO_DEEP = `nests deeper than ${DEEPEST} levels, which no tenant needs`;

/** Numbers that every reader reads alike: `017` is 15 to some, `1e3` text to others. */
const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
/** Plain text that YAML 1.1, which many tools still read, takes for a truth value, a number or a date. */
const NOT_TEXT_TO_ALL =
  /^(y|yes|n|no|on|off)$|^[-+]?[0-9][0-9_]*(_[0-9]*|(:[0-5]?[0-9])+)(\.[0-9_]*)?$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ]|$)/i;

type Refuse = (node: unknown, message: string, path: Path) => void;

/** The plain value of a node. In the same walk refuses what only some readers understand, or each differently. */
export function plainValue(node: unknown, path: Path, refuse: Refuse): unknown {
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
