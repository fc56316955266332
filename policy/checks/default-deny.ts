/** The default deny closes every pod of the namespace in both directions (R45). */

import type { ResourceCheck } from "../check";
import { at, listAt, textAt, type Properties } from "../declared";

const NAME = "default-deny";

export const defaultDeny: ResourceCheck = {
  name: "default-deny",
  description: "The default deny of a tenant's namespace closes every pod in both directions (R45).",
  about: (type) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  judge: ({ props }, { holderOf }) => {
    const namespace = textAt(props, "metadata", "namespace") ?? "";
    const holder = holderOf(namespace);
    if (holder === undefined || textAt(props, "metadata", "name") !== NAME) {
      return [];
    }
    const spec = at(props, "spec");
    const directions = listAt(spec, "policyTypes");
    const open = ["ingress", "egress"].filter((direction) => listAt(spec, direction).length > 0);
    return [
      ...(selectsEverything(at(spec, "podSelector")) ? [] : ["leaves out the pods that it does not select"]),
      ...["Ingress", "Egress"]
        .filter((direction) => !directions.includes(direction))
        .map((direction) => `does not close ${direction.toLowerCase()}`),
      ...open.map((direction) => `opens ${direction}`),
    ].map((fault) => `NetworkPolicy ${namespace}/${NAME} of tenant ${holder.tenant.name}: ${fault}`);
  },
};

function selectsEverything(selector: unknown): boolean {
  return Object.values((selector ?? {}) as Properties).every(
    (part) => typeof part === "object" && part !== null && Object.keys(part).length === 0,
  );
}
