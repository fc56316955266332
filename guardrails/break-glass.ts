/**
 * Ends break-glass grants, also when nobody runs anything (R91). Nothing in Kubernetes expires but a token, so that every
 * request by a grant, for its token and of its objects is held against a clock: the leases that API servers renew every
 * ten seconds. Of several leases each has its say, so that one that a dead server left behind lets nothing through. What
 * admission does not see is reading: that ends with the token, whose life is bounded here.
 */

import { GRANT_LIFE, UUID_V7 } from "../model/break-glass";
import { PENTEST_ROLE } from "../model/operator";
import { text } from "./check";

const PREFIX = `${PENTEST_ROLE}-`;
const NAME = "tenantry-break-glass";
/** Seconds that a token may outlive its grant: the clock stands still between two renewals. */
const SLACK = 60;
/** Seconds that a lease may be behind: a dead API server's is cleared away within two hours. */
const BEHIND = 9000;

const NOW = "int(timestamp(params.spec.renewTime))";

/** CEL: when a grant began, in the first twelve digits of its UUID. */
function began(name: string): string {
  const at = PREFIX.length;
  return `(${name}.substring(${at}, ${at + 8}) + ${name}.substring(${at + 9}, ${at + 13}))`;
}

/** CEL: seconds since 1970, spelt as the beginning of a UUID; good until the year 2527. */
function spelt(seconds: string): string {
  return `("0" + "%x".format([(${seconds}) * 1000]))`;
}

const isGrant = (name: string) => `${name}.matches(${text(`^${PREFIX}${UUID_V7}$`)})`;
const isAlive = (name: string) => `${began(name)} > ${spelt(`${NOW} - ${GRANT_LIFE}`)}`;

const BY_GRANT = `request.userInfo.username.matches(${text(`^system:serviceaccount:[^:]+:${PREFIX}`)})`;
const KIND = `request.resource.group + "/" + request.resource.resource +
  (request.?subResource.orValue("") == "" ? "" : "/" + request.subResource)`;
const RBAC = "rbac.authorization.k8s.io";
const BINDINGS = [`${RBAC}/rolebindings`, `${RBAC}/clusterrolebindings`];
/** CEL: the name that a request is about; that of a new object may stand in the object alone. */
const ABOUT = `string(request.?name.orValue("") != "" ? request.name :
  object == null ? "" : object.?metadata.?name.orValue(""))`;
const OF_GRANT = `request.operation in ["CREATE", "UPDATE"] && (
  ((${KIND}) in ${text(["/serviceaccounts", "/serviceaccounts/token", ...BINDINGS])} &&
    (${ABOUT}).startsWith(${text(PREFIX)})) ||
  ((${KIND}) in ${text(BINDINGS)} && object.roleRef.name == ${text(PENTEST_ROLE)}))`;

const NEW = `variables.of && request.operation == "CREATE"`;
const TOKEN = `variables.of && variables.kind == "/serviceaccounts/token"`;
const BINDING = `variables.of && variables.kind in ${text(BINDINGS)}`;

/** Held against each API server's lease. */
const CLOCK = {
  namespace: "kube-system",
  selector: { matchLabels: { "apiserver.kubernetes.io/identity": "kube-apiserver" } },
  parameterNotFoundAction: "Deny",
} as const;

export function breakGlassGuard() {
  return {
    name: NAME,
    paramRef: CLOCK,
    spec: {
      failurePolicy: "Fail",
      paramKind: { apiVersion: "coordination.k8s.io/v1", kind: "Lease" },
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["*"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
            resources: ["*/*"],
          },
        ],
        // A policy without its parameters refuses all that it matches, conditions or not. With this one an API server
        // could not write its first lease, and nobody anything.
        excludeResourceRules: [
          {
            apiGroups: ["coordination.k8s.io"],
            apiVersions: ["*"],
            operations: ["*"],
            resources: ["leases"],
          },
        ],
      },
      matchConditions: [{ name: "grant", expression: `(${BY_GRANT}) || (${OF_GRANT})` }],
      variables: [
        { name: "by", expression: BY_GRANT },
        { name: "of", expression: OF_GRANT },
        { name: "kind", expression: KIND },
        { name: "holder", expression: `${BY_GRANT} ? request.userInfo.username.split(":")[3] : ""` },
        { name: "name", expression: ABOUT },
      ],
      validations: [
        refusal(
          `variables.by && !(${isGrant("variables.holder")} && ${isAlive("variables.holder")})`,
          "variables.holder",
          `the grant is over: it lasts ${GRANT_LIFE / 3600} h from the time in its name; ask for a new one`,
        ),
        refusal(
          `variables.of && !${isGrant("variables.name")}`,
          "variables.name",
          `what binds the ClusterRole ${PENTEST_ROLE}, or is called as if, is called ${PREFIX} and a version 7 UUID; use tenantry breakglass`,
        ),
        refusal(
          `${NEW} && ${isGrant("variables.name")} && !(${isAlive("variables.name")})`,
          "variables.name",
          `the grant is over: it lasts ${GRANT_LIFE / 3600} h from the time in its name; ask for a new one`,
        ),
        refusal(
          `${NEW} && ${isGrant("variables.name")} && ${began("variables.name")} > ${spelt(`${NOW} + ${BEHIND}`)}`,
          "variables.name",
          "the grant begins in the future, and would last longer than it may; name it by the time of now",
        ),
        refusal(
          `${TOKEN} && ${isGrant("variables.name")} && ${began("variables.name")} <
            ${spelt(`${NOW} + int(object.spec.?expirationSeconds.orValue(3600)) - ${GRANT_LIFE + SLACK}`)}`,
          "variables.name",
          "the token would outlive the grant; ask for less",
        ),
        refusal(
          // The API server prolongs a pod's token to a year, until every client can renew its own.
          `${TOKEN} && object.spec.?boundObjectRef.orValue(null) != null`,
          "variables.name",
          "no pod holds the token of a grant; run it as an account of the tenant",
        ),
        refusal(
          `${BINDING} && !(object.roleRef.name == ${text(PENTEST_ROLE)} && variables.kind == ${text(BINDINGS[0])} &&
            object.?subjects.orValue([]).size() == 1 && object.subjects.all(subject,
              subject.kind == "ServiceAccount" && subject.name == variables.name &&
              subject.?namespace.orValue("") == request.namespace))`,
          "variables.name",
          `a grant binds the ClusterRole ${PENTEST_ROLE} to the ServiceAccount of its own name in its namespace; bind nothing else`,
        ),
      ],
    },
  };
}

/** @param offence CEL: whether it is refused. */
function refusal(offence: string, name: string, why: string) {
  return {
    expression: `!(${offence})`,
    reason: "Forbidden",
    messageExpression: `${name} + ${text(`: ${why}`)}`,
  };
}
