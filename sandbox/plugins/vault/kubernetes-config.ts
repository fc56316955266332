import type { CallContext, Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import { isZero, snakeCase } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import { trimSlashes } from "./client";
import type { VaultClient } from "./client";
import { attempt } from "./errors";
import { NAMESPACE, namespaceOf } from "./namespaced";

const SETTINGS: Schema = {
  disableIssValidation: { type: "boolean", computed: true },
  disableLocalCaJwt: { type: "boolean", computed: true },
  issuer: { type: "string" },
  kubernetesCaCert: { type: "string", computed: true },
  kubernetesHost: { type: "string", required: true },
  pemKeys: { type: "list" },
  useAnnotationsAsAliasMetadata: { type: "boolean", computed: true },
};

/** `vault:kubernetes/authBackendConfig:AuthBackendConfig`. */
export const KUBERNETES_CONFIG_SCHEMA: Schema = {
  backend: {
    type: "string",
    default: "kubernetes",
    replaces: true,
    transform: (value) => (typeof value === "string" ? trimSlashes(value) : value),
  },
  namespace: NAMESPACE,
  tokenReviewerJwt: { type: "string", secret: true },
  tokenReviewerJwtWo: { type: "string", secret: true },
  tokenReviewerJwtWoVersion: { type: "number" },
  ...SETTINGS,
};

/** How a Kubernetes auth method reaches its cluster. There is nothing to delete: it goes with the method. */
export function kubernetesConfig(vault: VaultClient): Resource {
  const write = async (
    { signal }: CallContext,
    doing: string,
    path: string,
    inputs: Properties,
  ): Promise<void> => {
    const given = Object.keys(SETTINGS).filter((key) => inputs[key] !== undefined);
    const jwt = inputs.tokenReviewerJwt ?? inputs.tokenReviewerJwtWo;
    const body = {
      ...Object.fromEntries(given.map((key) => [snakeCase(key), inputs[key]])),
      ...(!isZero(jwt) && { token_reviewer_jwt: jwt }),
    };
    const sent = vault.send("PUT", path, { body, namespace: inputs.namespace, signal });
    await attempt(`error ${doing} Kubernetes auth backend config ${JSON.stringify(path)}`, sent);
  };
  return lifecycle(KUBERNETES_CONFIG_SCHEMA, {
    create: async (context, inputs, exists) => {
      const path = `auth/${String(inputs.backend)}/config`;
      await write(context, "writing", path, inputs);
      exists(path);
    },
    read: async ({ signal }, path, known) => {
      const backend = /^auth\/(.+)\/config$/.exec(path)?.[1];
      if (backend === undefined) {
        throw new Error(
          `invalid path ${JSON.stringify(path)} for Kubernetes auth backend config: no backend found`,
        );
      }
      const namespace = namespaceOf(known);
      const found = await attempt(
        `error reading Kubernetes auth backend config ${JSON.stringify(path)}`,
        vault.read(path, { namespace, signal }),
      );
      if (!found) return undefined;
      const live = Object.keys(SETTINGS).map(
        (key) => [key, found.data[snakeCase(key)] ?? known[key]] as const,
      );
      return { state: { ...Object.fromEntries(live), backend, namespace } };
    },
    update: (context, path, { inputs }) => write(context, "updating", path, inputs),
    delete: async () => {},
  });
}
