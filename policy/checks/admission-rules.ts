/** What the cluster would refuse is refused before anything is made, in the same words (R17-R31). */

import { judgeAdmission } from "../admission";
import type { ResourceCheck } from "../check";

export const admissionRules: ResourceCheck = {
  name: "admission-rules",
  description: "Every Kubernetes object keeps the guardrails that the cluster enforces (R17-R31).",
  about: (type) => type.startsWith("kubernetes:"),
  judge: (resource, setting) => judgeAdmission(resource, setting, "enforce").refused,
};
