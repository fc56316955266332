/** What a resource is called where it lives, so that two of them can be told apart, or not. */

import { kubernetesObject, textAt, type Declared } from "./declared";

/** Kind, place and name; undefined for a resource that has no name of its own, or none that is known yet. */
export function physicalName(resource: Declared): string | undefined {
  const { type, props } = resource;
  if (type.startsWith("kubernetes:")) {
    const object = kubernetesObject(resource);
    return object && object.name !== ""
      ? `${object.kind} ${[object.namespace, object.name].filter((part) => part !== undefined).join("/")}`
      : undefined;
  }
  const naming = NAMINGS[type];
  const parts = naming?.parts.map((property) => textAt(props, ...property.split(".")) ?? "") ?? [];
  const name = parts.filter((part) => part !== "").join("/");
  return naming === undefined || (parts.at(-1) ?? "") === "" ? undefined : `${naming.kind} ${name}`;
}

interface Naming {
  /** What people call it. */
  readonly kind: string;
  /** Properties that make up the name; the last of them must be there. */
  readonly parts: readonly string[];
}

const NAMINGS: Readonly<Record<string, Naming>> = {
  "aws:kms/alias:Alias": { kind: "KMS alias", parts: ["name"] },
  "aws:iam/role:Role": { kind: "IAM role", parts: ["name"] },
  "aws:iam/rolePolicy:RolePolicy": { kind: "IAM role policy", parts: ["role", "name"] },
  "aws:secretsmanager/secret:Secret": { kind: "secret", parts: ["name"] },
  "aws:kms/key:Key": { kind: "KMS key tagged for", parts: ["tags.tenant"] },
  "aws:eks/nodeGroup:NodeGroup": { kind: "EKS node group", parts: ["clusterName", "nodeGroupName"] },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    kind: "EKS pod identity association",
    parts: ["clusterName", "namespace", "serviceAccount"],
  },
  "vault:index/namespace:Namespace": { kind: "Vault namespace", parts: ["namespace", "path"] },
  "vault:index/mount:Mount": { kind: "Vault mount", parts: ["namespace", "path"] },
  "vault:index/authBackend:AuthBackend": { kind: "Vault auth mount", parts: ["namespace", "path"] },
  "vault:index/policy:Policy": { kind: "Vault policy", parts: ["namespace", "name"] },
  "vault:appRole/authBackendRole:AuthBackendRole": {
    kind: "Vault AppRole",
    parts: ["namespace", "backend", "roleName"],
  },
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": {
    kind: "Vault login by ServiceAccount",
    parts: ["namespace", "backend"],
  },
  "vault:kubernetes/authBackendRole:AuthBackendRole": {
    kind: "Vault login",
    parts: ["namespace", "backend", "roleName"],
  },
};
