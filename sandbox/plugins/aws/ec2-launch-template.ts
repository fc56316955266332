import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DeleteTagsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeTagsCommand,
  ModifyLaunchTemplateCommand,
} from "@aws-sdk/client-ec2";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { UNKNOWN } from "../protocol";
import type { CallContext, Resource } from "../protocol";
import { difference } from "../schema/difference";
import { lifecycle } from "../schema/lifecycle";
import type { Change } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { DATA_SCHEMA, dataState, templateData } from "./ec2-launch-template-data";
import { attempt, unlessMissing } from "./errors";
import { REGION, regionFaults } from "./region";
import { TAG_PROPERTIES, tagChanges, tagPairs, tagsFrom, tagState, withAllTags } from "./tags";

const MISSING = ["InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.NotFoundException"];

function nameFault(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length < 3) return '"name" cannot be less than 3 characters';
  if (value.length > 128) return '"name" cannot be longer than 128 characters';
  return /^[0-9A-Za-z()./_-]+$/.test(value)
    ? undefined
    : '"name" can only alphanumeric characters and ()./_- symbols';
}

/** `aws:ec2/launchTemplate:LaunchTemplate`, with the settings that the emulator keeps. */
export const LAUNCH_TEMPLATE_SCHEMA: Schema = {
  arn: { type: "string", output: true },
  defaultVersion: { type: "number", computed: true },
  description: { type: "string" },
  latestVersion: { type: "number", output: true },
  name: { type: "string", replaces: true, named: { maxLength: 255 }, check: nameFault },
  namePrefix: { type: "string", computed: true, replaces: true },
  region: REGION,
  updateDefaultVersion: { type: "boolean" },
  ...DATA_SCHEMA,
  ...TAG_PROPERTIES,
};

/** A launch template. Any change of its settings is a new version; the program sees the latest. */
export function launchTemplate(account: Account): Resource {
  const { ec2 } = account;
  const resource = lifecycle(LAUNCH_TEMPLATE_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async ({ signal }, inputs, exists) => {
      const name = String(inputs.name);
      const Tags = tagPairs(inputs.tagsAll);
      const request = new CreateLaunchTemplateCommand({
        LaunchTemplateName: name,
        LaunchTemplateData: templateData(inputs),
        VersionDescription: inputs.description as string | undefined,
        ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: "launch-template", Tags }] }),
      });
      const sent = ec2.send(request, { abortSignal: signal });
      const doing = `creating EC2 Launch Template (${name})`;
      const reply = await attempt(doing, "EC2", "CreateLaunchTemplate", sent);
      exists(reply.LaunchTemplate?.LaunchTemplateId ?? "");
    },
    read: async (_context, id, known) => {
      const state = await readTemplate(account, id, known);
      return state && { state };
    },
    update: (context, id, change) => updateTemplate(ec2, context, id, change),
    delete: async ({ signal }, id) => {
      const request = new DeleteLaunchTemplateCommand({ LaunchTemplateId: id });
      const sent = ec2.send(request, { abortSignal: signal });
      const attempted = attempt(`deleting EC2 Launch Template (${id})`, "EC2", "DeleteLaunchTemplate", sent);
      await unlessMissing(attempted, ...MISSING);
    },
  });
  return {
    ...resource,
    update: async (context, id, olds, oldInputs, news) => {
      const state = await resource.update(context, id, olds, oldInputs, news);
      return context.preview ? { ...state, ...versionsToCome(olds, news) } : state;
    },
  };
}

/** The versions are known again once the change is made; who refers to them must be told in the preview. */
export function versionsToCome(state: Properties, inputs: Properties): Properties {
  const { changed } = difference(LAUNCH_TEMPLATE_SCHEMA, state, inputs);
  const others = [...changed].filter((key) => !["description", "tagsAll"].includes(key));
  const latest = others.some((key) => key !== "defaultVersion" && key !== "updateDefaultVersion");
  return {
    ...(latest && { latestVersion: UNKNOWN }),
    ...(others.length > 0 && inputs.updateDefaultVersion === true && { defaultVersion: UNKNOWN }),
  };
}

async function readTemplate(
  account: Account,
  id: string,
  known: Properties,
): Promise<Properties | undefined> {
  const { ec2, partition, region } = account;
  const reading = `reading EC2 Launch Template (${id})`;
  const described = ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] }));
  const attempted = attempt(reading, "EC2", "DescribeLaunchTemplates", described);
  const template = (await unlessMissing(attempted, ...MISSING))?.LaunchTemplates?.[0];
  if (!template) return undefined;
  const latest = String(template.LatestVersionNumber);
  const versionRequest = { LaunchTemplateId: id, Versions: [latest] };
  // The list of templates goes on naming tags that the emulator has removed.
  const tagRequest = { Filters: [{ Name: "resource-id", Values: [id] }] };
  const [versions, tags, { Account: owner }] = await Promise.all([
    attempt(
      `${reading} Version (${latest})`,
      "EC2",
      "DescribeLaunchTemplateVersions",
      ec2.send(new DescribeLaunchTemplateVersionsCommand(versionRequest)),
    ),
    attempt(
      `listing tags for EC2 Launch Template (${id})`,
      "EC2",
      "DescribeTags",
      ec2.send(new DescribeTagsCommand(tagRequest)),
    ),
    account.identity(),
  ]);
  const version = versions.LaunchTemplateVersions?.[0];
  return {
    arn: `arn:${partition}:ec2:${region}:${owner}:launch-template/${id}`,
    defaultVersion: template.DefaultVersionNumber,
    description: version?.VersionDescription ?? "",
    latestVersion: template.LatestVersionNumber,
    name: template.LaunchTemplateName,
    namePrefix: known.namePrefix ?? "",
    region,
    ...dataState(version?.LaunchTemplateData ?? {}, known),
    ...tagState(tagsFrom(tags.Tags), known, account.defaultTags),
  };
}

async function updateTemplate(
  ec2: EC2Client,
  { signal }: CallContext,
  id: string,
  { state, inputs, changed }: Change,
): Promise<void> {
  const send = { abortSignal: signal };
  let latest = state.latestVersion as number | undefined;
  if (changed.has("description") || Object.keys(DATA_SCHEMA).some((key) => changed.has(key))) {
    const request = new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: id,
      LaunchTemplateData: templateData(inputs),
      VersionDescription: inputs.description as string | undefined,
    });
    const doing = `creating EC2 Launch Template (${id}) Version`;
    const reply = await attempt(doing, "EC2", "CreateLaunchTemplateVersion", ec2.send(request, send));
    latest = reply.LaunchTemplateVersion?.VersionNumber;
  }
  const follows = inputs.updateDefaultVersion === true;
  if (follows || changed.has("defaultVersion")) {
    const DefaultVersion = String(follows ? latest : inputs.defaultVersion);
    const sent = ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId: id, DefaultVersion }), send);
    await attempt(`updating EC2 Launch Template (${id})`, "EC2", "ModifyLaunchTemplate", sent);
  }
  if (changed.has("tagsAll")) {
    const { set, removed } = tagChanges(state.tagsAll, inputs.tagsAll);
    const doing = `updating tags for EC2 Launch Template (${id})`;
    if (removed.length > 0) {
      const Tags = removed.map((Key) => ({ Key }));
      const sent = ec2.send(new DeleteTagsCommand({ Resources: [id], Tags }), send);
      await attempt(doing, "EC2", "DeleteTags", sent);
    }
    if (set.length > 0) {
      const sent = ec2.send(new CreateTagsCommand({ Resources: [id], Tags: set }), send);
      await attempt(doing, "EC2", "CreateTags", sent);
    }
  }
}
