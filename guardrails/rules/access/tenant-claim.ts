/** Where the platform's authenticator says which tenant somebody is of, that is where the writing is done (R26). */

import { ADMIN, EXAMPLE, OTHER, PROVISIONER } from "../../examples";
import { EVERY_KIND } from "../../kinds";
import { text, type Requester, type Rule } from "../../rule";
import { configMap } from "../objects/objects";

/** Keys that an authenticator may give the claim: the short one, and one with a domain as Kubernetes asks of new ones. */
const KEYS = ["tenant_id", "tenantry.dev/tenant_id"];

const claiming = (key: string, ...values: readonly string[]): Requester => ({
  ...ADMIN,
  extra: { [key]: values },
});

export const tenantClaim: Rule = {
  name: "tenant-claim",
  requirements: ["R26"],
  matches: [{ kinds: [EVERY_KIND], operations: ["CREATE", "UPDATE", "DELETE"] }],
  when: `variables.target.metadata.?namespace.orValue("") != ""`,
  variables: {
    claims: `${text(KEYS)}.filter(key, key in request.userInfo.?extra.orValue({}))
      .map(key, request.userInfo.extra[key].join(", "))`,
  },
  offences: `variables.claims.filter(claim, claim != variables.tenant)
    .map(claim, "whoever asks for it is of tenant " + claim)`,
  why: "People write in the namespaces of the tenant that their login is for",
  cure: "Log in for this tenant, or name a namespace of your own",
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "a login for this tenant", object: configMap(), by: claiming("tenant_id", EXAMPLE.id) },
      {
        what: "the same under a key with a domain",
        object: configMap(),
        by: claiming("tenantry.dev/tenant_id", EXAMPLE.id),
      },
      { what: "a login that says nothing of tenants", object: configMap() },
      {
        what: "something else that a login says",
        object: configMap(),
        by: claiming("example.com/team", "blue"),
      },
      {
        what: "the platform, whatever its login says",
        object: configMap(),
        by: { ...PROVISIONER, extra: { tenant_id: [OTHER.id] } },
      },
    ],
    fails: [
      {
        what: "a login for another tenant",
        object: configMap(),
        by: claiming("tenant_id", OTHER.id),
        says: `whoever asks for it is of tenant ${OTHER.id}`,
      },
      {
        what: "the same under a key with a domain",
        object: configMap(),
        by: claiming("tenantry.dev/tenant_id", OTHER.id),
        says: `whoever asks for it is of tenant ${OTHER.id}`,
      },
      {
        what: "a login for two tenants at once",
        object: configMap(),
        by: claiming("tenant_id", EXAMPLE.id, OTHER.id),
        says: `whoever asks for it is of tenant ${EXAMPLE.id}, ${OTHER.id}`,
      },
      {
        what: "a change by a login for another tenant",
        before: configMap(),
        object: configMap({}, { color: "red" }),
        by: claiming("tenant_id", OTHER.id),
        says: `whoever asks for it is of tenant ${OTHER.id}`,
      },
      {
        what: "a deletion by a login for another tenant",
        before: configMap(),
        by: claiming("tenant_id", OTHER.id),
        says: `whoever asks for it is of tenant ${OTHER.id}`,
      },
      {
        what: "a namespace that is no tenant's",
        object: configMap({ labels: {} }),
        by: claiming("tenant_id", EXAMPLE.id),
        namespace: { labels: { tenant: null } },
        says: `whoever asks for it is of tenant ${EXAMPLE.id}`,
      },
    ],
  },
};
