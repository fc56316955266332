/** A grant lets objects of another namespace refer to this one's Services and Secrets (R25). */

import { meta, OTHER_NAMESPACE, PROVISIONER } from "../../examples";
import { REFERENCE_GRANT } from "../../kinds";
import type { Document, Rule } from "../../rule";

const GROUP = "gateway.networking.k8s.io";

function grant(kind: string, version = "v1"): Document {
  return {
    apiVersion: `${GROUP}/${version}`,
    kind: "ReferenceGrant",
    metadata: meta("open"),
    spec: {
      from: [{ group: GROUP, kind: "HTTPRoute", namespace: OTHER_NAMESPACE }],
      to: [{ group: "", kind }],
    },
  };
}

export const referenceGrants: Rule = {
  name: "reference-grants",
  requirements: ["R25"],
  matches: [{ kinds: [REFERENCE_GRANT], operations: ["CREATE", "UPDATE"] }],
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `object.spec.from.map(other, "it opens this namespace to " + other.kind + " of " + other.namespace)`,
  why: "What a tenant has is for the tenant's own objects",
  cure: "Leave the grant out; a route that leads here stands in this namespace",
  sparesPlatform: true,
  examples: {
    passes: [{ what: "the platform", object: grant("Service"), by: PROVISIONER }],
    fails: [
      {
        what: "a grant over Secrets",
        object: grant("Secret"),
        says: "it opens this namespace to HTTPRoute of tenant-other",
      },
      {
        what: "a grant over Services, by the older version",
        object: grant("Service", "v1beta1"),
        says: "it opens this namespace to HTTPRoute of tenant-other",
      },
      {
        what: "a grant that reaches further later",
        before: grant("Service"),
        object: grant("Secret"),
        says: "it opens this namespace to HTTPRoute of tenant-other",
      },
    ],
  },
};
