/** Doctor: Vault and AWS: reachable, fit, in the right account, and with room for more tenants. */

import { GetAccountSummaryCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { z } from "zod";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import { vaultHealthOf } from "../../proof/documents";
import { awsClients, awsOptions } from "../../proof/live/aws";
import { judgeHealth } from "../../proof/preflight/vault";
import { failure, ok, warning, type Check } from "./check";
import { granted } from "../vault";

/** Each parameter makes a node that is up answer with 200: what it says is judged, not its status. */
const HEALTH = "sys/health?standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200";
const token = z.object({ data: z.object({ policies: z.array(z.string()).default([]) }) });

export const vaultCheck: Check = {
  name: "Vault",
  cure: "check VAULT_ADDR and that it runs",
  examine: async (patient) => {
    const vault = patient.vault();
    const health = vaultHealthOf((await vault.request("GET", HEALTH)).body);
    const [problem] = judgeHealth(vault.address, health);
    if (problem !== undefined) {
      const [detail = "", cure = "check VAULT_ADDR"] = problem.message.split(/; (?=[^;]*$)/);
      return failure(detail, cure);
    }
    const { policies } = token.parse(
      granted("look at the token", await vault.request("GET", "auth/token/lookup-self")),
    ).data;
    const detail = `${vault.address} runs ${health?.version ?? "an unknown version"}`;
    return policies.includes("root") && patient.project.stack !== "platform"
      ? warning(`${detail}; the token is root's`, "log in as the provisioner (docs/provisioner.md)")
      : ok(detail);
  },
};

/** Keys looked at together: KMS answers few requests a second. */
const WINDOW = 8;

export const awsCheck: Check = {
  name: "AWS",
  cure: "set AWS_PROFILE or AWS_ACCESS_KEY_ID, and check the connection",
  examine: async (patient) => {
    const platform = await patient.platform();
    const sts = new STSClient({ ...awsOptions(platform, patient.engine), maxAttempts: 2 });
    const { Account, Arn = "nobody" } = await sts.send(new GetCallerIdentityCommand({}));
    const { accountId, region } = platform.aws;
    if (Account !== accountId) {
      const detail = `the credentials are of account ${Account ?? "none"}, and the platform is in ${accountId}`;
      return failure(detail, "set those of the right account");
    }
    return Arn.endsWith(":root")
      ? warning(`${Arn} in ${region}: the account's root`, "assume the role of the provisioner")
      : ok(`${Arn} in ${region}`);
  },
};

export const keysCheck: Check = {
  name: "keys",
  cure: "check the connection to AWS, and that the identity may describe keys",
  examine: async (patient) => {
    const { kms } = awsClients(await patient.platform(), patient.engine);
    const tenants = patient.tenants().filter((tenant) => presenceOf(tenant).stands);
    const waiting = [...tenants];
    const wrong: string[] = [];
    const lane = async (): Promise<void> => {
      for (let tenant = waiting.shift(); tenant !== undefined; tenant = waiting.shift()) {
        const { KeyMetadata } = await kms
          .send(new DescribeKeyCommand({ KeyId: names.keyAlias(tenant.id) }))
          .catch(withoutKey);
        if (KeyMetadata?.KeyState !== "Enabled") {
          wrong.push(`${tenant.name}'s is ${KeyMetadata?.KeyState ?? "missing"}`);
        }
      }
    };
    await Promise.all(Array.from({ length: WINDOW }, lane));
    return wrong.length === 0
      ? ok(`${tenants.length} enabled`)
      : failure(
          wrong.sort().join(", "),
          `cancel a deletion before it is due (aws kms cancel-key-deletion), then: tenantry drift --list ${patient.project.stack} --repair`,
        );
  },
};

function withoutKey(error: unknown): { KeyMetadata?: undefined } {
  if (error instanceof Error && error.name === "NotFoundException") {
    return {};
  }
  throw error;
}

/** Per cent of a limit from which on it is told. */
const NEARLY = 80;

export const limitsCheck: Check = {
  name: "AWS limits",
  cure: "check the connection to AWS",
  examine: async (patient) => {
    const { iam } = awsClients(await patient.platform(), patient.engine);
    const summary = await iam.send(new GetAccountSummaryCommand({})).catch((error: unknown) => {
      if (error instanceof Error && /AccessDenied/.test(error.name)) {
        return undefined;
      }
      throw error;
    });
    return summary === undefined
      ? warning(
          "unknown: this identity may not read the account's summary",
          "look yourself: aws iam get-account-summary",
        )
      : judgeLimits(summary.SummaryMap ?? {});
  },
};

/** A tenant takes two roles; how many keys there are is not told by AWS without listing them all. */
export function judgeLimits(summary: Readonly<Partial<Record<string, number>>>) {
  const { Roles: roles, RolesQuota: quota } = summary;
  if (roles === undefined || quota === undefined || quota === 0) {
    return warning(
      "unknown: AWS does not say how many roles there may be",
      "see Service Quotas in the console",
    );
  }
  const detail = `${roles} of ${quota} IAM roles`;
  return roles * 100 >= quota * NEARLY
    ? warning(detail, "have the quota raised: each tenant takes two roles")
    : ok(detail);
}
