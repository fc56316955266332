/** IAM policy documents, as the program declares them: text in a property of a resource. */

type Values = string | readonly string[];

export interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | Readonly<Record<string, Values>>;
  readonly NotPrincipal?: unknown;
  readonly Action?: Values;
  readonly NotAction?: unknown;
  readonly Resource?: Values;
  readonly NotResource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

/**
 * What is wrong with a document, by its statements that allow something.
 *
 * @param document undefined where the engine does not know it yet: then it is judged when it does.
 */
export function faultsOf(
  document: string | undefined,
  judge: (statement: Statement) => readonly string[],
): string[] {
  if (document === undefined) {
    return [];
  }
  const statements = statementsOf(document);
  if (statements === undefined) {
    return ["holds no policy document"];
  }
  return statements
    .filter(({ Effect }) => Effect !== "Deny")
    .flatMap((statement) => [...openings(statement), ...judge(statement)]);
}

/** The statements of a document; undefined where it is none. */
export function statementsOf(document: string): readonly Statement[] | undefined {
  try {
    const { Statement: found } = JSON.parse(document) as { Statement?: Statement | Statement[] };
    return found === undefined ? undefined : [found].flat();
  } catch {
    return undefined;
  }
}

/** Whatever a document is for, it names whom it lets in and to what. */
function openings({ NotPrincipal, NotAction, NotResource }: Statement): string[] {
  return [
    ...(NotPrincipal === undefined ? [] : ["lets in everybody but some (NotPrincipal)"]),
    ...(NotAction === undefined ? [] : ["allows everything but some actions (NotAction)"]),
    ...(NotResource === undefined ? [] : ["reaches everything but some resources (NotResource)"]),
  ];
}

export function listOf(value: Values | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

/** Everybody whom a statement is for, whatever the kind of principal. */
export function principalsOf({ Principal = {} }: Statement): readonly string[] {
  return typeof Principal === "string" ? [Principal] : Object.values(Principal).flatMap(listOf);
}

/** The values that a condition compares a key with; none where the statement has no such condition. */
export function conditionOf({ Condition }: Statement, operator: string, key: string): readonly string[] {
  return listOf(Condition?.[operator]?.[key]);
}

/** Whether all values that a condition takes are among some; it must take at least one. */
export function comparesOnly(
  statement: Statement,
  operator: string,
  key: string,
  among: readonly string[],
): boolean {
  const values = conditionOf(statement, operator, key);
  return values.length > 0 && values.every((value) => among.includes(value));
}

/** Whether a pattern of IAM, `*` and `?` in it, takes in a name. */
export function covers(pattern: string, name: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "is").test(name);
}
