/**
 * What a server calls a resource that a killed run made and did not record, by the rules of each provider. Only of those
 * whose making fails where they are there already; all others are made again, which changes nothing.
 */

import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { AwsClients } from "../../proof/live/aws";

export interface Place {
  readonly platform: Platform;
  readonly aws: AwsClients;
}

const inputs = z.looseObject({
  name: z.string().optional(),
  bucket: z.string().optional(),
  path: z.string().optional(),
  backend: z.string().optional(),
  roleName: z.string().optional(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }).optional(),
});
type Inputs = z.output<typeof inputs>;
type Rule = (declared: Inputs, place: Place) => string | undefined | Promise<string | undefined>;

const byName: Rule = ({ name }) => name;
const byPath: Rule = ({ path }) => path;

/** By the engine's type; Kubernetes has one rule for every kind. */
const RULES: Readonly<Record<string, Rule>> = {
  "aws:iam/role:Role": byName,
  "aws:iam/policy:Policy": ({ name = "" }, { platform }) => names.policyArn(platform.aws, name),
  "aws:kms/alias:Alias": byName,
  "aws:s3/bucket:Bucket": ({ bucket }) => bucket,
  "aws:secretsmanager/secret:Secret": async ({ name }, { aws }) =>
    (await aws.secrets.send(new DescribeSecretCommand({ SecretId: name }))).ARN,
  // Made again, it would be refused: whether secret ids are local is said once.
  "vault:appRole/authBackendRole:AuthBackendRole": ({ backend = "approle", roleName }) =>
    `auth/${backend}/role/${roleName}`,
  "vault:index/mount:Mount": byPath,
  "vault:index/authBackend:AuthBackend": byPath,
};

/** Made again without harm: the server answers as if they were new, or the program looks for them itself (keys). */
export const REPEATABLE: readonly string[] = [
  "aws:iam/rolePolicy:RolePolicy",
  // The program imports the key that bears the tenant's tag.
  "aws:kms/key:Key",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
  "vault:index/namespace:Namespace",
  "vault:index/policy:Policy",
  "vault:kubernetes/authBackendConfig:AuthBackendConfig",
  "vault:kubernetes/authBackendRole:AuthBackendRole",
];

/**
 * Not looked for: the server refuses a second of the same name, so that the next run fails by it and nothing is doubled
 * (docs/state.md says what then).
 */
export const TAKEN_BY_HAND: readonly string[] = [
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:eks/nodeGroup:NodeGroup",
];

/** Whether a resource of the type is looked for after a run was killed. */
export function isFindable(type: string): boolean {
  return type.startsWith("kubernetes:") || type in RULES;
}

/** The id, as the provider gives it; undefined where the type has no rule. */
export async function liveId(type: string, declared: unknown, place: Place): Promise<string | undefined> {
  const known = inputs.parse(declared);
  if (type.startsWith("kubernetes:")) {
    const { name, namespace } = known.metadata ?? {};
    return namespace === undefined ? name : `${namespace}/${name}`;
  }
  return RULES[type]?.(known, place);
}
