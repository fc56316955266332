/**
 * What holds the data of a protected tenant is protected in the engine too: that is what keeps a plain `pulumi destroy`
 * from it, which no policy pack is asked about (R66, R75).
 */

import { protectionOf } from "../../model/lifecycle";
import type { ResourceCheck } from "../check";
import type { Declared } from "../declared";
import { textAt } from "../declared";
import { ownersOf, taggedOwner } from "../owners";
import type { Setting } from "../project";
import type { Tenant } from "../../model/tenant";

export const dataProtection: ResourceCheck = {
  name: "data-protection",
  description:
    "Key, secrets, Vault namespace and namespaces of a tenant whose file protects it are protected from deletion (R66).",
  about: (type) => type in OWNERS,
  judge: (resource, setting) => {
    const tenant = OWNERS[resource.type]?.(resource, setting);
    if (tenant === undefined || resource.protect) {
      return [];
    }
    const { namespaces, data } = protectionOf(tenant);
    return (resource.type === NAMESPACE ? namespaces : data)
      ? [
          `${resource.name} of tenant ${tenant.name}: is not protected from deletion (protect), which the tenant's file asks for (lifecycle)`,
        ]
      : [];
  },
};

const NAMESPACE = "kubernetes:core/v1:Namespace";
type OwnerOf = (resource: Declared, setting: Setting) => Tenant | undefined;

const byTag: OwnerOf = ({ props }, setting) => taggedOwner(props, setting);
const byVaultNamespace =
  (property: string): OwnerOf =>
  ({ props }, setting) =>
    ownersOf(setting).vaultNamespaces.get(textAt(props, property) ?? "");

const OWNERS: Readonly<Record<string, OwnerOf>> = {
  "aws:kms/key:Key": byTag,
  "aws:secretsmanager/secret:Secret": byTag,
  "vault:index/namespace:Namespace": byVaultNamespace("path"),
  "vault:index/mount:Mount": byVaultNamespace("namespace"),
  [NAMESPACE]: ({ props }, { holderOf }) => holderOf(textAt(props, "metadata", "name") ?? "")?.tenant,
};
