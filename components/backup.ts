import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant } from "../model/tenant";
import { tenantObject } from "./object-meta";

const VELERO = "velero.io/v1";

export interface BackupArgs {
  readonly tenant: Tenant;
  readonly platform: Platform;
}

/**
 * Velero backs the tenant up on schedule, into the tenant's own prefix, with the tenant's own role and key (R70).
 * Without a location of its own a tenant's backups would lie among the others'. Velero's server, its kopia
 * repository password and its pods remain shared by all tenants.
 */
export class Backup extends pulumi.ComponentResource {
  readonly credential: kubernetes.core.v1.Secret;
  readonly location: kubernetes.apiextensions.CustomResource;
  readonly schedule: kubernetes.apiextensions.CustomResource;

  constructor(name: string, args: BackupArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:Backup", name, {}, opts);
    const { tenant, platform } = args;
    const child = { parent: this, deleteBeforeReplace: true };
    const metadata = tenantObject(tenant, names.backupName(tenant.name), platform.cluster.backupNamespace);

    this.credential = new kubernetes.core.v1.Secret(
      `${name}-backup-credential`,
      { metadata, type: "Opaque", data: { [CREDENTIAL_KEY]: base64(awsProfile(tenant, platform)) } },
      child,
    );
    this.location = new kubernetes.apiextensions.CustomResource(
      `${name}-backup-location`,
      { apiVersion: VELERO, kind: "BackupStorageLocation", metadata, spec: locationSpec(tenant, platform) },
      { ...child, dependsOn: this.credential },
    );
    this.schedule = new kubernetes.apiextensions.CustomResource(
      `${name}-backup-schedule`,
      { apiVersion: VELERO, kind: "Schedule", metadata, spec: scheduleSpec(tenant) },
      { ...child, dependsOn: this.location },
    );

    this.registerOutputs({ location: metadata.name });
  }
}

const CREDENTIAL_KEY = "cloud";

/** An AWS profile that points to Velero's own web-identity token: it holds no secret. */
function awsProfile(tenant: Tenant, platform: Platform): string {
  return [
    "[default]",
    `role_arn = ${names.roleArn(platform.aws, names.backupRoleName(tenant.id))}`,
    "web_identity_token_file = /var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    "",
  ].join("\n");
}

function locationSpec(tenant: Tenant, { aws }: Platform) {
  return {
    provider: "aws",
    objectStorage: { bucket: aws.backupBucket, prefix: names.backupPrefix(tenant.id) },
    config: { region: aws.region, kmsKeyId: names.aliasArn(aws, names.keyAlias(tenant.id)) },
    credential: { name: names.backupName(tenant.name), key: CREDENTIAL_KEY },
    accessMode: "ReadWrite",
  };
}

/** Volumes go through Velero's file-system backup: snapshots would stay outside the prefix, the role and the key. */
function scheduleSpec(tenant: Tenant) {
  return {
    schedule: tenant.backup.schedule,
    useOwnerReferencesInBackup: false,
    template: {
      includedNamespaces: tenant.namespaces.map((namespace) => namespace.name),
      storageLocation: names.backupName(tenant.name),
      ttl: `${tenant.backup.retentionDays * 24}h0m0s`,
      snapshotVolumes: false,
      defaultVolumesToFsBackup: true,
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
