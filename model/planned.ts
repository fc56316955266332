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
  const { network, secrets, lifecycle } = spec;
  const found: (Planned | false)[] = [
    (spec.environments?.length ?? 0) > 0 && {
      path: ["environments"],
      message: later("several namespaces a tenant come", "the environments"),
    },
    ...(network?.egress ?? []).map(
      (rule, index) =>
        rule.host !== undefined && {
          path: ["network", "egress", index, "host"],
          message: later("egress by DNS name comes", "the platform's CNI policies"),
        },
    ),
    network?.ingress !== undefined && {
      path: ["network", "ingress"],
      message: later("host names come", "the tenant gateway"),
    },
    secrets?.engine === "aws-secrets-manager" && {
      path: ["secrets", "engine"],
      message: later("AWS Secrets Manager comes", "the delivery of secrets"),
    },
    spec.placement !== undefined && {
      path: ["placement"],
      message: later("node pools come", "the compute plane"),
    },
    spec.runtimeClass !== undefined && {
      path: ["runtimeClass"],
      message: later("sandboxed runtimes come", "the compute plane"),
    },
    spec.gitops !== undefined && {
      path: ["gitops"],
      message: later("the hand-over to Git comes", "the GitOps plane"),
    },
    spec.allowRoot === true && {
      path: ["allowRoot"],
      message: later("the recorded opt-in comes", "the admission guardrails"),
    },
    spec.mesh === true && { path: ["mesh"], message: later("the service mesh comes", "the mesh plane") },
    lifecycle?.state !== undefined &&
      lifecycle.state !== "active" && {
        path: ["lifecycle", "state"],
        message: later("other states than active come", "the tenant's life cycle"),
      },
  ];
  return found.filter((entry): entry is Planned => entry !== false);
}
