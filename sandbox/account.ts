/** What an AWS account has before Tenantry comes to it. */

import { randomBytes } from "node:crypto";
import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { keepCredentials, readCredentials, type AccessKey } from "./record";
import { AWS_ACCOUNT, AWS_REGION } from "./servers/aws";
import { SERVICE_ACCOUNT_ISSUER } from "./servers/kubernetes";

/** Roles that the cluster's own parts take on, by the service account that may. */
const ROLES = [
  { name: "sandbox-ebs-csi", namespace: "kube-system", serviceAccount: "ebs-csi-controller-sa" },
  { name: "sandbox-velero", namespace: "velero", serviceAccount: "velero" },
] as const;
/** The administrator: not the root user, whom many rules of IAM do not bind. */
const ADMINISTRATOR = "administrator";
/** A pipeline: it may do nothing but take on the role that the platform stack makes for it. */
export const PIPELINE = "pipeline";
const ISSUER_HOST = SERVICE_ACCOUNT_ISSUER.replace("https://", "");

/** The root user's secret: the kept one, or a fresh one at the first start. */
export function rootSecret(dataDir: string): string {
  const kept = readCredentials(dataDir).aws?.rootSecret;
  if (kept) {
    return kept;
  }
  const fresh = randomBytes(24).toString("base64url");
  keepCredentials(dataDir, { aws: { rootSecret: fresh } });
  return fresh;
}

/**
 * Makes the account ready: trust in the cluster's service-account tokens, the roles of the cluster's own parts, and
 * the administrator and the pipeline with their access keys. What is there already stays.
 */
export async function prepareAccount(endpoint: string, dataDir: string): Promise<void> {
  // The SDK's advice on its own Node version is not for the one who starts a sandbox.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const secret = rootSecret(dataDir);
  const iam = new IAMClient({
    endpoint,
    region: AWS_REGION,
    credentials: { accessKeyId: AWS_ACCOUNT, secretAccessKey: secret },
  });
  try {
    await unlessThere(() =>
      iam.send(
        new CreateOpenIDConnectProviderCommand({
          Url: SERVICE_ACCOUNT_ISSUER,
          ClientIDList: ["sts.amazonaws.com"],
          // IAM wants one and the emulator looks at none.
          ThumbprintList: ["0".repeat(40)],
        }),
      ),
    );
    for (const role of ROLES) {
      await unlessThere(() =>
        iam.send(
          new CreateRoleCommand({
            RoleName: role.name,
            Description: `Role of ${role.namespace}/${role.serviceAccount} in the sandbox cluster`,
            AssumeRolePolicyDocument: JSON.stringify(trust(role.namespace, role.serviceAccount)),
          }),
        ),
      );
    }
    const kept = readCredentials(dataDir).aws;
    const administrator = await user(iam, ADMINISTRATOR, EVERYTHING, kept?.administrator);
    const pipeline = await user(iam, PIPELINE, ONE_ROLE, kept?.pipeline);
    keepCredentials(dataDir, { aws: { rootSecret: secret, administrator, pipeline } });
  } finally {
    iam.destroy();
  }
}

const EVERYTHING = { Effect: "Allow", Action: "*", Resource: "*" };
const ONE_ROLE = {
  Effect: "Allow",
  Action: "sts:AssumeRole",
  Resource: `arn:aws:iam::${AWS_ACCOUNT}:role/tenantry-provisioner`,
};

/** A user with one statement and an access key; one that is there keeps its key. */
async function user(
  iam: IAMClient,
  name: string,
  statement: unknown,
  kept: AccessKey | undefined,
): Promise<AccessKey | undefined> {
  const created = await unlessThere(() => iam.send(new CreateUserCommand({ UserName: name })));
  if (!created && kept !== undefined) {
    return kept;
  }
  await iam.send(
    new PutUserPolicyCommand({
      UserName: name,
      PolicyName: "sandbox",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return AccessKey && { id: AccessKey.AccessKeyId ?? "", secret: AccessKey.SecretAccessKey ?? "" };
}

function trust(namespace: string, serviceAccount: string): unknown {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${AWS_ACCOUNT}:oidc-provider/${ISSUER_HOST}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${ISSUER_HOST}:aud`]: "sts.amazonaws.com",
            [`${ISSUER_HOST}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
          },
        },
      },
    ],
  };
}

/** Whether something was made; false when it was there already. */
async function unlessThere(make: () => Promise<unknown>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("EntityAlreadyExists")) {
      return false;
    }
    throw error;
  }
}
