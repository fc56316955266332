/**
 * A token that nobody asked for is one that whoever breaks into the pod finds (R20, R64). The account `default` is for
 * pods that do not talk to the API server; one that does has an account of its own, and says so.
 */

import * as names from "../../../model/names";
import { everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { ACCOUNT } from "./service-accounts";

const silent = { automountServiceAccountToken: undefined };

export const automountedTokens = podRule({
  name: "automount",
  requirements: ["R20", "R64"],
  variables: { account: ACCOUNT },
  offences: `variables.account in ["", "default"] && variables.pod.?automountServiceAccountToken.orValue(true)
    ? ["it mounts a token of the account default"] : []`,
  why: "Whoever breaks into a pod finds its token, and pods of the account default need none",
  cure: "Set automountServiceAccountToken: false, or give the pod an account of its own",
  examples: {
    passes: [
      { what: "no token", object: pod() },
      {
        what: "no token of the default account",
        object: workload("Deployment", { spec: { serviceAccountName: "default" } }),
      },
      {
        what: "an account of its own",
        object: pod({ spec: { ...silent, serviceAccountName: names.WORKLOAD } }),
      },
      {
        what: "an account of its own in the older field",
        object: workload("Job", {
          spec: { automountServiceAccountToken: true, serviceAccount: names.WORKLOAD },
        }),
      },
    ],
    fails: [
      ...everyWorkload({ spec: silent }).map(({ what, object }) => ({
        what: `${what} that says nothing of it (A080)`,
        object,
        says: "it mounts a token of the account default",
      })),
      {
        what: "a pod that asks for the token",
        object: pod({ spec: { automountServiceAccountToken: true } }),
        says: "it mounts a token of the account default",
      },
      {
        what: "the default account by name",
        object: workload("StatefulSet", { spec: { ...silent, serviceAccountName: "default" } }),
        says: "it mounts a token of the account default",
      },
    ],
  },
});
