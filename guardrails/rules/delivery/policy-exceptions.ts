/**
 * Where Kyverno enforces rules, an exception that a tenant writes takes them away, and a policy of its own acts with
 * Kyverno's rights (R29). Kyverno's chart gives both to every admin unless it is told not to.
 */

import { ADMIN, RECONCILER, meta, PROVISIONER } from "../../examples";
import { KYVERNO_NAMESPACED, POLICY_EXCEPTIONS } from "../../kinds";
import type { Document, Rule } from "../../rule";
import type { Fields } from "./objects";

const exception = (version: string, spec: Fields): Document => ({
  apiVersion: version,
  kind: "PolicyException",
  metadata: meta("exempt"),
  spec,
});
const pods = { any: [{ resources: { kinds: ["Pod"] } }] };
const first = (policyName = "tenantry-privileged") =>
  exception("kyverno.io/v2", { exceptions: [{ policyName, ruleNames: ["*"] }], match: pods });
const second = (name = "tenantry-privileged") =>
  exception("policies.kyverno.io/v1", { policyRefs: [{ kind: "ValidatingPolicy", name }] });
const excepts = "it takes rules away";

export const policyExceptions: Rule = {
  name: "policy-exceptions",
  requirements: ["R29"],
  matches: [{ kinds: [...POLICY_EXCEPTIONS, ...KYVERNO_NAMESPACED], operations: ["CREATE", "UPDATE"] }],
  when: `request.operation == "CREATE" || dyn(object).spec != dyn(oldObject).spec`,
  offences: `[object.kind == "PolicyException" ? "${excepts}" : "it has Kyverno act in its name"]`,
  why: "What holds for tenants is the platform's to decide, and Kyverno acts with rights that no tenant has",
  cure: "Ask the platform for an exemption",
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "an exception by the platform", object: second(), by: PROVISIONER },
      { what: "the same of Kyverno's first kind", object: first(), by: PROVISIONER },
    ],
    fails: [
      { what: "an exception (A168)", object: second(), by: ADMIN, says: excepts },
      { what: "an exception of Kyverno's first kind (A168)", object: first(), says: excepts },
      {
        what: "an exception from a policy that is not there yet",
        object: second("tenantry-next"),
        by: RECONCILER,
        says: excepts,
      },
      {
        what: "an exception of an older version of the API (A168)",
        object: { ...second(), apiVersion: "policies.kyverno.io/v1beta1" },
        says: excepts,
      },
      {
        what: "an exception of the oldest version of the API (A168)",
        object: { ...first(), apiVersion: "kyverno.io/v2beta1" },
        says: excepts,
      },
      {
        what: "an exception that comes to hold for more",
        before: first(),
        object: first("*"),
        says: excepts,
      },
      ...KYVERNO_NAMESPACED.map(({ kind, group, version }) => ({
        what: `a ${kind} of the tenant's own, which Kyverno carries out`,
        object: {
          apiVersion: `${group}/${version}`,
          kind,
          metadata: meta("copy"),
          spec: { rules: [] },
        },
        says: "it has Kyverno act in its name",
      })),
    ],
  },
};
