import {
  AMITypes,
  CapacityTypes,
  CreateNodegroupCommand,
  DeleteNodegroupCommand,
  DescribeNodegroupCommand,
  UpdateNodegroupConfigCommand,
  UpdateNodegroupVersionCommand,
  waitUntilNodegroupActive,
  waitUntilNodegroupDeleted,
} from "@aws-sdk/client-eks";
import type { EKSClient } from "@aws-sdk/client-eks";
import type { CallContext, Resource } from "../protocol";
import { oneOf } from "../schema/check";
import { lifecycle } from "../schema/lifecycle";
import type { Change, Operations } from "../schema/lifecycle";
import { isRecord } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { configChange, creation, nodeGroupState, versionChange } from "./eks-node-group-requests";
import { completed, movesToOtherTemplate, sameTemplate } from "./eks-node-group-template";
import { readEksTags, updateEksTags } from "./eks-tags";
import { attempt, unlessMissing } from "./errors";
import { REGION, regionFaults } from "./region";
import { TAG_PROPERTIES, tagState, withAllTags } from "./tags";

/** Seconds for a change of a node group, as the official provider waits. */
const PATIENCE = { maxWaitTime: 3600, minDelay: 1, maxDelay: 10 };

function nameFault(value: unknown): string | undefined {
  return typeof value === "string" && value.length > 63
    ? `expected length of node_group_name to be in the range (0 - 63), got ${value}`
    : undefined;
}

function sizesFault(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const most = value.maxSize;
  return typeof most === "number" && most < 1
    ? `expected scaling_config.0.max_size to be at least (1), got ${most}`
    : undefined;
}

/** `aws:eks/nodeGroup:NodeGroup`. */
export const NODE_GROUP_SCHEMA: Schema = {
  amiType: {
    type: "string",
    computed: true,
    replaces: true,
    check: oneOf("ami_type", Object.values(AMITypes)),
  },
  arn: { type: "string", output: true },
  capacityType: {
    type: "string",
    computed: true,
    replaces: true,
    check: oneOf("capacity_type", Object.values(CapacityTypes)),
  },
  clusterName: { type: "string", required: true, replaces: true },
  diskSize: { type: "number", computed: true, replaces: true },
  forceUpdateVersion: { type: "boolean" },
  instanceTypes: { type: "list", computed: true, replaces: true },
  labels: { type: "map" },
  launchTemplate: { type: "object", same: sameTemplate },
  nodeGroupName: { type: "string", replaces: true, named: { maxLength: 255 }, check: nameFault },
  nodeGroupNamePrefix: { type: "string", computed: true, replaces: true },
  nodeRepairConfig: { type: "object", computed: true },
  nodeRoleArn: { type: "string", required: true, replaces: true },
  region: REGION,
  releaseVersion: { type: "string", computed: true },
  remoteAccess: { type: "object", replaces: true },
  resources: { type: "list", output: true },
  scalingConfig: { type: "object", required: true, check: sizesFault },
  status: { type: "string", output: true },
  subnetIds: { type: "set", required: true, replaces: true },
  taints: { type: "set" },
  updateConfig: { type: "object", computed: true },
  version: { type: "string", computed: true },
  ...TAG_PROPERTIES,
};

/** For a change to another template: its id and name are fixed, its version is not. */
const REPLACING_SCHEMA: Schema = {
  ...NODE_GROUP_SCHEMA,
  launchTemplate: { type: "object", same: sameTemplate, replaces: true },
};

/** A managed node group. Its id is `cluster:name`. */
export function nodeGroup(account: Account): Resource {
  const operations = nodeGroupOperations(account);
  const inPlace = lifecycle(NODE_GROUP_SCHEMA, operations);
  const replacing = lifecycle(REPLACING_SCHEMA, operations);
  return {
    ...inPlace,
    diff: (context, id, oldInputs, oldState, newInputs, ignored) => {
      const moves = movesToOtherTemplate(oldState.launchTemplate, newInputs.launchTemplate);
      const chosen = moves ? replacing : inPlace;
      return chosen.diff(context, id, oldInputs, oldState, newInputs, ignored);
    },
  };
}

