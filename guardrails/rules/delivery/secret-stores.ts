/**
 * External Secrets signs in for whoever writes a SecretStore, with tokens that it may have made for any account of the
 * namespace: to another server it would hand them, and another Vault namespace is another tenant's (R62).
 */

import * as names from "../../../model/names";
import type { GuardedPlatform } from "../../../model/provisioner";
import { EXAMPLE, OTHER, OTHER_NAMESPACE, meta, PROVISIONER } from "../../examples";
import { SECRET_STORE } from "../../kinds";
import { text, type Document, type Rule } from "../../rule";
import type { Fields } from "./objects";

const VAULT = `variables.provider.?vault.orValue({})`;
const AWS = `variables.provider.?aws.orValue({})`;
const HERE = `["", string(request.namespace)]`;

export function secretStores(platform: GuardedPlatform): Rule {
  const { vaultAddress, vaultNamespace } = platform;
  const parent = vaultNamespace === "" ? "" : `${vaultNamespace}/`;
  const vaultOf = (id: string) => `${parent}${names.vaultNamespace(id)}`;
  return {
    name: "secret-stores",
    requirements: ["R62"],
    matches: [{ kinds: [SECRET_STORE], operations: ["CREATE", "UPDATE"] }],
    variables: {
      provider: "dyn(object).spec.provider",
      place: `${text(parent)} + variables.tenant`,
      // Where one of them is missing, nobody signs in, or the store's own account does.
      accounts: `(has(variables.provider.vault)
          ? [variables.provider.vault.?auth.?kubernetes.?serviceAccountRef] : []) +
        (has(variables.provider.aws) ? [variables.provider.aws.?auth.?jwt.?serviceAccountRef] : [])`,
      elsewhere: `[${VAULT}.?caProvider.?namespace, ${VAULT}.?tls.?certSecretRef.?namespace,
          ${VAULT}.?tls.?keySecretRef.?namespace, ${VAULT}.?auth.?kubernetes.?secretRef.?namespace]
        .map(one, one.orValue("")) + variables.accounts.map(one, one.?namespace.orValue(""))`,
    },
    when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
    offences: `variables.provider.filter(name, !(name in ["vault", "aws"])).map(name, "it reads from " + name) +
      (!has(variables.provider.vault) ? [] :
        (${VAULT}.?server.orValue("") == ${text(vaultAddress)} ? [] : ["its server is " + ${VAULT}.?server.orValue("")]) +
        (variables.tenant != "" && ${VAULT}.?namespace.orValue("") == variables.place ? []
          : ["its Vault namespace is " + (${VAULT}.?namespace.orValue("") == "" ? "(none)" : ${VAULT}.namespace)]) +
        ${VAULT}.?auth.orValue({}).filter(method, method != "kubernetes").map(method, "it signs in by " + method)) +
      (!has(variables.provider.aws) ? [] :
        (${AWS}.?service.orValue("") == "SecretsManager" ? [] : ["it reads from AWS " + ${AWS}.?service.orValue("")]) +
        ${AWS}.?auth.orValue({}).filter(method, method != "jwt").map(method, "it signs in by " + method)) +
      variables.accounts.filter(one, one.?name.orValue("") != ${text(names.SECRET_READER)})
        .map(one, "it signs in as " + (one.?name.orValue("") == "" ? "nobody of this namespace"
          : "service account " + one.?name.orValue(""))) +
      variables.elsewhere.filter(one, !(one in ${HERE})).map(one, "it reads in namespace " + one)`,
    why: `A tenant's secrets are in its own Vault namespace or in AWS Secrets Manager, and only service account ${names.SECRET_READER} may read them`,
    cure: `Use the SecretStore ${names.SECRET_STORE}, which the platform made`,
    sparesPlatform: true,
    examples: examples(vaultAddress, vaultOf),
  };
}

