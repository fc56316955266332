import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** What `runtime.options` of Pulumi.yaml may say to the nodejs runtime. */
export interface RuntimeOptions {
  /** Whether the SDK compiles TypeScript itself; on unless switched off. */
  readonly typescript: boolean;
  /** tsconfig.json that the SDK then takes. */
  readonly tsconfig?: string;
  /** Arguments of node itself. */
  readonly nodeargs: readonly string[];
  readonly packagemanager: string;
}

/** Reads the options of a program. @throws an Error that names the option that is of the wrong type. */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const given: Readonly<Record<string, unknown>> = info?.getOptions()?.toJavaScript() ?? {};
  return {
    typescript: option(given, "typescript", "boolean") ?? true,
    tsconfig: option(given, "tsconfig", "string"),
    nodeargs: words(option(given, "nodeargs", "string") ?? ""),
    packagemanager: option(given, "packagemanager", "string") ?? "npm",
  };
}

interface Types {
  boolean: boolean;
  string: string;
}

function option<T extends keyof Types>(
  given: Readonly<Record<string, unknown>>,
  name: string,
  type: T,
): Types[T] | undefined {
  const value = given[name];
  if (value !== undefined && typeof value !== type) {
    throw new Error(`${name} option must be a ${type}`);
  }
  return value as Types[T] | undefined;
}

/** Splits a command line as a shell does: at blanks, but not within quotes or behind a backslash. */
export function words(line: string): string[] {
  const found = line.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\])+/g) ?? [];
  return found.map((word) =>
    word.replace(
      /\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'/g,
      (_, escaped?: string, double?: string, single?: string) =>
        double === undefined ? (escaped ?? single ?? "") : double.replace(/\\(["\\])/g, "$1"),
    ),
  );
}
