/** Looks at a declared object in the live AWS account, by its type (R92). */

import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { DescribeKeyCommand, GetKeyPolicyCommand, ListResourceTagsCommand } from "@aws-sdk/client-kms";
import {
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
} from "@aws-sdk/client-s3";
import { DescribeSecretCommand, GetResourcePolicyCommand } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { AwsClients } from "../../proof/live/aws";
import { tagsOf } from "../../proof/live/tags";
import { differences, sameDocument, type Sight } from "./compare";
import type { DeclaredObject } from "./declared";

const inputsSchema = z.looseObject({
  name: z.string().default(""),
  role: z.string().default(""),
  policy: z.string().default(""),
  assumeRolePolicy: z.string().default(""),
  bucket: z.string().default(""),
  secretArn: z.string().default(""),
  tags: z.record(z.string(), z.string()).default({}),
});
type Inputs = z.output<typeof inputsSchema>;

interface Place {
  readonly clients: AwsClients;
  readonly platform: Platform;
  /** What AWS called the object when it was made. */
  readonly id: string;
}

interface Kind {
  /** What people call it; the read-back says the same. */
  readonly called: (inputs: Inputs) => string;
  /** The live fields by the names of the inputs that they are compared with; undefined where there is none. */
  readonly read: (place: Place, inputs: Inputs) => Promise<Record<string, unknown> | undefined>;
}

const keyOf = ({ tags }: Inputs) => names.keyAlias(tags[labels.TENANT] ?? "");

const KINDS: Readonly<Record<string, Kind>> = {
  "aws:kms/key:Key": {
    called: (inputs) => `KMS key ${keyOf(inputs)}`,
    read: async ({ clients: { kms }, id }, inputs) => {
      // The alias may be what is gone: then the key is where AWS said it was.
      const described =
        (await kms.send(new DescribeKeyCommand({ KeyId: keyOf(inputs) })).catch(gone)) ??
        (id === "" ? undefined : await kms.send(new DescribeKeyCommand({ KeyId: id })).catch(gone));
      const { KeyId, KeyState, Description } = described?.KeyMetadata ?? {};
      if (KeyId === undefined) {
        return undefined;
      }
      const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
      const { Tags } = await kms.send(new ListResourceTagsCommand({ KeyId }));
      return {
        isEnabled: KeyState === "Enabled" ? true : KeyState,
        description: Description,
        policy: document(Policy, inputs.policy),
        tags: Object.fromEntries(tagsOf(Tags)),
      };
    },
  },
  "aws:kms/alias:Alias": {
    called: ({ name }) => `KMS alias ${name}`,
    // Which key it leads to is judged by the read-back, by the key's own tags.
    read: async ({ clients: { kms } }, { name }) =>
      (await kms.send(new DescribeKeyCommand({ KeyId: name })).catch(gone)) && {},
  },
  "aws:iam/role:Role": {
    called: ({ name }) => `IAM role ${name}`,
    read: async ({ clients: { iam } }, { name, assumeRolePolicy }) => {
      const { Role } = (await iam.send(new GetRoleCommand({ RoleName: name })).catch(gone)) ?? {};
      return (
        Role && {
          description: Role.Description,
          assumeRolePolicy: document(decoded(Role.AssumeRolePolicyDocument), assumeRolePolicy),
          maxSessionDuration: Role.MaxSessionDuration,
          permissionsBoundary: Role.PermissionsBoundary?.PermissionsBoundaryArn,
          tags: Object.fromEntries(tagsOf(Role.Tags)),
        }
      );
    },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    called: ({ role, name }) => `IAM role policy ${role}/${name}`,
    read: async ({ clients: { iam } }, { role, name, policy }) => {
      const request = new GetRolePolicyCommand({ RoleName: role, PolicyName: name });
      const live = await iam.send(request).catch(gone);
      return live && { policy: document(decoded(live.PolicyDocument), policy) };
    },
  },
  "aws:iam/policy:Policy": {
    called: ({ name }) => `IAM policy ${name}`,
    read: async ({ clients: { iam }, platform }, { name, policy }) => {
      const PolicyArn = names.policyArn(platform.aws, name);
      const { Policy } = (await iam.send(new GetPolicyCommand({ PolicyArn })).catch(gone)) ?? {};
      if (Policy === undefined) {
        return undefined;
      }
      const VersionId = Policy.DefaultVersionId ?? "v1";
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      return {
        description: Policy.Description,
        policy: document(decoded(PolicyVersion?.Document), policy),
        tags: Object.fromEntries(tagsOf(Policy.Tags)),
      };
    },
  },
  "aws:s3/bucket:Bucket": {
    called: ({ bucket }) => `bucket ${bucket}`,
    read: async ({ clients: { s3 } }, { bucket }) =>
      (await s3.send(new HeadBucketCommand({ Bucket: bucket })).catch(gone)) && { bucket },
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    called: ({ bucket }) => `policy of bucket ${bucket}`,
    read: async ({ clients: { s3 } }, { bucket, policy }) => {
      const live = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket })).catch(gone);
      return live && { policy: document(live.Policy, policy) };
    },
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    called: ({ bucket }) => `versioning of bucket ${bucket}`,
    read: async ({ clients: { s3 } }, { bucket }) => {
      const live = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket })).catch(gone);
      return live?.Status && { versioningConfiguration: { status: live.Status } };
    },
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    called: ({ bucket }) => `ownership controls of bucket ${bucket}`,
    read: async ({ clients: { s3 } }, { bucket }) => {
      const live = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket })).catch(gone);
      const [rule] = live?.OwnershipControls?.Rules ?? [];
      return rule && { rule: { objectOwnership: rule.ObjectOwnership } };
    },
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    called: ({ bucket }) => `public access block of bucket ${bucket}`,
    read: async ({ clients: { s3 } }, { bucket }) => {
      const live = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket })).catch(gone);
      const block = live?.PublicAccessBlockConfiguration;
      return (
        block && {
          blockPublicAcls: block.BlockPublicAcls,
          blockPublicPolicy: block.BlockPublicPolicy,
          ignorePublicAcls: block.IgnorePublicAcls,
          restrictPublicBuckets: block.RestrictPublicBuckets,
        }
      );
    },
  },
  "aws:secretsmanager/secret:Secret": {
    called: ({ name }) => `secret ${name}`,
    read: async ({ clients: { secrets } }, { name }) => {
      const live = await secrets.send(new DescribeSecretCommand({ SecretId: name })).catch(gone);
      return live === undefined || live.DeletedDate !== undefined
        ? undefined
        : {
            description: live.Description,
            kmsKeyId: live.KmsKeyId,
            tags: Object.fromEntries(tagsOf(live.Tags)),
          };
    },
  },
  "aws:secretsmanager/secretPolicy:SecretPolicy": {
    called: ({ secretArn }) => `policy of secret ${secretArn.split(":").at(-1) ?? ""}`,
    read: async ({ clients: { secrets } }, { secretArn, policy }) => {
      const request = new GetResourcePolicyCommand({ SecretId: secretArn });
      const { ResourcePolicy } = (await secrets.send(request).catch(gone)) ?? {};
      return ResourcePolicy === undefined ? undefined : { policy: document(ResourcePolicy, policy) };
    },
  },
};

