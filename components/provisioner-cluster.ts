import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { provisionerGuard } from "../guardrails/provisioner";
import * as labels from "../model/labels";
import * as names from "../model/names";
import {
  provisionerRights,
  systemRights,
  type GuardedPlatform,
  type ProvisionerRight,
} from "../model/provisioner";
import { validatingPolicy } from "./admission";
import { platformObject } from "./object-meta";
import { policyRule } from "./policy-rule";

const { core, rbac } = kubernetes;
const RBAC = "rbac.authorization.k8s.io";

export interface ProvisionerClusterArgs {
  readonly platform: GuardedPlatform;
  /** The platform's namespaces that tenants have objects in, by name. */
  readonly system: Readonly<Record<string, kubernetes.core.v1.Namespace>>;
}

/**
 * Who tenant lists run as in the cluster, and what guards it (R1-R4, R17). Without it every merge of a tenant's file
 * would run with an administrator's rights; without the guard its own rights would do to become one.
 */
export class ProvisionerCluster extends pulumi.ComponentResource {
  /** Where identities of the platform live. */
  readonly home: kubernetes.core.v1.Namespace;

  constructor(name: string, args: ProvisionerClusterArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:ProvisionerCluster", name, {}, opts);
    const { platform } = args;

    // Nobody holds a right before it is guarded.
    const child = { parent: this, deleteBeforeReplace: true };
    const guard = validatingPolicy(`${name}-guard`, provisionerGuard(platform), child);
    this.home = this.declareHome(name, platform);
    const dependsOn = [guard, this.declareAccount(name, platform)];
    this.bindInCluster(name, platform, dependsOn);
    for (const [namespace, rights] of Object.entries(systemRights(platform))) {
      const within = args.system[namespace];
      this.bindIn(namespace, `${name}-${namespace}`, rights, platform, {
        deletedWith: within,
        dependsOn: within ? [...dependsOn, within] : dependsOn,
      });
    }

    this.registerOutputs();
  }

  /** No pod runs here. */
  private declareHome(name: string, { cluster }: GuardedPlatform): kubernetes.core.v1.Namespace {
    const security = labels.podSecurityLabels("restricted", cluster.podSecurityVersion);
    return new core.v1.Namespace(
      name,
      { metadata: platformObject(cluster.provisionerNamespace, security) },
      { parent: this, deleteBeforeReplace: true },
    );
  }

  /** The account is for pipelines, by tokens that end. */
  private declareAccount(name: string, { cluster }: GuardedPlatform): pulumi.Resource {
    const child = { parent: this, deleteBeforeReplace: true };
    return new core.v1.ServiceAccount(
      `${name}-account`,
      {
        metadata: { ...platformObject(names.PROVISIONER), namespace: cluster.provisionerNamespace },
        automountServiceAccountToken: false,
      },
      { ...child, deletedWith: this.home, dependsOn: this.home },
    );
  }

  private bindInCluster(name: string, platform: GuardedPlatform, dependsOn: pulumi.Resource[]): void {
    const child = { parent: this, deleteBeforeReplace: true };
    const metadata = platformObject(names.PROVISIONER_CLUSTER_ROLE);
    const role = new rbac.v1.ClusterRole(
      `${name}-role`,
      { metadata, rules: provisionerRights(platform).map(policyRule) },
      child,
    );
    new rbac.v1.ClusterRoleBinding(
      `${name}-role-binding`,
      {
        metadata,
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: metadata.name },
        subjects: subjects(platform),
      },
      { ...child, dependsOn: [...dependsOn, role] },
    );
  }

  private bindIn(
    namespace: string,
    name: string,
    rights: readonly ProvisionerRight[],
    platform: GuardedPlatform,
    opts: { deletedWith: pulumi.Resource | undefined; dependsOn: pulumi.Resource[] },
  ): void {
    const child = { ...opts, parent: this, deleteBeforeReplace: true };
    const metadata = { ...platformObject(names.PROVISIONER_CLUSTER_ROLE), namespace };
    const role = new rbac.v1.Role(`${name}-role`, { metadata, rules: rights.map(policyRule) }, child);
    new rbac.v1.RoleBinding(
      `${name}-role-binding`,
      {
        metadata,
        roleRef: { apiGroup: RBAC, kind: "Role", name: metadata.name },
        subjects: subjects(platform),
      },
      { ...child, dependsOn: [...opts.dependsOn, role] },
    );
  }
}

/** The account of pipelines, and the group of whoever logs in otherwise. */
function subjects({ cluster }: GuardedPlatform): kubernetes.types.input.rbac.v1.Subject[] {
  return [
    { kind: "ServiceAccount", name: names.PROVISIONER, namespace: cluster.provisionerNamespace },
    { kind: "Group", apiGroup: RBAC, name: names.PROVISIONERS_GROUP },
  ];
}
