import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import { platformObject } from "./object-meta";

const RBAC = "rbac.authorization.k8s.io";

/**
 * Lets ServiceAccounts ask whether a token is good, which Vault needs where it runs outside the cluster: it asks with
 * the token that logs in (R62). Whoever may ask learns only what a token that it already holds says of itself.
 */
export class TokenReview extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:TokenReview", name, {}, opts);
    const child = { parent: this, deleteBeforeReplace: true };

    const role = new kubernetes.rbac.v1.ClusterRole(
      name,
      {
        metadata: platformObject(names.TOKEN_REVIEW_ROLE),
        rules: [{ apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] }],
      },
      child,
    );
    new kubernetes.rbac.v1.ClusterRoleBinding(
      `${name}-binding`,
      {
        metadata: platformObject(names.TOKEN_REVIEW_ROLE),
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: names.TOKEN_REVIEW_ROLE },
        subjects: [{ apiGroup: RBAC, kind: "Group", name: "system:serviceaccounts" }],
      },
      { ...child, dependsOn: role },
    );

    this.registerOutputs();
  }
}
