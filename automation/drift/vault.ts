/** Looks at a declared object on the live Vault, by its type (R92). */

import { z } from "zod";
import type { VaultReader } from "../../proof/connect";
import { missing, type Reader } from "../../proof/reader";
import { differences, sameDocument, type Sight } from "./compare";
import type { DeclaredObject } from "./declared";

const inputsSchema = z.looseObject({
  namespace: z.string().default(""),
  path: z.string().default(""),
  name: z.string().default(""),
  backend: z.string().default(""),
  roleName: z.string().default(""),
  policy: z.string().default(""),
});
type Inputs = z.output<typeof inputsSchema>;

const answered = z.object({ data: z.record(z.string(), z.unknown()) });

interface Kind {
  /** What people call it; the read-back says the same. */
  readonly called: (inputs: Inputs) => string;
  /** The live document with the fields that are compared. */
  readonly read: (vault: Reader, inputs: Inputs) => Promise<Record<string, unknown> | undefined>;
  /** The declared document; default: every input but what names the object, in Vault's spelling. */
  readonly declared?: (inputs: Inputs) => Record<string, unknown>;
}

const role: Kind["read"] = (vault, { backend, roleName }) =>
  dataOf(vault, `auth/${backend}/role/${roleName}`);
const within = ({ namespace }: Inputs) => (namespace === "" ? "" : `${namespace}/`);

const KINDS: Readonly<Record<string, Kind>> = {
  "vault:index/namespace:Namespace": {
    called: ({ path }) => `namespace ${path}`,
    read: (vault, { path }) => dataOf(vault, `sys/namespaces/${path}`),
    declared: ({ customMetadata }) => ({ custom_metadata: customMetadata }),
  },
  "vault:index/mount:Mount": {
    called: (inputs) => `mount ${within(inputs)}${inputs.path}`,
    read: (vault, { path }) => mounted(vault, "sys/mounts", path),
    declared: ({ type, options, description }) => ({ type, options, description }),
  },
  "vault:index/authBackend:AuthBackend": {
    called: (inputs) => `login ${within(inputs)}${inputs.path}`,
    read: (vault, { path }) => mounted(vault, "sys/auth", path),
    declared: ({ type, description }) => ({ type, description }),
  },
  "vault:index/policy:Policy": {
    called: (inputs) => `policy ${within(inputs)}${inputs.name}`,
    read: async (vault, { name, policy }) => {
      const live = await dataOf(vault, `sys/policies/acl/${name}`);
      const text = z.string().catch("").parse(live?.["policy"]);
      return live && { policy: sameDocument(text, policy) ? policy : text };
    },
    declared: ({ policy }) => ({ policy }),
  },
  "vault:appRole/authBackendRole:AuthBackendRole": {
    called: (inputs) => `AppRole ${within(inputs)}${inputs.roleName}`,
    read: role,
  },
  "vault:kubernetes/authBackendRole:AuthBackendRole": {
    called: (inputs) => `role ${within(inputs)}${inputs.backend}/${inputs.roleName}`,
    read: role,
  },
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": {
    called: (inputs) => `login settings ${within(inputs)}${inputs.backend}`,
    read: async (vault, { backend }) => {
      const live = await dataOf(vault, `auth/${backend}/config`);
      // A login that was enabled and never configured answers too, with nothing in it.
      return live?.["kubernetes_host"] === "" ? undefined : live;
    },
  },
};

/** Types that can be looked at. */
export const vaultTypes: ReadonlySet<string> = new Set(Object.keys(KINDS));

export function vaultName({ type, inputs }: DeclaredObject): string {
  return KINDS[type]?.called(inputsSchema.parse(inputs)) ?? type;
}

/** @throws ReadError where Vault does not answer or refuses. */
export async function lookAtVault({ type, inputs }: DeclaredObject, vault: VaultReader): Promise<Sight> {
  const kind = KINDS[type];
  if (kind === undefined) {
    return { seen: "hidden" };
  }
  const read = inputsSchema.parse(inputs);
  const live = await kind.read(read.namespace === "" ? vault : vault.within(read.namespace), read);
  if (live === undefined) {
    return { seen: "missing" };
  }
  return { seen: "live", differences: differences(live, (kind.declared ?? spelt)(read)) };
}

/** What names an object, or speaks to the provider alone. */
const NAMING = ["namespace", "path", "name", "backend", "roleName", "policy", "__defaults", "localSecretIds"];

/** `tokenMaxTtl` as Vault writes it: `token_max_ttl`. */
function spelt(inputs: Inputs): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key]) => !NAMING.includes(key))
      .map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

async function dataOf(vault: Reader, path: string): Promise<Record<string, unknown> | undefined> {
  return vault.get(path).then((answer) => answered.parse(answer).data, missing);
}

/** A namespace that is gone answers as one without mounts. */
async function mounted(vault: Reader, list: string, path: string) {
  const mounts = await dataOf(vault, list);
  const mount = mounts?.[`${path}/`];
  return z.record(z.string(), z.unknown()).optional().parse(mount);
}
