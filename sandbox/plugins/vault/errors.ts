/** A refusal by the server, worded as the Go client words it. */
export class VaultError extends Error {
  constructor(
    method: string,
    url: string,
    namespace: string,
    readonly status: number,
    readonly errors: readonly string[],
  ) {
    const lines = [
      "Error making API request.",
      "",
      ...(namespace === "" ? [] : [`Namespace: ${namespace}`]),
      `URL: ${method} ${url}`,
      `Code: ${status}. Errors:`,
      "",
      ...errors.map((error) => `* ${error}`),
    ];
    super(lines.join("\n"));
    this.name = "VaultError";
  }
}

/** Says what was being done when a request failed: `error writing to Vault: Error making API request. …`. */
export async function attempt<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${doing}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Whether the server refused with this status and, if given, such a message; also behind `attempt`. */
export function refused(error: unknown, status: number, message = /(?:)/): boolean {
  const cause = error instanceof VaultError || !(error instanceof Error) ? error : error.cause;
  return cause instanceof VaultError && cause.status === status && message.test(cause.errors.join("\n"));
}
