/** Stores, generators and copies of secrets across namespaces are the platform's, and so is whatever takes secrets out (R62). */

import * as labels from "../../../model/labels";
import * as names from "../../../model/names";
import { EXAMPLE, RECONCILER, meta, PROVISIONER } from "../../examples";
import { SHARED_SECRETS } from "../../kinds";
import type { Document, Rule } from "../../rule";
import { externalSecret, type Fields } from "./objects";

const ofCluster = { name: "example-all", labels: { [labels.TENANT]: EXAMPLE.id } };

function object(kind: string, spec: Fields, version = "v1", metadata: Fields = ofCluster): Document {
  return { apiVersion: `external-secrets.io/${version}`, kind, metadata, spec };
}

const push = (kind: string) =>
  object(
    "PushSecret",
    {
      secretStoreRefs: [{ kind, name: names.SECRET_STORE }],
      selector: { secret: { name: "database" } },
      data: [{ match: { remoteRef: { remoteKey: "database" } } }],
    },
    "v1alpha1",
    meta("database"),
  );
const store = object("ClusterSecretStore", { provider: { fake: { data: [{ key: "one", value: "1" }] } } });
const everywhere = (namespaceSelector: Fields) =>
  object("ClusterExternalSecret", { namespaceSelector, externalSecretSpec: externalSecret()["spec"] });

export const sharedSecrets: Rule = {
  name: "shared-secrets",
  requirements: ["R62"],
  matches: [{ kinds: SHARED_SECRETS, operations: ["CREATE", "UPDATE"] }],
  // External Secrets notes in an object's metadata what it is in the middle of.
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `["a " + object.kind + " is the platform's"]`,
  why: "It reads or writes secrets of other namespaces, or takes them out of the cluster",
  cure: `Write ExternalSecrets that read from the SecretStore ${names.SECRET_STORE}`,
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "a store of the cluster, by the platform", object: store, by: PROVISIONER },
      { what: "copies, by the platform", object: everywhere({}), by: PROVISIONER },
    ],
    fails: [
      {
        what: "a Secret that is taken out (A186)",
        object: push("SecretStore"),
        by: RECONCILER,
        says: "a PushSecret is the platform's",
      },
      {
        what: "a Secret into a store of the cluster (A186)",
        object: push("ClusterSecretStore"),
        says: "a PushSecret is the platform's",
      },
      {
        what: "copies in every namespace (A186)",
        object: everywhere({}),
        says: "a ClusterExternalSecret is the platform's",
      },
      {
        what: "copies in the own namespace alone",
        object: everywhere({ matchLabels: { [labels.TENANT]: EXAMPLE.id } }),
        says: "a ClusterExternalSecret is the platform's",
      },
      { what: "a store of the cluster", object: store, says: "a ClusterSecretStore is the platform's" },
      {
        what: "Secrets of every namespace that are taken out",
        object: object("ClusterPushSecret", { namespaceSelectors: [{}] }, "v1alpha1"),
        says: "a ClusterPushSecret is the platform's",
      },
      {
        what: "a generator for every namespace",
        object: {
          ...object("ClusterGenerator", { kind: "Password" }),
          apiVersion: "generators.external-secrets.io/v1alpha1",
        },
        says: "a ClusterGenerator is the platform's",
      },
      {
        what: "copies that reach further later",
        before: everywhere({ matchLabels: { [labels.TENANT]: EXAMPLE.id } }),
        object: everywhere({}),
        says: "a ClusterExternalSecret is the platform's",
      },
    ],
  },
};
