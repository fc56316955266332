/** Doctor: which break-glass grants are open, and which are over and were never tidied away (R91). */

import { z } from "zod";
import { grantEnd } from "../../model/break-glass";
import { accepted } from "../cluster";
import { ok, warning, type Check, type Diagnosis } from "./check";

const list = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) })),
});
type Binding = z.output<typeof list>["items"][number]["metadata"];

export const breakGlassCheck: Check = {
  name: "break-glass",
  cure: "check KUBECONFIG and that the cluster runs",
  examine: async (patient) => {
    const cluster = await patient.cluster();
    const reply = await cluster.request("GET", "/apis/rbac.authorization.k8s.io/v1/rolebindings");
    if (reply.status === 403) {
      return warning("unknown: this identity may not list RoleBindings", "run it as the provisioner");
    }
    const { items } = list.parse(accepted("list RoleBindings", reply));
    return judgeGrants(
      items.map(({ metadata }) => metadata),
      new Date(),
    );
  },
};

export function judgeGrants(bindings: readonly Binding[], now: Date): Diagnosis {
  const grants = bindings.flatMap(({ name, namespace }) => {
    const ends = grantEnd(name);
    return ends === undefined
      ? []
      : [{ words: `${namespace}/${name} until ${ends.toISOString()}`, over: ends <= now }];
  });
  const over = grants.filter((grant) => grant.over);
  if (over.length > 0) {
    return warning(
      `over, and still there: ${over.map(({ words }) => words).join(", ")}`,
      "they open nothing any more; tidy them away: tenantry breakglass revoke TENANT",
    );
  }
  return grants.length === 0
    ? ok("no grant is open")
    : warning(
        `open: ${grants.map(({ words }) => words).join(", ")}`,
        "revoke what is not needed any more: tenantry breakglass revoke TENANT",
      );
}
