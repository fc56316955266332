/** Judges the tenant's secrets in AWS: under the tenant's key, closed to every other role (R63). Values are never read. */

import {
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import type { Bench } from "../ledger";
import { absent, listOf, onlyValue, statementsOf, type Statement } from "./policy";

export async function judgeManagedSecrets(
  tenant: Tenant,
  { aws }: Platform,
  client: SecretsManagerClient,
  { expect }: Bench,
): Promise<void> {
  const key = names.aliasArn(aws, names.keyAlias(tenant.id));
  const role = names.roleArn(aws, names.workloadRoleName(tenant.id));
  for (const name of tenant.secrets.names) {
    const SecretId = names.managedSecretName(tenant.id, name);
    const object = `secret ${SecretId}`;
    const live = await client
      .send(new DescribeSecretCommand({ SecretId }))
      .catch(absent("ResourceNotFoundException"));
    expect(object, live !== undefined && live.DeletedDate === undefined, "is missing");
    if (live === undefined) {
      continue;
    }
    expect(
      object,
      live.KmsKeyId === key,
      `lies under ${live.KmsKeyId ?? "the account's own key"} instead of ${key}`,
    );
    const { ResourcePolicy } = await client.send(new GetResourcePolicyCommand({ SecretId }));
    const statements = statementsOf(ResourcePolicy);
    expect(
      object,
      statements.some((statement) => closesToOthers(statement, role)),
      "is not closed to other roles than the tenant's",
    );
    expect(
      object,
      statements.every(({ Effect }) => Effect === "Deny"),
      "is opened to somebody by its own policy",
    );
  }
}

function closesToOthers(statement: Statement, role: string): boolean {
  const { Effect, Principal, Action, Condition = {} } = statement;
  return (
    Effect === "Deny" &&
    (Principal === "*" || (typeof Principal === "object" && listOf(Principal["AWS"]).join() === "*")) &&
    listOf(Action).includes("secretsmanager:GetSecretValue") &&
    Object.keys(Condition).join() === "ArnNotEquals" &&
    onlyValue(statement, "ArnNotEquals", "aws:PrincipalArn") === role
  );
}
