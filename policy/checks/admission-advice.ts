/** What the cluster would only tell of is only told of here, and so is what nobody can judge yet (R28). */

import { judgeAdmission } from "../admission";
import type { ResourceCheck } from "../check";
import { isPartlyUnknown } from "../declared";

const LATER = "It hangs on a value that is not known yet, and is judged again when it is.";

export const admissionAdvice: ResourceCheck = {
  name: "admission-advice",
  description: "Kubernetes objects keep the guardrails that the platform has set to audit (R28).",
  advisory: true,
  about: (type) => type.startsWith("kubernetes:"),
  judge: (resource, setting) => {
    const { refused, undecided } = judgeAdmission(resource, setting, "audit");
    const enforced = isPartlyUnknown(resource.props)
      ? judgeAdmission(resource, setting, "enforce").undecided
      : [];
    return [...refused, ...[...undecided, ...enforced].map((sentence) => `${sentence} ${LATER}`)];
  },
};
