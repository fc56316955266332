/** Doctor: is the audit log the one that was written? */

import { auditFile } from "../audit/log";
import { verifyAudit } from "../audit/verify";
import { failure, ok, warning, type Check } from "./check";

/** Faults that are spelt out; the others are counted. */
const TOLD = 3;

export const auditCheck: Check = {
  name: "audit log",
  cure: "see that audit/ can be read",
  examine: async ({ project }) => {
    const { entries, faults, torn, announced, unchecked } = await verifyAudit(project);
    if (faults.length > 0) {
      const told = faults.slice(0, TOLD).map(({ line, fault }) => `line ${line} ${fault}`);
      const more = faults.length > TOLD ? [`and ${faults.length - TOLD} more`] : [];
      const cure = `keep ${auditFile(project)} as it is, find out who wrote there, and compare with a copy: tenantry audit verify`;
      return failure([...told, ...more].join("; "), cure);
    }
    const cut = torn === 0 ? "" : `, ${torn} cut short by crashes`;
    return unchecked === undefined
      ? ok(`${entries} entries${cut}, ${announced} of them as Events announced them`)
      : warning(
          `${entries} entries${cut}, compared with no Event: ${unchecked}`,
          "set the operator's credentials (docs/operator.md)",
        );
  },
};
