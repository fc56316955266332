/** What a policy holds an object to, and how it says that it does not: the object, why, and what to do. */

export interface Check {
  /** Plural and group of the kind that it is about; every kind by default. */
  readonly kind?: string;
  /** CEL: whether it is about this request; by default, whether the object says anything new. */
  readonly when?: string;
  /** CEL: what must hold. */
  readonly holds: string;
  /** Told after the object's name. */
  readonly why: string;
}

/** Of every request, also of one that takes the object away. */
export const ALWAYS = "true";

/** The policy has the variables `kind`, `what` (the object's name, in words) and `changed`. */
export function validation({ kind, when = "variables.changed", holds, why }: Check) {
  const about = [
    ...(kind === undefined ? [] : [`variables.kind == ${text(kind)}`]),
    ...(when === ALWAYS ? [] : [`(${when})`]),
  ].join(" && ");
  return {
    expression: about === "" ? holds : `!(${about}) || (${holds})`,
    reason: "Forbidden",
    messageExpression: `variables.what + ${text(`: ${why}`)}`,
  };
}

/** CEL of a value that is known beforehand. */
export function text(value: unknown): string {
  return JSON.stringify(value);
}

/** Stands for what only the request tells; in no name. */
const HOLE = "\u00a7";

/**
 * CEL of a name that is derived from the tenant's id.
 *
 * @param derive a function of `model/names.ts`.
 */
export function derived(derive: (id: string) => string): string {
  return text(derive(HOLE))
    .replaceAll(HOLE, '" + variables.tenant + "')
    .replace(/^"" \+ | \+ ""$/g, "");
}
