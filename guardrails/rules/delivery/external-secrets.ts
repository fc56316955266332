/**
 * External Secrets writes what an ExternalSecret asks for with its own rights: from a store of the cluster it would hand
 * out everybody's secrets, and as another type or kind it would make what the tenant may not (R62, R64).
 */

import * as names from "../../../model/names";
import { RECONCILER, PROVISIONER } from "../../examples";
import { EXTERNAL_SECRET, SECRET_STORE } from "../../kinds";
import { text, type Rule } from "../../rule";
import { externalSecret, type Fields } from "./objects";

/** Generators that ask nobody else: the others sign in somewhere. */
const GENERATORS = ["Password", "SSHKey", "UUID"];
const TOKENS = "kubernetes.io/service-account-token";
const TARGET = "variables.spec.?target";
const MANIFEST = `${TARGET}.?manifest`;
const TYPE = `${TARGET}.?template.?type.orValue("")`;

const cluster = { kind: "ClusterSecretStore", name: "platform" };
const from = (sourceRef: Fields) =>
  externalSecret({ secretStoreRef: undefined, data: undefined, dataFrom: [{ sourceRef }] });
const generator = (kind: string) =>
  from({ generatorRef: { apiVersion: "generators.external-secrets.io/v1alpha1", kind, name: "one" } });
const target = (fields: Fields) => externalSecret({ target: { name: "database", ...fields } });

export const externalSecrets: Rule = {
  name: "external-secrets",
  requirements: ["R62", "R64"],
  matches: [{ kinds: [EXTERNAL_SECRET], operations: ["CREATE", "UPDATE"] }],
  variables: {
    spec: "dyn(object).spec",
    sources: `(variables.spec.?data.orValue([]) + variables.spec.?dataFrom.orValue([]))
      .map(one, one.?sourceRef.orValue({}))`,
    stores: `[variables.spec.?secretStoreRef.orValue({})] +
      variables.sources.map(one, one.?storeRef.orValue({}))`,
    generators: "variables.sources.filter(one, has(one.generatorRef)).map(one, one.generatorRef)",
  },
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `variables.stores.filter(one, !(one.?kind.orValue("") in ["", ${text(SECRET_STORE.kind)}]))
      .map(one, "it reads from " + one.kind + " " + one.?name.orValue("")) +
    variables.generators.filter(one, !(one.?kind.orValue("") in ${text(GENERATORS)}))
      .map(one, "it asks " + one.?kind.orValue("") + " " + one.?name.orValue("")) +
    (${TYPE} == ${text(TOKENS)} ? ["its Secret is of type " + ${TYPE}] : []) +
    (${MANIFEST}.hasValue() ? ["it makes a " + ${MANIFEST}.?kind.orValue("")] : [])`,
  why: "External Secrets reads and writes with rights of its own, also what the tenant may not",
  cure: `Read from the SecretStore ${names.SECRET_STORE} into a Secret of your own; generate with ${GENERATORS.join(", ")} only`,
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "the tenant's store", object: externalSecret(), by: RECONCILER },
      {
        what: "a store without its kind",
        object: externalSecret({ secretStoreRef: { name: names.SECRET_STORE } }),
      },
      {
        what: "keys into a Secret that stands",
        object: target({ creationPolicy: "Merge" }),
      },
      {
        what: "a certificate's Secret",
        object: target({ template: { type: "kubernetes.io/tls" } }),
      },
      { what: "a password that is made here", object: generator("Password") },
      {
        what: "a store that the platform lends",
        object: externalSecret({ secretStoreRef: cluster }),
        by: PROVISIONER,
      },
      {
        what: "a note on what stands",
        before: externalSecret({ secretStoreRef: cluster }),
        object: externalSecret({ secretStoreRef: cluster }, { annotations: { "force-sync": "1" } }),
      },
    ],
    fails: [
      {
        what: "a store of the cluster (A184)",
        object: externalSecret({ secretStoreRef: cluster }),
        says: "it reads from ClusterSecretStore platform",
      },
      {
        what: "one key from a store of the cluster (A184)",
        object: externalSecret({
          data: [{ secretKey: "key", remoteRef: { key: "root" }, sourceRef: { storeRef: cluster } }],
        }),
        says: "it reads from ClusterSecretStore platform",
      },
      {
        what: "many keys from a store of the cluster (A184)",
        object: from({ storeRef: cluster }),
        says: "it reads from ClusterSecretStore platform",
      },
      {
        what: "a generator of the cluster (A186)",
        object: generator("ClusterGenerator"),
        says: "it asks ClusterGenerator one",
      },
      {
        what: "a generator that signs in to a Vault of its own choice",
        object: generator("VaultDynamicSecret"),
        says: "it asks VaultDynamicSecret one",
      },
      {
        what: "a Secret that Kubernetes fills with a token",
        object: target({ template: { type: TOKENS } }),
        says: "its Secret is of type kubernetes.io/service-account-token",
      },
      {
        what: "an object of another kind",
        object: target({ manifest: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" } }),
        says: "it makes a RoleBinding",
      },
      {
        what: "another store that comes later",
        before: externalSecret(),
        object: externalSecret({ secretStoreRef: cluster }),
        says: "it reads from ClusterSecretStore platform",
      },
    ],
  },
};
