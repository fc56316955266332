/**
 * The guard of the operator: keeps whoever works on tenants' credentials and workloads to that (R1-R4, R91). RBAC knows
 * neither the names of new objects nor contents: with its rights alone the operator could mint the token of the account
 * that reads a tenant's secrets, or patch a workload until it sends them away.
 */

import { UUID_V7 } from "../model/break-glass";
import * as labels from "../model/labels";
import * as names from "../model/names";
import { mintedAccounts, PENTEST_ROLE, renewedAccounts } from "../model/operator";
import type { GuardedPlatform } from "../model/provisioner";
import { ALWAYS, text, validation, type Check } from "./check";

export function operatorGuard(platform: GuardedPlatform) {
  return {
    name: names.OPERATOR_CLUSTER_ROLE,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["*"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
            resources: ["*/*"],
          },
        ],
      },
      matchConditions: [{ name: "operator", expression: isOperator(platform) }],
      variables: variables(platform),
      validations: [...borders(platform), ...ACCOUNTS, ...GRANTS, ...CONTENTS, ...BACKUPS].map(validation),
    },
  };
}

/** CEL: whether the operator asks. */
export function isOperator({ cluster }: GuardedPlatform): string {
  const account = `system:serviceaccount:${cluster.provisionerNamespace}:${names.OPERATOR}`;
  return `request.userInfo.username == ${text(account)} ||
    ${text(names.OPERATORS_GROUP)} in request.userInfo.?groups.orValue([])`;
}

/** Where a request goes: to the whole cluster, a tenant's namespace, a namespace of the platform, or a stranger's. */
const TENANTS = "(tenant)";
const TENANT = text(labels.TENANT);
const TOKENS = "serviceaccounts/token";
const BINDINGS = "rolebindings.rbac.authorization.k8s.io";
const EVENTS = "events.events.k8s.io";
const BACKUP_KIND = "backups.velero.io";

function variables({ cluster }: GuardedPlatform) {
  const system = [cluster.provisionerNamespace, cluster.backupNamespace];
  return [
    {
      name: "kind",
      expression: `request.resource.resource +
        (request.?subResource.orValue("") == "" ? "" : "/" + request.subResource) +
        (request.resource.group == "" ? "" : "." + request.resource.group)`,
    },
    {
      // The name of an account is that of the request for its token, and not that of the token.
      name: "name",
      expression: `string(request.?name.orValue("") != "" ? request.name :
        object != null ? object.?metadata.?name.orValue("") : oldObject != null ? oldObject.metadata.name : "")`,
    },
    {
      name: "what",
      expression: `variables.kind + " " + (namespaceObject == null ? "" : request.namespace + "/") + variables.name`,
    },
    {
      name: "place",
      expression: `namespaceObject == null ? "(cluster)" : request.namespace in ${text(system)} ? request.namespace :
        request.namespace.startsWith(${text(names.namespaceName(""))}) &&
          namespaceObject.metadata.?labels[?${TENANT}].hasValue() ? ${text(TENANTS)} : "(stranger)"`,
    },
    {
      name: "before",
      expression: "oldObject == null ? {} : oldObject.?metadata.?labels.orValue({})",
    },
    {
      name: "grant",
      expression: `variables.name.matches(${text(`^${PENTEST_ROLE}-${UUID_V7}$`)})`,
    },
    { name: "changed", expression: "object != null" },
  ];
}

function borders({ cluster }: GuardedPlatform): Check[] {
  const kinds = { [cluster.provisionerNamespace]: [EVENTS], [cluster.backupNamespace]: [BACKUP_KIND] };
  return [
    {
      when: ALWAYS,
      // Whoever asks what it may do writes a review, in no namespace.
      holds: `variables.place == ${text(TENANTS)} || (request.operation == "CREATE" &&
        (variables.place in ${text(kinds)} ? variables.kind in ${text(kinds)}[variables.place] :
          variables.place == "(cluster)" && variables.kind.matches("^self.*reviews[.]")))`,
      why: "the operator works in tenants' namespaces, and elsewhere only records Events and asks for backups; have an administrator do it",
    },
    {
      when: `variables.place == ${text(TENANTS)} && ${text(labels.LIST)} in variables.before`,
      holds: `variables.kind in ["serviceaccounts", ${text(TOKENS)}]`,
      why: "a tenant list made it, and the operator changes neither guardrails nor roles; change the tenant's file",
    },
  ];
}

