/**
 * Whom the provisioner may give what: the four closed roles to people of the tenant, never to itself; the operator's to
 * the operator; to a ServiceAccount the tenant's own IAM role and the tenant's own secrets, and no other's (R1, R2, R8, R62, R67).
 */

import * as names from "../model/names";
import type { GuardedPlatform } from "../model/provisioner";
import { boundRoles, closedAccounts } from "../model/roles";
import { ALWAYS, derived, text, type Check } from "./check";

const BOUND_ROLES = boundRoles.map(names.clusterRoleName);
const ACCOUNTS = [...closedAccounts, names.WORKLOAD];

/** Kept by Kubernetes for its own, and by Tenantry for the provisioner. */
const RESERVED = ["system:", "tenantry:"];

export function accessChecks(platform: GuardedPlatform): Check[] {
  return [...BINDINGS, operatorBinding(platform), ...accountChecks(platform), ...storeChecks(platform)];
}

const BINDING = "rolebindings.rbac.authorization.k8s.io";
const SUBJECTS = "object.?subjects.orValue([])";
/** Judged by `operatorBinding`. */
const OTHERS = `variables.changed && object.roleRef.name != ${text(names.OPERATOR_CLUSTER_ROLE)}`;

const BINDINGS: readonly Check[] = [
  {
    kind: BINDING,
    when: OTHERS,
    holds: `object.roleRef.kind == "ClusterRole" && object.roleRef.name in ${text(BOUND_ROLES)}`,
    why: `it grants another role than ${BOUND_ROLES.join(", ")}; bind one of these`,
  },
  {
    kind: BINDING,
    when: OTHERS,
    holds: `${SUBJECTS}.all(subject, subject.kind == "ServiceAccount" ||
      !${text(RESERVED)}.exists(prefix, subject.name.startsWith(prefix)))`,
    why: `it binds a group or user that Kubernetes or Tenantry keeps for itself (${RESERVED.join(", ")}); name those of your identity provider`,
  },
  {
    kind: BINDING,
    when: OTHERS,
    holds: `${SUBJECTS}.all(subject, subject.kind == "User" ? subject.name != request.userInfo.username :
      subject.kind != "Group" || !(subject.name in request.userInfo.?groups.orValue([])))`,
    why: "it binds whoever asks for it, directly or by a group: the provisioner may not use what it grants; have it run by somebody who is no subject of it",
  },
  {
    kind: BINDING,
    when: OTHERS,
    // The account of a role bears the role's name.
    holds: `${SUBJECTS}.all(subject, subject.kind != "ServiceAccount" || (subject.name == object.roleRef.name &&
      subject.?namespace.orValue("") == request.namespace))`,
    why: "it binds another ServiceAccount than that of the role in this namespace, which bears the role's name; bind that one",
  },
];

/** The operator acts in a tenant's namespace by this binding, and by no other. */
function operatorBinding({ cluster }: GuardedPlatform): Check {
  const role = names.OPERATOR_CLUSTER_ROLE;
  const account = `subject.kind == "ServiceAccount" && subject.name == ${text(names.OPERATOR)} &&
      subject.?namespace.orValue("") == ${text(cluster.provisionerNamespace)}`;
  const group = `subject.kind == "Group" && subject.name == ${text(names.OPERATORS_GROUP)}`;
  return {
    kind: BINDING,
    when: `variables.changed && (object.roleRef.name == ${text(role)} || variables.name == ${text(role)})`,
    holds: `variables.name == ${text(role)} && object.roleRef.kind == "ClusterRole" &&
      object.roleRef.name == ${text(role)} && ${SUBJECTS}.size() == 2 &&
      ${SUBJECTS}.exists(subject, ${account}) && ${SUBJECTS}.exists(subject, ${group})`,
    why: `the ClusterRole ${role} is the operator's: the RoleBinding ${role} binds it to the ServiceAccount ${cluster.provisionerNamespace}/${names.OPERATOR} and the group ${names.OPERATORS_GROUP}; bind it so`,
  };
}

function accountChecks({ aws }: GuardedPlatform): Check[] {
  const kind = "serviceaccounts";
  const role = derived((id) => names.roleArn(aws, names.workloadRoleName(id)));
  const annotation = `object.metadata.?annotations[?${text(names.ROLE_ARN_ANNOTATION)}]`;
  return [
    {
      kind,
      when: ALWAYS,
      holds: `variables.name in ${text(ACCOUNTS)}`,
      why: `the provisioner makes no ServiceAccount but ${ACCOUNTS.join(", ")}; use one of these`,
    },
    {
      kind,
      holds: `object.?secrets.orValue([]).size() == 0 && object.?imagePullSecrets.orValue([]).size() == 0`,
      why: "it hands Secrets to the pods that use it; leave secrets and imagePullSecrets out",
    },
    {
      kind,
      when: "object != null",
      holds: `${annotation}.orValue(${role}) == ${role}`,
      why: `it takes on another IAM role than the tenant's own (${names.ROLE_ARN_ANNOTATION}: ${names.roleArn(aws, names.workloadRoleName("<id>"))}); name that one or none`,
    },
  ];
}

/** External Secrets sends a token of the named ServiceAccount to the named server: both are pinned. */
function storeChecks({ vaultAddress, vaultNamespace }: GuardedPlatform): Check[] {
  const inVault = derived((id) =>
    [vaultNamespace, names.vaultNamespace(id)].filter((part) => part !== "").join("/"),
  );
  const account = `?serviceAccountRef.?name.orValue("") == ${text(names.SECRET_READER)}`;
  return [
    {
      kind: "secretstores.external-secrets.io",
      holds: `object.spec.provider.all(name, name == "vault" || name == "aws") && (has(object.spec.provider.vault)
        ? object.spec.provider.vault.?server.orValue("") == ${text(vaultAddress)} &&
          object.spec.provider.vault.?namespace.orValue("") == ${inVault} &&
          object.spec.provider.vault.?auth.orValue({}).all(method, method == "kubernetes") &&
          object.spec.provider.vault.?auth.?kubernetes.${account}
        : object.spec.provider.aws.?service.orValue("") == "SecretsManager" &&
          object.spec.provider.aws.?auth.orValue({}).all(method, method == "jwt") &&
          object.spec.provider.aws.?auth.?jwt.${account})`,
      why: `it leads elsewhere than to the tenant's own secrets: to its Vault namespace at ${vaultAddress} or to AWS Secrets Manager, as the ServiceAccount ${names.SECRET_READER}; declare it so`,
    },
  ];
}
