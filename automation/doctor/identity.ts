/** Doctor: who the two identities are in the cluster, and whether each may do its part and no more. */

import { z } from "zod";
import { accepted, type Cluster } from "../cluster";
import { failure, ok, warning, type Check, type Diagnosis, type Patient } from "./check";

interface Right {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

const EVERYTHING: Right = { verb: "*", group: "*", resource: "*" };
const CURE = "get a new token; docs/provisioner.md and docs/operator.md say how";

const who = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });
const review = z.object({ status: z.object({ allowed: z.boolean() }) });

export const provisionerCheck: Check = {
  name: "provisioner",
  cure: CURE,
  examine: async (patient) => {
    const cluster = await patient.cluster("engine");
    return judged(cluster, patient, [
      { verb: "create", resource: "namespaces" },
      { verb: "create", group: "rbac.authorization.k8s.io", resource: "rolebindings" },
      { verb: "create", group: "networking.k8s.io", resource: "networkpolicies" },
      { verb: "create", group: "storage.k8s.io", resource: "storageclasses" },
    ]);
  },
};

export const operatorCheck: Check = {
  name: "operator",
  cure: CURE,
  examine: async (patient) => {
    if (!patient.hasOperator) {
      return warning(
        "no variable TENANTRY_OPERATOR_… is set: commands that touch credentials and workloads use the same identity as runs",
        "set TENANTRY_OPERATOR_KUBECONFIG and the others (docs/operator.md)",
      );
    }
    const cluster = await patient.cluster("operator");
    const { cluster: settings } = await patient.platform();
    const [tenant] = patient.tenants().flatMap(({ namespaces }) => namespaces);
    return judged(cluster, patient, [
      {
        verb: "create",
        group: "events.k8s.io",
        resource: "events",
        namespace: settings.provisionerNamespace,
      },
      ...(tenant === undefined
        ? []
        : [
            {
              verb: "create",
              resource: "serviceaccounts",
              subresource: "token",
              namespace: tenant.name,
            },
            { verb: "list", resource: "pods", namespace: tenant.name },
          ]),
    ]);
  },
};

async function judged(cluster: Cluster, patient: Patient, rights: readonly Right[]): Promise<Diagnosis> {
  const asked = await cluster.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
  });
  const { username } = who.parse(accepted("say who asks", asked)).status.userInfo;
  if (await may(cluster, EVERYTHING)) {
    return patient.project.stack === "platform"
      ? ok(`${username}, who may do everything, as the platform's stack needs`)
      : failure(
          `${username} may do everything in the cluster, and tenant lists are not run so`,
          "get the token of the identity that is made for it (docs/provisioner.md, docs/operator.md)",
        );
  }
  const lacking: Right[] = [];
  for (const right of rights) {
    if (!(await may(cluster, right))) {
      lacking.push(right);
    }
  }
  return lacking.length === 0
    ? ok(`${username}, who may do its part and not everything`)
    : failure(
        `${username} may not ${lacking.map(inWords).join(", ")}`,
        "run the platform stack, which grants it, or set the right KUBECONFIG",
      );
}

async function may(cluster: Cluster, right: Right): Promise<boolean> {
  const reply = await cluster.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: right },
  });
  return review.parse(accepted("say who may do what", reply)).status.allowed;
}

function inWords({ verb, resource, subresource, namespace }: Right): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what}${namespace === undefined ? "" : ` in ${namespace}`}`;
}
