import type { Property } from "../schema/property";
import type { Properties } from "../schema/property";

/** The property every resource has: its namespace, relative to the provider's. */
export const NAMESPACE: Property = { type: "string", replaces: true };

/** The namespace of a resource; an import names it by the environment, as with the official provider. */
export function namespaceOf(known: Properties): string | undefined {
  if (typeof known.namespace === "string" && known.namespace !== "") return known.namespace;
  const isImport = Object.keys(known).length === 0;
  return isImport ? process.env.TERRAFORM_VAULT_NAMESPACE_IMPORT || undefined : undefined;
}
