import type {
  CreateNodegroupCommandInput,
  LaunchTemplateSpecification,
  Nodegroup,
  Taint,
  TaintEffect,
  UpdateNodegroupConfigRequest,
  UpdateNodegroupVersionRequest,
} from "@aws-sdk/client-eks";
import type { Change } from "../schema/lifecycle";
import { isRecord, isZero, sameValue, textOf } from "../schema/property";
import type { Properties, Property } from "../schema/property";
import { tagChanges, tagsFrom, tagsOf } from "./tags";

/** EKS and the program say an effect in the same words, but for its type. */
const TAINT: Property = { type: "object" };

/** What a new node group is asked for. */
export function creation(inputs: Properties): CreateNodegroupCommandInput {
  const { remoteAccess, taints } = inputs;
  return {
    clusterName: String(inputs.clusterName),
    nodegroupName: String(inputs.nodeGroupName),
    nodeRole: String(inputs.nodeRoleArn),
    subnets: inputs.subnetIds as string[],
    amiType: inputs.amiType as CreateNodegroupCommandInput["amiType"],
    capacityType: inputs.capacityType as CreateNodegroupCommandInput["capacityType"],
    diskSize: inputs.diskSize as number | undefined,
    instanceTypes: inputs.instanceTypes as string[] | undefined,
    labels: isZero(inputs.labels) ? undefined : { ...tagsOf(inputs.labels) },
    launchTemplate: templateOf(inputs.launchTemplate),
    nodeRepairConfig: plain(inputs.nodeRepairConfig),
    releaseVersion: inputs.releaseVersion as string | undefined,
    remoteAccess: isRecord(remoteAccess)
      ? {
          ec2SshKey: remoteAccess.ec2SshKey as string | undefined,
          sourceSecurityGroups: remoteAccess.sourceSecurityGroupIds as string[] | undefined,
        }
      : undefined,
    scalingConfig: plain(inputs.scalingConfig),
    tags: { ...tagsOf(inputs.tagsAll) },
    taints: isZero(taints) ? undefined : taintsOf(taints),
    updateConfig: plain(inputs.updateConfig),
    version: inputs.version as string | undefined,
  };
}

/** What the update of labels, taints, sizes and the like asks for, or nothing. */
export function configChange({
  state,
  inputs,
  changed,
}: Change): Partial<UpdateNodegroupConfigRequest> | undefined {
  const keys = ["labels", "nodeRepairConfig", "scalingConfig", "taints", "updateConfig"];
  if (!keys.some((key) => changed.has(key))) return undefined;
  return {
    ...(changed.has("labels") && { labels: labelChange(state.labels, inputs.labels) }),
    ...(changed.has("taints") && { taints: taintChange(taintsOf(state.taints), taintsOf(inputs.taints)) }),
    ...(changed.has("scalingConfig") && { scalingConfig: plain(inputs.scalingConfig) }),
    ...(changed.has("updateConfig") && { updateConfig: plain(inputs.updateConfig) }),
    ...(changed.has("nodeRepairConfig") && { nodeRepairConfig: plain(inputs.nodeRepairConfig) }),
  };
}

/** What the update of versions asks for, or nothing. */
export function versionChange({
  inputs,
  changed,
}: Change): Partial<UpdateNodegroupVersionRequest> | undefined {
  if (!["launchTemplate", "releaseVersion", "version"].some((key) => changed.has(key))) return undefined;
  return {
    force: inputs.forceUpdateVersion === true,
    launchTemplate: templateOf(inputs.launchTemplate),
    ...(changed.has("releaseVersion") && { releaseVersion: textOf(inputs.releaseVersion) }),
    ...(changed.has("version") && { version: textOf(inputs.version) }),
  };
}

/** A live node group in the program's words; tags, region and template aside. */
export function nodeGroupState(group: Nodegroup, known: Properties): Properties {
  const { remoteAccess, resources } = group;
  return {
    amiType: group.amiType,
    arn: group.nodegroupArn,
    capacityType: group.capacityType,
    clusterName: group.clusterName,
    diskSize: group.diskSize,
    instanceTypes: group.instanceTypes ?? [],
    labels: group.labels ?? {},
    nodeGroupName: group.nodegroupName,
    nodeGroupNamePrefix: known.nodeGroupNamePrefix ?? "",
    nodeRepairConfig: group.nodeRepairConfig ?? known.nodeRepairConfig ?? { enabled: false },
    nodeRoleArn: group.nodeRole,
    releaseVersion: group.releaseVersion ?? "",
    remoteAccess: remoteAccess
      ? { ec2SshKey: remoteAccess.ec2SshKey, sourceSecurityGroupIds: remoteAccess.sourceSecurityGroups }
      : known.remoteAccess,
    resources: [
      {
        autoscalingGroups: (resources?.autoScalingGroups ?? []).map(({ name }) => ({ name })),
        remoteAccessSecurityGroupId: resources?.remoteAccessSecurityGroup ?? "",
      },
    ],
    scalingConfig: group.scalingConfig,
    status: group.status,
    subnetIds: group.subnets ?? [],
    taints: (group.taints ?? []).map(({ key, value, effect }) => ({ key, value: value ?? "", effect })),
    updateConfig: group.updateConfig ?? known.updateConfig ?? { maxUnavailable: 1 },
    version: group.version,
  };
}

/** EKS refuses a template by id and name at once. */
function templateOf(value: unknown): LaunchTemplateSpecification | undefined {
  if (!isRecord(value)) return undefined;
  const version = String(value.version);
  return isZero(value.id) ? { name: String(value.name), version } : { id: String(value.id), version };
}

function taintsOf(value: unknown): Taint[] {
  return (Array.isArray(value) ? value : []).filter(isRecord).map((taint) => ({
    key: textOf(taint.key),
    value: textOf(taint.value),
    effect: taint.effect as TaintEffect,
  }));
}

function labelChange(old: unknown, wanted: unknown): UpdateNodegroupConfigRequest["labels"] {
  const { set, removed } = tagChanges(old, wanted);
  return { addOrUpdateLabels: { ...tagsFrom(set) }, removeLabels: removed };
}

/** A taint is known by its key and effect; another value is an update. */
function taintChange(old: Taint[], wanted: Taint[]): UpdateNodegroupConfigRequest["taints"] {
  const isNamed = (taint: Taint) => (other: Taint) =>
    other.key === taint.key && other.effect === taint.effect;
  return {
    addOrUpdateTaints: wanted.filter((taint) => !old.some((other) => sameValue(TAINT, other, taint))),
    removeTaints: old.filter((taint) => !wanted.some(isNamed(taint))),
  };
}

/** A nested block without the engine's own marks. */
function plain(value: unknown): Record<string, never> | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(entries) as Record<string, never>;
}
