import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as labels from "../model/labels";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { tenantObject } from "./object-meta";

export interface StorageArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * A StorageClass of the tenant's own, whose volumes are encrypted with the tenant's key: each volume has a data
 * key of its own, wrapped by that one (R55-R57). Without it volumes of all tenants would lie under one key. The key
 * is named by its alias, which is derived from the tenant's UUID, so that the class never has to be replaced.
 */
export class Storage extends pulumi.ComponentResource {
  readonly storageClass: kubernetes.storage.v1.StorageClass;

  constructor(name: string, args: StorageArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Storage", name, {}, opts);
    const { tenant, platform } = args;

    this.storageClass = new kubernetes.storage.v1.StorageClass(
      `${name}-storage-class`,
      {
        metadata: tenantObject(tenant, names.storageClassName(tenant.name)),
        provisioner: "ebs.csi.aws.com",
        parameters: {
          type: tenant.storage.volumeType,
          encrypted: "true",
          kmsKeyId: names.aliasArn(platform.aws, names.keyAlias(tenant.id)),
          tagSpecification_1: `${labels.TENANT}=${tenant.id}`,
        },
        reclaimPolicy: tenant.storage.reclaimPolicy,
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
      { parent: this, deleteBeforeReplace: true },
    );

    this.registerOutputs({ name: this.storageClass.metadata.name });
  }
}