function examples(server: string, vaultOf: (id: string) => string): Rule["examples"] {
  const store = (provider: Fields): Document => ({
    apiVersion: "external-secrets.io/v1",
    kind: "SecretStore",
    metadata: meta("mine"),
    spec: { provider },
  });
  const account = { name: names.SECRET_READER };
  const login = (serviceAccountRef: Fields | undefined, more: Fields = {}) => ({
    kubernetes: { mountPath: "kubernetes", role: "external-secrets", serviceAccountRef, ...more },
  });
  const vault = (fields: Fields = {}) =>
    store({
      vault: {
        server,
        namespace: vaultOf(EXAMPLE.id),
        path: "kv",
        version: "v2",
        auth: login(account),
        ...fields,
      },
    });
  const aws = (fields: Fields = {}) =>
    store({
      aws: {
        service: "SecretsManager",
        region: "eu-central-1",
        auth: { jwt: { serviceAccountRef: account } },
        ...fields,
      },
    });
  return {
    passes: [
      { what: "the tenant's Vault namespace", object: vault() },
      {
        what: "a certificate of the own namespace",
        object: vault({ caProvider: { type: "ConfigMap", name: "vault-ca", key: "ca.crt" } }),
      },
      { what: "AWS Secrets Manager", object: aws() },
      {
        what: "a store of the platform's",
        object: vault({ namespace: "platform" }),
        by: PROVISIONER,
      },
    ],
    fails: [
      {
        what: "another tenant's Vault namespace (A185)",
        object: vault({ namespace: vaultOf(OTHER.id) }),
        says: `its Vault namespace is ${vaultOf(OTHER.id)}`,
      },
      {
        what: "a Vault namespace below the own",
        object: vault({ namespace: `${vaultOf(EXAMPLE.id)}/more` }),
        says: `its Vault namespace is ${vaultOf(EXAMPLE.id)}/more`,
      },
      {
        what: "no Vault namespace, which is the one above all",
        object: vault({ namespace: undefined }),
        says: "its Vault namespace is (none)",
      },
      {
        what: "a namespace that is no tenant's, and the one above all",
        object: vault({ namespace: vaultOf("") }),
        namespace: { labels: { tenant: null } },
        says: `its Vault namespace is ${vaultOf("") === "" ? "(none)" : vaultOf("")}`,
      },
      {
        what: "another server, which is handed the token",
        object: vault({ server: "https://vault.example.net" }),
        says: "its server is https://vault.example.net",
      },
      {
        what: "a server whose name begins like Vault's",
        object: vault({ server: `${server}.example.net` }),
        says: `its server is ${server}.example.net`,
      },
      {
        what: "an AppRole (A185)",
        object: vault({
          auth: {
            appRole: { path: "approle", roleId: "other", secretRef: { name: "login", key: "secret-id" } },
          },
        }),
        says: "it signs in by appRole, it signs in as nobody of this namespace",
      },
      {
        what: "a login in another Vault namespace",
        object: vault({ auth: { ...login(account), namespace: vaultOf(OTHER.id) } }),
        says: "it signs in by namespace",
      },
      {
        what: "another service account",
        object: vault({ auth: login({ name: names.RECONCILER }) }),
        says: "it signs in as service account tenant-reconciler",
      },
      {
        what: "a service account of another namespace",
        object: vault({ auth: login({ ...account, namespace: OTHER_NAMESPACE }) }),
        says: "it reads in namespace tenant-other",
      },
      {
        what: "a certificate of another namespace (A187)",
        object: vault({
          caProvider: { type: "Secret", name: "vault-ca", key: "ca.crt", namespace: OTHER_NAMESPACE },
        }),
        says: "it reads in namespace tenant-other",
      },
      {
        what: "the cluster's own Secrets",
        object: store({
          kubernetes: { remoteNamespace: OTHER_NAMESPACE, auth: { serviceAccount: account } },
        }),
        says: "it reads from kubernetes",
      },
      {
        what: "AWS as External Secrets itself",
        object: aws({ auth: undefined }),
        says: "it signs in as nobody of this namespace",
      },
      {
        what: "AWS with a key",
        object: aws({
          auth: {
            secretRef: {
              accessKeyIDSecretRef: { name: "aws", key: "id" },
              secretAccessKeySecretRef: { name: "aws", key: "key" },
            },
          },
        }),
        says: "it signs in by secretRef, it signs in as nobody of this namespace",
      },
      {
        what: "AWS parameters",
        object: aws({ service: "ParameterStore" }),
        says: "it reads from AWS ParameterStore",
      },
      {
        what: "another Vault namespace that comes later",
        before: vault(),
        object: vault({ namespace: vaultOf(OTHER.id) }),
        says: `its Vault namespace is ${vaultOf(OTHER.id)}`,
      },
    ],
  };
}
