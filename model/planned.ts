/** Fields that are defined and do not work yet: refused with a sentence, never silently accepted. */

import type { TenantSpec } from "./tenant";

interface Planned {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const later = (what: string, plane: string) =>
  `is not available yet: ${what} with ${plane} in a later release; leave it out until then`;

/** What a tenant asks for that no plane makes true yet. */
export function planned(spec: TenantSpec): Planned[] {
  const found: (Planned | false)[] = [
    spec.gitops !== undefined && {
      path: ["gitops"],
      message: later("the hand-over to Git comes", "the GitOps plane"),
    },
    spec.mesh === true && { path: ["mesh"], message: later("the service mesh comes", "the mesh plane") },
  ];
  return found.filter((entry): entry is Planned => entry !== false);
}