/** Types that can be looked at. */
export const awsTypes: ReadonlySet<string> = new Set(Object.keys(KINDS));

export function awsName({ type, inputs }: DeclaredObject): string {
  return KINDS[type]?.called(inputsSchema.parse(inputs)) ?? type;
}

/** @throws Error of the SDK where AWS does not answer or refuses. */
export async function lookAtAws(
  { type, inputs, id }: DeclaredObject,
  clients: AwsClients,
  platform: Platform,
): Promise<Sight> {
  const kind = KINDS[type];
  if (kind === undefined) {
    return { seen: "hidden" };
  }
  const read = inputsSchema.parse(inputs);
  const live = await kind.read({ clients, platform, id }, read);
  if (live === undefined) {
    return { seen: "missing" };
  }
  // Of the inputs those are compared that AWS was asked for; the rest speaks to the provider alone.
  const declared = Object.entries(inputs).filter(([field]) => field in live);
  return { seen: "live", differences: differences(live, Object.fromEntries(declared)) };
}

/** The live document in the declared spelling where both mean the same. */
function document(live: string | undefined, declared: string): string | undefined {
  return live !== undefined && sameDocument(live, declared) ? declared : live;
}

/** IAM hands out documents as they stand in a URL. */
function decoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decodeURIComponent(text);
}

/** How AWS's services say that there is no such thing. */
const GONE = [
  "NotFoundException",
  "NoSuchEntityException",
  "NoSuchEntity",
  "NotFound",
  "NoSuchBucket",
  "NoSuchBucketPolicy",
  "NoSuchPublicAccessBlockConfiguration",
  "OwnershipControlsNotFoundError",
  "ResourceNotFoundException",
];

function gone(error: unknown): undefined {
  if (error instanceof Error && GONE.includes(error.name)) {
    return undefined;
  }
  throw error;
}
