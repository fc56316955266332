/**
 * What the tenant files mean, object by object: the program itself says it in a preview, before any provider looks at a
 * state. Of the state nothing is used but ids that servers gave (a key's, a secret's), as hints where to look.
 */

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { ChangesByTenant } from "../engine/changes";
import { failureOf } from "../outcome";
import { openStack, type Project } from "../workspace";

export interface DeclaredObject {
  readonly urn: string;
  /** The engine's type, for example `aws:kms/key:Key`. */
  readonly type: string;
  /** The tenant's name, or `(shared)`. */
  readonly tenant: string;
  /** The component that it is part of, for example `network`. */
  readonly plane: string;
  /** As the program declared it. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the server called it when it was made; empty where no run of ours made it. */
  readonly id: string;
}

const KINDS = /^(kubernetes|vault|aws):/;
/** Steps that declare an object, as opposed to those that take one away or only read it. */
const DECLARES = [
  "same",
  "create",
  "update",
  "replace",
  "create-replacement",
  "import",
  "import-replacement",
];

const declaration = z.object({
  urn: z.string(),
  type: z.string(),
  op: z.enum(DECLARES),
  old: z.object({ id: z.string().optional() }).nullish(),
  new: z.object({ inputs: z.record(z.string(), z.unknown()).default({}) }),
});

/**
 * Every object of the stack.
 *
 * @throws RunFailure where the program refuses: a fault in a file, a server that does not answer, a stranger's object.
 */
export async function declaredObjects(
  project: Project & { readonly signal?: AbortSignal },
): Promise<DeclaredObject[]> {
  const events: EngineEvent[] = [];
  try {
    const stack = await openStack(project);
    await stack.preview({ onEvent: (event) => events.push(event), signal: project.signal });
  } catch (error) {
    throw failureOf(error, events, project.signal);
  }
  return objectsOf(events);
}

/** The objects that the events of a preview speak of; a replacement comes in several steps and counts once. */
export function objectsOf(events: readonly EngineEvent[]): DeclaredObject[] {
  const tenants = new ChangesByTenant();
  const found = new Map<string, z.output<typeof declaration>>();
  for (const event of events) {
    tenants.add(event);
    const step = declaration.safeParse(event.resourcePreEvent?.metadata).data;
    if (step !== undefined && KINDS.test(step.type)) {
      found.set(step.urn, step);
    }
  }
  return [...found.values()].map(({ urn, type, old, new: { inputs } }) => ({
    urn,
    type,
    tenant: tenants.tenantOf(urn),
    plane: planeOf(urn),
    inputs,
    id: old?.id ?? "",
  }));
}

/** `…tenantry:index:SecretDelivery$kubernetes:core/v1:Secret::acme` is of the plane `secret-delivery`. */
function planeOf(urn: string): string {
  const parents = (urn.split("::")[2] ?? "").split("$").slice(0, -1);
  const component = parents.at(-1)?.split(":").at(-1) ?? "";
  return component.replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
}
