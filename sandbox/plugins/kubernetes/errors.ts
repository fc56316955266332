/** The API server's refusals, and the sentences that the official provider puts around them. */

import type { Kind } from "./discovery";
import { at, textAt } from "./object";

const CONFLICT_GUIDE =
  "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources";

const ADOPTION = `The resource already exists in the cluster. What can be done:

  - A Pulumi resource was renamed: give it an alias, or deleteBeforeReplace where it is to be replaced.
  - The object belongs to somebody else: set single fields of it by a Patch resource (e.g. NamespacePatch).
  - The object is to become Pulumi's: use \`pulumi import\`.
  - All existing objects are to be taken over: set upsertExistingObjects on the provider.`;

/** The API server answered, and refused. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** The server's machine-readable word, such as `AlreadyExists` or `Invalid`. */
    readonly reason: string,
    message: string,
    /** The resource that it is about, in the plural: `namespaces`. */
    readonly resource?: string,
  ) {
    super(message);
  }

  static from(status: number, text: string): ApiError {
    try {
      const answer: unknown = JSON.parse(text);
      const message = textAt(answer, "message") ?? `the server answered ${status}`;
      return new ApiError(
        status,
        textAt(answer, "reason") ?? "",
        message,
        textAt(at(answer, "details"), "kind"),
      );
    } catch {
      return new ApiError(status, "", `the server answered ${status}: ${text.trim().slice(0, 500)}`);
    }
  }
}

/** No answer came: nobody listens, the certificate is not trusted, time ran out. */
export class Unreachable extends Error {}

/** The server does not serve the kind, for example before its CRD is there. */
export class NoKindMatch extends Error {
  constructor({ apiVersion, kind }: Kind) {
    super(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  }
}

export function refusedWith(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

export function isMissingNamespace(error: unknown): boolean {
  return refusedWith(error, 404) && error.resource === "namespaces";
}

/** A refusal of a new object in full. */
export function createFailure(urn: string, { apiVersion, kind }: Kind, error: unknown): Error {
  if (error instanceof NoKindMatch) {
    return new Error(
      `creation of resource ${JSON.stringify(urn)} with kind ${apiVersion}/${kind} failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`,
    );
  }
  const advice = error instanceof ApiError && error.reason === "AlreadyExists" ? `\n\n${ADOPTION}` : "";
  return new Error(
    `resource ${JSON.stringify(urn)} was not successfully created by the Kubernetes API server: ${messageOf(error)}${advice}`,
  );
}

/** A refusal of a change before it was sent, or when nobody knows what became of it. */
export function updateFailure(urn: string, error: unknown): Error {
  return error instanceof NoKindMatch
    ? new Error(
        `update of resource ${JSON.stringify(urn)} failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`,
      )
    : new Error(`update of resource ${JSON.stringify(urn)} failed: ${messageOf(error)}`);
}

/** Says who else manages the field, and where to read on. */
export function applyFailure(error: unknown, manager: string): unknown {
  return refusedWith(error, 409)
    ? new ApiError(
        409,
        error.reason,
        `server-side apply field conflict detected, see ${CONFLICT_GUIDE} for troubleshooting help\nThe resource managed by field manager ${JSON.stringify(manager)} had an apply conflict: ${error.message}`,
      )
    : error;
}

/** The engine was told to stop while the object was being worked on. */
export function cancelled(name = ""): Error {
  return new Error(`Resource operation was cancelled for ${JSON.stringify(name)}`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
