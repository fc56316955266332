import { UNKNOWN } from "../protocol";
import { containsUnknown } from "../schema/property";
import type { Property } from "../schema/property";

/** Whether two policy documents mean the same: order of keys and list members, single value or list, do not count. */
export function samePolicy(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  const [first, second] = [parsed(left), parsed(right)];
  return first !== undefined && second !== undefined && canonical(first, "") === canonical(second, "");
}

/** Says why a text is no policy document, in Terraform's words, or nothing. */
export function policyFault(key: string): (value: unknown) => string | undefined {
  return (value) => {
    if (typeof value !== "string") return undefined;
    const intro = `"${key}" contains an invalid JSON policy: `;
    if (value.trim() === "") return `${intro}it is an empty string, which is not a valid JSON value`;
    if (/^\s/.test(value)) return `${intro}leading space characters are not allowed`;
    try {
      const document: unknown = JSON.parse(value);
      return isObject(document) ? undefined : `${intro}it is not a JSON object`;
    } catch (error) {
      return `${intro}${error instanceof Error ? error.message : "not valid JSON"}`;
    }
  };
}

/** A property that holds a policy document as JSON text; `key` is its name in messages. */
export function policyProperty(key: string, more: Partial<Property> = {}): Property {
  return { type: "string", same: samePolicy, check: policyFault(key), transform: documentText, ...more };
}

/** A program may give the document as an object: it travels as JSON with sorted keys. */
function documentText(value: unknown): unknown {
  if (!isObject(value)) return value;
  return containsUnknown(value) ? UNKNOWN : JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** The members whose lists are sets to IAM. */
const SETS = new Set([
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Statement",
  "AWS",
  "Service",
  "Federated",
]);

function canonical(value: unknown, key: string): string {
  if (key === "Principal" && value === "*") return canonical({ AWS: "*" }, key);
  if (SETS.has(key) || isScalar(value) || Array.isArray(value)) {
    const items = (Array.isArray(value) ? value : [value]).map((item) => member(item, key));
    return `[${[...new Set(items)].sort().join(",")}]`;
  }
  return object(value);
}

function member(item: unknown, key: string): string {
  if (isObject(item)) return object(item);
  const text = String(item);
  // Action names are matched without case; conditions write true and 1 with or without quotes.
  return JSON.stringify(
    key === "Action" || key === "NotAction" ? text.toLowerCase() : accountRoot(key, text),
  );
}

/** An account id as a principal is short for its root ARN. */
function accountRoot(key: string, text: string): string {
  return key === "AWS" && /^\d{12}$/.test(text) ? `arn:aws:iam::${text}:root` : text;
}

function object(value: unknown): string {
  if (!isObject(value)) return "{}";
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key], key)}`);
  return `{${entries.join(",")}}`;
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return undefined;
  try {
    const document: unknown = JSON.parse(value);
    return isObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
