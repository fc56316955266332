import type { Property } from "../schema/property";

/** The name of an IAM entity: explicit or generated, of IAM's letters, and fixed for its life. */
export function iamName(maxLength: number): Property {
  return {
    type: "string",
    replaces: true,
    named: { maxLength },
    check: (value) => {
      if (typeof value !== "string") return undefined;
      if (value.length > maxLength)
        return `expected length of name to be in the range (1 - ${maxLength}), got ${value}`;
      return /^[\w+=,.@-]*$/.test(value) ? undefined : "invalid value for name (must match [\\w+=,.@-])";
    },
  };
}