const MAX_TTL = 86_400;

const ACCOUNTS: readonly Check[] = [
  {
    kind: TOKENS,
    when: ALWAYS,
    holds: `variables.name in ${text(mintedAccounts)} || variables.grant`,
    why: `the operator mints tokens of ${mintedAccounts.join(", ")} and of break-glass grants; name one of these`,
  },
  {
    kind: TOKENS,
    when: ALWAYS,
    holds: `object.spec.?expirationSeconds.orValue(3600) <= ${MAX_TTL}`,
    why: `it would last longer than ${MAX_TTL} seconds; ask for less`,
  },
  {
    kind: "serviceaccounts",
    when: `request.operation == "CREATE" ||
      (request.operation == "DELETE" && ${text(labels.LIST)} in variables.before)`,
    holds: `variables.name in ${text(renewedAccounts)} || variables.grant`,
    why: `the operator renews ${renewedAccounts.join(", ")} and accounts of break-glass grants; leave every other account alone`,
  },
  {
    kind: "serviceaccounts",
    when: `request.operation == "CREATE"`,
    holds: `object.?secrets.orValue([]).size() == 0 && object.?imagePullSecrets.orValue([]).size() == 0 &&
      !(${text(names.ROLE_ARN_ANNOTATION)} in object.metadata.?annotations.orValue({})) &&
      object.metadata.?labels[?${TENANT}].orValue("") == namespaceObject.metadata.labels[${TENANT}]`,
    why: `it hands out Secrets or an IAM role, or its label ${labels.TENANT} is not that of its namespace; make it as the tenant list does`,
  },
];

/** RoleBindings of break-glass grants, and no other. */
const GRANTS: readonly Check[] = [
  {
    kind: BINDINGS,
    when: ALWAYS,
    holds: "variables.grant",
    why: `the operator binds and unbinds break-glass grants alone, which are called ${PENTEST_ROLE}- and a version 7 UUID; people's roles stand in the tenant's file`,
  },
  {
    kind: BINDINGS,
    holds: `object.roleRef.kind == "ClusterRole" && object.roleRef.name == ${text(PENTEST_ROLE)} &&
      object.?subjects.orValue([]).size() == 1 && object.subjects.all(subject, subject.kind == "ServiceAccount" &&
        subject.name == variables.name && subject.?namespace.orValue("") == request.namespace)`,
    why: `a grant binds the ClusterRole ${PENTEST_ROLE} to the ServiceAccount of its own name in its namespace; bind nothing else`,
  },
];

/** What makes a workload stop and go. */
const SWITCHES = ["replicas", "suspend", "minReplicas"];

const CONTENTS: readonly Check[] = [
  {
    when: `request.operation == "UPDATE"`,
    holds: `${same("object", "oldObject", ["metadata", "status", "spec"])} &&
      ${same("object.?spec.orValue({})", "oldObject.?spec.orValue({})", SWITCHES)} &&
      object.?metadata.?labels.orValue({}) == variables.before`,
    why: `the operator changes annotations, finalizers and ${SWITCHES.join(", ")}, and nothing else of what a tenant wrote; leave the rest as it is`,
  },
];

/** CEL: whether two maps agree in every field but some. */
function same(one: string, other: string, but: readonly string[]): string {
  const half = (from: string, to: string) =>
    `${from}.all(field, field in ${text(but)} || (field in ${to} && ${from}[field] == ${to}[field]))`;
  return `(${half(one, other)}) && (${half(other, one)})`;
}

/** Velero copies what a Backup names to where it says: one tenant's namespaces into that tenant's own prefix. */
const BACKUPS: readonly Check[] = [
  {
    kind: BACKUP_KIND,
    holds: `object.spec.?storageLocation.orValue("").startsWith(${text(names.backupName(""))}) &&
      variables.name.startsWith(object.spec.storageLocation + "-final-") &&
      object.spec.?includedNamespaces.orValue([]).size() > 0 &&
      object.spec.includedNamespaces.all(name, name == object.spec.storageLocation ||
        name.startsWith(object.spec.storageLocation + ${text(names.SEPARATOR)}))`,
    why: "it backs up other namespaces than those of the tenant whose location it is stored in; name the tenant's location and namespaces",
  },
];
