/**
 * A budget that lets no pod go keeps nodes from being upgraded (R38). So do two budgets over one pod: it cannot be evicted
 * at all, and the namespace's own one counts every pod that does not bear the label of another.
 */

import * as labels from "../../../model/labels";
import { meta } from "../../examples";
import { POD_DISRUPTION_BUDGET } from "../../kinds";
import { text, type Rule } from "../../rule";
import { budget } from "./objects";

const LABEL = labels.DISRUPTION_BUDGET;
/** The value that the platform gives to pods that bear none. */
const DEFAULT = "default";

const spreading = { maxUnavailable: 1 };

export const disruptionBudgets: Rule = {
  name: "disruption-budgets",
  requirements: ["R38"],
  matches: [{ kinds: [POD_DISRUPTION_BUDGET], operations: ["CREATE", "UPDATE"] }],
  variables: {
    away: `string(object.spec.?maxUnavailable.orValue(""))`,
    here: `string(object.spec.?minAvailable.orValue(""))`,
    label: `string(object.spec.?selector.?matchLabels[?${text(LABEL)}].orValue(""))`,
  },
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `(variables.away.matches("^0+%?$") ? ["maxUnavailable is " + variables.away] : []) +
    (variables.here.matches("^0*[1-9][0-9]{2,}%$") ? ["minAvailable is " + variables.here] : []) +
    (variables.label in ["", ${text(DEFAULT)}]
      ? ["its selector also takes pods under the budget of the platform"] : [])`,
  why: "A pod that no budget lets go, or that is under two of them, holds up the upgrade of its node",
  cure: `Set maxUnavailable to 1 or more, and label the pods and the selector's matchLabels with ${LABEL}: own`,
  // The namespace's own budget.
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "one at a time", object: budget(spreading) },
      { what: "one of a hundred", object: budget({ maxUnavailable: "1%" }) },
      { what: "all but one", object: budget({ minAvailable: 1 }) },
      { what: "half", object: budget({ minAvailable: "50%" }) },
      {
        what: "the namespace's own, by the platform",
        object: budget({ maxUnavailable: "50%", selector: { matchLabels: { [LABEL]: DEFAULT } } }),
        by: { username: "admin", groups: ["system:masters", "system:authenticated"] },
      },
      {
        what: "labels of one that was made before the rule",
        before: budget({ maxUnavailable: 0 }),
        object: { ...budget({ maxUnavailable: 0 }), metadata: meta("web", { annotations: { team: "web" } }) },
      },
    ],
    fails: [
      {
        what: "none may go, over every pod (A091)",
        object: budget({ maxUnavailable: 0, selector: {} }),
        says: "maxUnavailable is 0, its selector also takes pods under the budget of the platform",
      },
      { what: "none of a hundred", object: budget({ maxUnavailable: "0%" }), says: "maxUnavailable is 0%" },
      { what: "all must stay", object: budget({ minAvailable: "100%" }), says: "minAvailable is 100%" },
      {
        what: "pods that the namespace's budget counts as well",
        object: budget({ ...spreading, selector: { matchLabels: { app: "web" } } }),
        says: "its selector also takes pods under the budget of the platform",
      },
      {
        what: "pods of the namespace's budget by their label",
        object: budget({ ...spreading, selector: { matchLabels: { [LABEL]: DEFAULT } } }),
        says: "its selector also takes pods under the budget of the platform",
      },
      {
        what: "a label that others than the platform's may bear",
        object: budget({
          ...spreading,
          selector: { matchExpressions: [{ key: LABEL, operator: "Exists" }] },
        }),
        says: "its selector also takes pods under the budget of the platform",
      },
      {
        what: "a budget that is tightened",
        before: budget(spreading),
        object: budget({ maxUnavailable: 0 }),
        says: "maxUnavailable is 0",
      },
    ],
  },
};
