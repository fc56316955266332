/** A Secret of this type is filled with a token that never ends, for whichever account it names (R64, attack A018). */

import * as names from "../../../model/names";
import { RECONCILER, PROVISIONER } from "../../examples";
import { SECRET } from "../../kinds";
import { text, type Rule } from "../../rule";
import { secret } from "./objects";

/** Credentials of the cluster itself. */
const TYPES = ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"];
const [TOKEN = "", BOOTSTRAP = ""] = TYPES;

const forAccount = (name: string) =>
  secret(TOKEN, { annotations: { "kubernetes.io/service-account.name": name } });

export const secretTypes: Rule = {
  name: "secret-types",
  requirements: ["R3", "R64"],
  // A Secret's type cannot change later.
  matches: [{ kinds: [SECRET], operations: ["CREATE"] }],
  offences: `object.?type.orValue("") in ${text(TYPES)} ? ["it is of type " + object.type] : []`,
  why: "Kubernetes would fill it with a credential that never ends",
  cure: "Have pods use the tokens that are mounted into them, which end and are renewed",
  examples: {
    passes: [
      { what: "a Secret of no special type", object: secret(), by: RECONCILER },
      {
        what: "a Secret that says nothing of its type",
        object: { ...secret(), type: undefined },
        by: RECONCILER,
      },
    ],
    fails: [
      {
        what: "a token of the platform's account",
        object: forAccount(names.RECONCILER),
        by: RECONCILER,
        says: `it is of type ${TOKEN}`,
      },
      {
        what: "a token of an own account",
        object: forAccount("default"),
        by: RECONCILER,
        says: `it is of type ${TOKEN}`,
      },
      {
        what: "a token that lets nodes join",
        object: secret(BOOTSTRAP),
        by: RECONCILER,
        says: `it is of type ${BOOTSTRAP}`,
      },
      {
        what: "a token that the platform asks for",
        object: forAccount("default"),
        by: PROVISIONER,
        says: `it is of type ${TOKEN}`,
      },
    ],
  },
};
