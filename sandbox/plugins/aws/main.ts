import { serve } from "../protocol";
import type { Plugin, Resource } from "../protocol";
import type { Account } from "./account";
import { openAccount } from "./account";
import { launchTemplate } from "./ec2-launch-template";
import { nodeGroup } from "./eks-node-group";
import { podIdentityAssociation } from "./eks-pod-identity-association";
import { iamPolicy } from "./iam-policy";
import { iamRole } from "./iam-role";
import { iamRolePolicy } from "./iam-role-policy";
import { iamRolePolicyAttachment } from "./iam-role-policy-attachment";
import { kmsAlias } from "./kms-alias";
import { kmsKey } from "./kms-key";
import { kmsKeyPolicy } from "./kms-key-policy";
import { LOOKUPS } from "./lookups";
import { providerConfig } from "./provider-config";
import { s3Bucket } from "./s3-bucket";
import { LIFECYCLE } from "./s3-bucket-lifecycle";
import { bucketSetting } from "./s3-bucket-setting";
import type { BucketSetting } from "./s3-bucket-setting";
import { ENCRYPTION, OWNERSHIP, POLICY, PUBLIC_ACCESS_BLOCK, VERSIONING } from "./s3-bucket-settings";
import { secret } from "./secret";
import { secretPolicy } from "./secret-policy";

declare const PLUGIN_VERSION: string;

const setting =
  (of: BucketSetting) =>
  (account: Account): Resource =>
    bucketSetting(account, of);

const RESOURCES: Readonly<Record<string, (account: Account) => Resource>> = {
  "aws:kms/key:Key": kmsKey,
  "aws:kms/alias:Alias": kmsAlias,
  "aws:kms/keyPolicy:KeyPolicy": kmsKeyPolicy,
  "aws:iam/role:Role": iamRole,
  "aws:iam/rolePolicy:RolePolicy": iamRolePolicy,
  "aws:iam/policy:Policy": iamPolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": iamRolePolicyAttachment,
  "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate,
  "aws:eks/nodeGroup:NodeGroup": nodeGroup,
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": podIdentityAssociation,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretPolicy:SecretPolicy": secretPolicy,
  "aws:s3/bucket:Bucket": s3Bucket,
  "aws:s3/bucketPolicy:BucketPolicy": setting(POLICY),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting(PUBLIC_ACCESS_BLOCK),
  "aws:s3/bucketVersioning:BucketVersioning": setting(VERSIONING),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    setting(ENCRYPTION),
  // SDK 7 keeps the names of SDK 6 beside the plain ones.
  "aws:s3/bucketV2:BucketV2": s3Bucket,
  "aws:s3/bucketVersioningV2:BucketVersioningV2": setting(VERSIONING),
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2":
    setting(ENCRYPTION),
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": setting(LIFECYCLE),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting(OWNERSHIP),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(LIFECYCLE),
};

// The SDK's advice on its own Node version is not for the one who reads a preview.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

let account: Account | undefined;

function configured(): Account {
  if (!account) throw new Error("the aws plugin was called before it was configured");
  return account;
}

const made = new Map<string, Resource>();

const plugin: Plugin = {
  name: "aws",
  version: PLUGIN_VERSION,
  configure: async (config) => {
    account = await openAccount(providerConfig(config));
  },
  resource: (token) => {
    const make = RESOURCES[token];
    if (!make) return undefined;
    const resource = made.get(token) ?? make(configured());
    made.set(token, resource);
    return resource;
  },
  invoke: async (token) => {
    const lookup = LOOKUPS[token];
    if (!lookup) throw new Error(`the sandbox's aws plugin does not know the function ${token}`);
    return lookup(configured());
  },
};

serve(plugin);
