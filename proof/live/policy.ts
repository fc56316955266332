/** IAM policy documents, as the AWS services hand them out. */

export type Values = string | readonly string[];

export interface Statement {
  readonly Effect: string;
  /** Principals by kind, or `*`. */
  readonly Principal?: string | Readonly<Record<string, Values>>;
  readonly NotPrincipal?: unknown;
  readonly Action?: Values;
  readonly NotAction?: Values;
  readonly Resource?: Values;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

/** The statements of a document; none where there is no document. */
export function statementsOf(document: string | undefined): Statement[] {
  if (document === undefined) {
    return [];
  }
  // IAM hands its documents out URL-encoded.
  const text = document.startsWith("%") ? decodeURIComponent(document) : document;
  return [(JSON.parse(text) as { Statement: Statement | Statement[] }).Statement].flat();
}

/** One value or a list of them, as a list. */
export function listOf(value: Values | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

/** The only value that a condition compares a key with; undefined where there is none, or a choice. */
export function onlyValue({ Condition }: Statement, operator: string, key: string): string | undefined {
  const [value, ...others] = listOf(Condition?.[operator]?.[key]);
  return others.length === 0 ? value : undefined;
}

/** Whether an action of a policy, `*` and `?` in it, takes in an action of AWS. IAM ignores case. */
export function covers(pattern: string, action: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "i").test(action);
}

/** Passes over the named errors of AWS, which mean that what was asked for is not there. */
export function absent(...errors: string[]): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && errors.includes(error.name)) {
      return undefined;
    }
    throw error;
  };
}
