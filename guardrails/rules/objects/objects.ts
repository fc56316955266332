/** Objects for the examples of rules about what is the platform's. */

import * as labels from "../../../model/labels";
import { EXAMPLE, meta } from "../../examples";
import type { Document } from "../../rule";

export type Fields = Readonly<Record<string, unknown>>;

/** An object that every rule leaves alone, with such metadata. */
export function configMap(metadata: Fields = {}, data: Fields = { color: "blue" }): Document {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: meta("settings", metadata), data };
}

/** Labels of an object of the tenant, and more. */
export function labelled(more: Fields = {}): Fields {
  return { labels: { [labels.TENANT]: EXAMPLE.id, ...more } };
}

/** What the platform labels its own objects with. */
export const MANAGED = labelled({ [labels.LIST]: "examples" });
