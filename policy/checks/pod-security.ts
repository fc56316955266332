/** A tenant's namespace is held to the level of Pod Security that its file says, and is that tenant's (R13, R18, R39). */

import * as labels from "../../model/labels";
import type { ResourceCheck } from "../check";
import { textAt } from "../declared";

const ENFORCE = "pod-security.kubernetes.io/enforce";

export const podSecurity: ResourceCheck = {
  name: "pod-security",
  description:
    "A tenant's namespace bears its tenant's id and the Pod Security level of its tenant's file (R13, R18, R39).",
  about: (type) => type === "kubernetes:core/v1:Namespace",
  judge: ({ props }, { platform, holderOf }) => {
    const name = textAt(props, "metadata", "name") ?? "";
    const holder = holderOf(name);
    if (holder === undefined) {
      return [];
    }
    const { tenant } = holder;
    const label = (key: string) => textAt(props, "metadata", "labels", key);
    const level = label(ENFORCE) ?? "none";
    const version = label(`${ENFORCE}-version`) ?? "none";
    const { podSecurityVersion } = platform.cluster;
    const owner = label(labels.TENANT);
    return [
      ...(owner === tenant.id ? [] : [`is labelled for ${owner ?? "no tenant"} instead of ${tenant.id}`]),
      ...(level === tenant.podSecurity || level === "restricted"
        ? []
        : [`enforces ${level} instead of ${tenant.podSecurity}`]),
      ...(version === podSecurityVersion
        ? []
        : [`enforces version ${version} of the standards instead of ${podSecurityVersion}`]),
      ...(label(labels.ALLOW_ROOT) === "true" && tenant.podSecurity === "restricted"
        ? ["lets containers run as root, which the tenant's file does not (allowRoot)"]
        : []),
    ].map((fault) => `Namespace ${name} of tenant ${tenant.name}: ${fault}`);
  },
};
