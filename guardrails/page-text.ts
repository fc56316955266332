/** What the page about the guardrails says besides what the rules say themselves. */

export const INTRO = `Every write in a tenant's namespace is judged by the rules below before it takes effect. Each rule is written once,
in Kubernetes CEL under \`guardrails/rules/\`; this page, the API server's policies, Kyverno's, Gatekeeper's and the check at
preview are made from it (\`npm run guardrails\` writes the page). They hold in every namespace but those that the platform
exempts by name, for whoever asks, controllers included.`;

export const SETTINGS = `In \`stacks/Pulumi.platform.yaml\`, under \`tenantry:platform\`:

\`\`\`yaml
guardrails:
  engine: native # or kyverno, or gatekeeper; what an engine cannot enforce stays native
  action: enforce # or audit: a request that a rule is against is let through, with a warning and an audit record
  rules: { resources: audit } # the same by rule, so that a live cluster takes them on one after the other
  exemptNamespaces: [my-operator] # besides the platform's own
  identities: { users: [], groups: [] } # the platform's, besides the provisioner and system:masters
\`\`\`

Rules marked **spares the platform** leave these identities alone; all others judge them like everybody else. Those marked
**spares the operator** leave [the operator](operator.md) to its own guard, which is narrower. A setting whose
rule is missing from this page is refused by its name.`;

export const PARITY = `Every example on this page is put to four evaluators, which must give the same answer and, where
they refuse, the same sentence: the check at preview (\`test/guardrails\`), the API server (\`test/engine/13-guardrails.test.ts\`: in
the requester's name, tried and meant), Kyverno's command line and Gatekeeper's (\`test/parity\`). The first failing example of each
rule that does not spare the platform is asked for the administrator as well. Two things stand in for what the command
lines do not simulate: what stood there before an UPDATE is written into the policy for Kyverno's, the marks of the
namespace for Gatekeeper's.`;

/** Policies that write, by name: what they write, and into what. */
export const MUTATING: Readonly<Record<string, string>> = {
  "tenantry-placement":
    "pods and DaemonSets of a tenant: the pool's node selector and toleration, the tenant's runtime class; a named node is taken out (R41, R42)",
  "tenantry-spread":
    "pods of a tenant: a wish to be spread over zones and hosts, and the label that the namespace's disruption budget counts (R38)",
  "tenantry-image-pull": "pods of a tenant: every image is fetched with the pod's own credentials (R22)",
  "tenantry-tenant-label": "every object in a tenant's namespace: the tenant's id (R13)",
  "tenantry-pod-security-floor": "namespaces without a Pod Security level: `baseline` (R19)",
};

/** What no rule does, with the reason. */
export const RESIDUAL: readonly (readonly [what: string, why: string])[] = [
  [
    "`hostAliases`, `hostname`, `setHostnameAsFQDN`",
    "They change what a pod calls itself and others, and no other pod believes it; network policies hold by address and label.",
  ],
  ["`shareProcessNamespace`", "It joins containers of one pod, which one tenant wrote."],
  [
    "A writable root file system",
    "It ends with the container. Pod Security does not ask for it either, and many images need it.",
  ],
  [
    "The number of Events",
    "ResourceQuota cannot count them (K7 of the attack catalogue). They expire after an hour, and API priority and fairness bounds how fast they are written.",
  ],
  [
    "DNS names of other tenants' Services",
    "The cluster's DNS answers everybody. A name says that a Service exists; network policies keep its port closed.",
  ],
  [
    "Finalizers on a tenant's own objects",
    "They hold up the removal of the tenant's own namespace, and its pods go first (K12). Offboarding takes them off.",
  ],
  [
    "Signatures of images, natively",
    "The API server cannot ask a registry. The engines that can have a policy of their own for it (R23).",
  ],
  [
    "Policies, bindings and webhooks themselves",
    "No policy of the API server can protect policies (K9): RBAC keeps everybody but the platform's administrators from them.",
  ],
  [
    "Reads, and `exec`, `attach` and `port-forward`",
    "Admission sees writes. RBAC decides about reads and about who may enter a pod.",
  ],
];
