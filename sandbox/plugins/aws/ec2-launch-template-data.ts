import type {
  LaunchTemplateBlockDeviceMapping,
  LaunchTemplateBlockDeviceMappingRequest,
  LaunchTemplateInstanceMetadataOptionsRequest,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import { isRecord, textOf } from "../schema/property";
import type { Properties, Schema } from "../schema/property";
import { tagPairs, tagsFrom } from "./tags";

/** What an instance is started with. Every change of it makes a new version. */
export const DATA_SCHEMA: Schema = {
  blockDeviceMappings: { type: "list" },
  imageId: { type: "string" },
  instanceType: { type: "string" },
  keyName: { type: "string" },
  metadataOptions: { type: "object", computed: true },
  tagSpecifications: { type: "list" },
  userData: { type: "string" },
  vpcSecurityGroupIds: { type: "set" },
};

/** The program's settings in EC2's words. */
export function templateData(inputs: Properties): RequestLaunchTemplateData {
  const { metadataOptions } = inputs;
  return {
    // EC2 refuses a template without any setting.
    UserData: textOf(inputs.userData),
    ImageId: inputs.imageId as string | undefined,
    InstanceType: inputs.instanceType as RequestLaunchTemplateData["InstanceType"],
    KeyName: inputs.keyName as string | undefined,
    SecurityGroupIds: inputs.vpcSecurityGroupIds as string[] | undefined,
    BlockDeviceMappings: records(inputs.blockDeviceMappings).map(deviceRequest),
    MetadataOptions: isRecord(metadataOptions) ? metadataRequest(metadataOptions) : undefined,
    TagSpecifications: records(inputs.tagSpecifications).map(({ resourceType, tags }) => ({
      ResourceType: resourceType as "instance",
      Tags: tagPairs(tags),
    })),
  };
}

/** EC2's settings in the program's words. */
export function dataState(data: ResponseLaunchTemplateData, known: Properties): Properties {
  const devices = records(known.blockDeviceMappings);
  const metadata = data.MetadataOptions;
  return {
    blockDeviceMappings: data.BlockDeviceMappings?.map((device) =>
      deviceState(device, devices.find(({ deviceName }) => deviceName === device.DeviceName) ?? {}),
    ),
    imageId: data.ImageId ?? "",
    instanceType: data.InstanceType ?? "",
    keyName: data.KeyName ?? "",
    metadataOptions: metadata && {
      httpEndpoint: metadata.HttpEndpoint,
      httpProtocolIpv6: metadata.HttpProtocolIpv6,
      httpPutResponseHopLimit: metadata.HttpPutResponseHopLimit,
      httpTokens: metadata.HttpTokens,
      instanceMetadataTags: metadata.InstanceMetadataTags,
    },
    tagSpecifications: data.TagSpecifications?.map(({ ResourceType, Tags }) => ({
      resourceType: ResourceType,
      tags: tagsFrom(Tags),
    })),
    userData: data.UserData ?? "",
    vpcSecurityGroupIds: data.SecurityGroupIds ?? [],
  };
}

function deviceRequest(device: Properties): LaunchTemplateBlockDeviceMappingRequest {
  const { ebs } = device;
  return {
    DeviceName: device.deviceName as string | undefined,
    NoDevice: device.noDevice as string | undefined,
    VirtualName: device.virtualName as string | undefined,
    Ebs: isRecord(ebs)
      ? {
          DeleteOnTermination: flag(ebs.deleteOnTermination),
          Encrypted: flag(ebs.encrypted),
          Iops: ebs.iops as number | undefined,
          KmsKeyId: ebs.kmsKeyId as string | undefined,
          SnapshotId: ebs.snapshotId as string | undefined,
          Throughput: ebs.throughput as number | undefined,
          VolumeSize: ebs.volumeSize as number | undefined,
          VolumeType: ebs.volumeType as "gp3" | undefined,
        }
      : undefined,
  };
}

/** The emulator keeps neither a volume's key nor a device without a volume: what was asked for stands. */
function deviceState(device: LaunchTemplateBlockDeviceMapping, known: Properties): Properties {
  const { Ebs } = device;
  const knownEbs = isRecord(known.ebs) ? known.ebs : {};
  return {
    deviceName: device.DeviceName,
    noDevice: device.NoDevice ?? known.noDevice,
    virtualName: device.VirtualName ?? known.virtualName,
    ebs: Ebs && {
      deleteOnTermination: Ebs.DeleteOnTermination === undefined ? "" : String(Ebs.DeleteOnTermination),
      encrypted: Ebs.Encrypted === undefined ? "" : String(Ebs.Encrypted),
      iops: Ebs.Iops,
      kmsKeyId: Ebs.KmsKeyId ?? knownEbs.kmsKeyId,
      snapshotId: Ebs.SnapshotId,
      throughput: Ebs.Throughput,
      volumeSize: Ebs.VolumeSize,
      volumeType: Ebs.VolumeType,
    },
  };
}

function metadataRequest(options: Properties): LaunchTemplateInstanceMetadataOptionsRequest {
  return {
    HttpEndpoint: options.httpEndpoint as "enabled" | undefined,
    HttpProtocolIpv6: options.httpProtocolIpv6 as "enabled" | undefined,
    HttpPutResponseHopLimit: options.httpPutResponseHopLimit as number | undefined,
    HttpTokens: options.httpTokens as "required" | undefined,
    InstanceMetadataTags: options.instanceMetadataTags as "enabled" | undefined,
  };
}

/** Terraform knows these as texts, so that "not said" differs from "false". */
function flag(value: unknown): boolean | undefined {
  return value === undefined || value === "" ? undefined : value === "true" || value === true;
}

function records(value: unknown): Properties[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
