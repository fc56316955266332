/** Secrets come from the tenant's secrets engine or its Git repository, by machines: what people type ends up elsewhere (R64). */

import { OTHER_NAMESPACE, RECONCILER, serviceAccount, PROVISIONER } from "../../examples";
import type { GuardedPlatform } from "../../../model/provisioner";
import { SECRET } from "../../kinds";
import type { Rule } from "../../rule";
import { secret } from "./objects";

const ACCOUNT = "system:serviceaccount:";

/** External Secrets by the names that its chart gives it; one installed otherwise stands in guardrails.identities. */
const EXTERNAL_SECRETS = serviceAccount("external-secrets", "external-secrets");

export function secretWriters({ cluster }: GuardedPlatform): Rule {
  return {
    name: "secret-writers",
    requirements: ["R3", "R64"],
    matches: [{ kinds: [SECRET], operations: ["CREATE", "UPDATE"] }],
    offences: `request.userInfo.username.startsWith("${ACCOUNT}" + request.namespace + ":") ? [] :
    request.userInfo.username.startsWith("${ACCOUNT}") ? ["an account of another namespace writes it"] :
    ["a person writes it"]`,
    why: "Secrets are brought by the tenant's reconciler and by External Secrets, so that none has passed through other hands",
    cure: "Put the value into the tenant's secrets engine and declare an ExternalSecret",
    sparesPlatform: true,
    spares: cluster.externalSecrets ? [EXTERNAL_SECRETS.username] : [],
    examples: {
      passes: [
        { what: "the tenant's reconciler", object: secret(), by: RECONCILER },
        { what: "another account of the namespace", object: secret(), by: serviceAccount("operator") },
        { what: "the platform", object: secret(), by: PROVISIONER },
        ...(cluster.externalSecrets
          ? [{ what: "External Secrets", object: secret(), by: EXTERNAL_SECRETS }]
          : []),
        {
          what: "a change by the reconciler",
          before: secret(),
          object: { ...secret(), stringData: { key: "value" } },
          by: RECONCILER,
        },
      ],
      fails: [
        { what: "a person", object: secret(), says: "a person writes it" },
        {
          what: "a person who changes one",
          before: secret(),
          object: { ...secret(), stringData: { key: "value" } },
          says: "a person writes it",
        },
        {
          what: "an account of another name beside External Secrets'",
          object: secret(),
          by: serviceAccount("default", "external-secrets"),
          says: "an account of another namespace writes it",
        },
        {
          what: "another tenant's reconciler",
          object: secret(),
          by: serviceAccount("tenant-reconciler", OTHER_NAMESPACE),
          says: "an account of another namespace writes it",
        },
        {
          what: "an account of a namespace whose name begins like this one's",
          object: secret(),
          by: serviceAccount("tenant-reconciler", "tenant-example-2"),
          says: "an account of another namespace writes it",
        },
      ],
    },
  };
}
