import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { VaultClient } from "./client";
import { attempt } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";

/** `vault:index/policy:Policy`. */
export const POLICY_SCHEMA: Schema = {
  name: { type: "string", replaces: true, named: { maxLength: 255 } },
  namespace: NAMESPACE,
  policy: { type: "string", required: true },
};

/** An ACL policy, in HCL or JSON as written. Its id is its name. */
export function policy(vault: VaultClient): Resource {
  const write = async ({ signal }: CallContext, inputs: Properties): Promise<void> => {
    const extras = { body: { policy: inputs.policy }, namespace: inputs.namespace, signal };
    await attempt(
      "error writing to Vault",
      vault.send("PUT", `sys/policies/acl/${String(inputs.name)}`, extras),
    );
  };
  return lifecycle(POLICY_SCHEMA, {
    create: async (context, inputs, exists) => {
      await write(context, inputs);
      exists(String(inputs.name));
    },
    read: async ({ signal }, id, known) => {
      const namespace = namespaceOf(known);
      const reading = vault.read(`sys/policies/acl/${id}`, { namespace, signal });
      const found = await attempt("error reading from Vault", reading);
      return found && { state: { name: id, namespace, policy: found.data.policy } };
    },
    update: (context, _id, { inputs }) => write(context, inputs),
    delete: async ({ signal }, id, state) => {
      const deletion = vault.remove(`sys/policies/acl/${id}`, { namespace: state.namespace, signal });
      await attempt("error deleting from Vault", deletion);
    },
  });
}