function nodeGroupOperations(account: Account): Operations {
  const { ec2, eks } = account;
  return {
    faults: (inputs) => regionFaults(account, inputs),
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async (context, inputs, exists) => {
      const id = `${String(inputs.clusterName)}:${String(inputs.nodeGroupName)}`;
      const sent = eks.send(new CreateNodegroupCommand(creation(inputs)), { abortSignal: context.signal });
      await attempt(`creating EKS Node Group (${id})`, "EKS", "CreateNodegroup", sent);
      exists(id);
      await untilActive(eks, context, id);
      return { launchTemplate: await completed(ec2, inputs.launchTemplate) };
    },
    read: async (_context, id, known) => {
      const state = await readNodeGroup(account, id, known);
      return state && { state };
    },
    update: (context, id, change) => updateNodeGroup(eks, context, id, change),
    delete: async ({ signal }, id) => {
      const sent = eks.send(new DeleteNodegroupCommand(address(id)), { abortSignal: signal });
      const attempted = attempt(`deleting EKS Node Group (${id})`, "EKS", "DeleteNodegroup", sent);
      if (!(await unlessMissing(attempted, "ResourceNotFoundException"))) return;
      await waitUntilNodegroupDeleted({ client: eks, ...PATIENCE, abortSignal: signal }, address(id));
    },
  };
}

async function readNodeGroup(
  account: Account,
  id: string,
  known: Properties,
): Promise<Properties | undefined> {
  const { eks, region, defaultTags } = account;
  const sent = eks.send(new DescribeNodegroupCommand(address(id)));
  const found = await unlessMissing(
    attempt(`reading EKS Node Group (${id})`, "EKS", "DescribeNodegroup", sent),
    "ResourceNotFoundException",
  );
  const group = found?.nodegroup;
  if (!group) return undefined;
  const live = await readEksTags(eks, group.nodegroupArn ?? "");
  return {
    ...nodeGroupState(group, known),
    // The emulator keeps no template: what was asked for stands.
    launchTemplate: group.launchTemplate ?? known.launchTemplate,
    region,
    ...tagState(live, known, defaultTags),
  };
}

/** The version first, as the official provider does. The emulator knows neither call yet and says so. */
async function updateNodeGroup(
  eks: EKSClient,
  context: CallContext,
  id: string,
  change: Change,
): Promise<void> {
  const send = { abortSignal: context.signal };
  const updating = `updating EKS Node Group (${id})`;
  const version = versionChange(change);
  if (version) {
    const sent = eks.send(new UpdateNodegroupVersionCommand({ ...address(id), ...version }), send);
    await attempt(`${updating} version`, "EKS", "UpdateNodegroupVersion", sent);
    await untilActive(eks, context, id);
  }
  const config = configChange(change);
  if (config) {
    const sent = eks.send(new UpdateNodegroupConfigCommand({ ...address(id), ...config }), send);
    await attempt(`${updating} config`, "EKS", "UpdateNodegroupConfig", sent);
    await untilActive(eks, context, id);
  }
  await updateEksTags(eks, context, String(change.state.arn), change);
}

async function untilActive(eks: EKSClient, { signal }: CallContext, id: string): Promise<void> {
  await waitUntilNodegroupActive({ client: eks, ...PATIENCE, abortSignal: signal }, address(id));
}

function address(id: string): { clusterName: string; nodegroupName: string } {
  const [clusterName, nodegroupName, ...rest] = id.split(":");
  if (clusterName && nodegroupName && rest.length === 0) return { clusterName, nodegroupName };
  throw new Error(`unexpected format for ID (${id}), expected cluster-name:node-group-name`);
}
