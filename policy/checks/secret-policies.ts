/** A tenant's secrets in AWS lie under the tenant's key and open to the tenant's role alone (R63). */

import * as names from "../../model/names";
import type { ResourceCheck } from "../check";
import { at, inWords, textAt, UNKNOWN, type Declared } from "../declared";
import { conditionOf, faultsOf, listOf, principalsOf, statementsOf } from "../documents";
import { ownersOf, taggedOwner } from "../owners";
import type { Setting } from "../project";

const SECRET = "aws:secretsmanager/secret:Secret";
const POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";

export const secretPolicies: ResourceCheck = {
  name: "secret-policies",
  description:
    "Secrets in AWS lie under their tenant's key and are closed to every identity but that tenant's (R63).",
  about: (type) => type === SECRET || type === POLICY,
  judge: (resource, setting) => (resource.type === SECRET ? judgeSecret : judgePolicy)(resource, setting),
};

function judgeSecret({ props }: Declared, setting: Setting): string[] {
  const tenant = taggedOwner(props, setting);
  if (tenant === undefined) {
    return [];
  }
  const name = at(props, "name");
  const key = at(props, "kmsKeyId");
  const own = names.managedSecretName(tenant.id, "");
  const alias = names.aliasArn(setting.platform.aws, names.keyAlias(tenant.id));
  return [
    ...(name === UNKNOWN || (typeof name === "string" && name.startsWith(own))
      ? []
      : [`is called ${inWords(name)}, which does not begin with ${own}`]),
    ...(key === alias || key === UNKNOWN
      ? []
      : [`lies under ${inWords(key, "the account's key")} instead of ${alias}`]),
  ].map((fault) => `secret of tenant ${tenant.name}: ${fault}`);
}

/** The secret's ARN is made up by AWS: whose policy it is shows in whom it spares. */
function judgePolicy({ name, props }: Declared, setting: Setting): string[] {
  const document = textAt(props, "policy");
  const roles = [...ownersOf(setting).roles.keys()].map((role) => names.roleArn(setting.platform.aws, role));
  const faults = [
    ...faultsOf(document, ({ Principal }) => [`lets ${JSON.stringify(Principal)} in by itself`]),
    ...(document === undefined || closes(document, roles)
      ? []
      : ["does not deny everybody but the tenant's role"]),
  ];
  return setting.kind === "list" ? faults.map((fault) => `policy ${name} of a secret: ${fault}`) : [];
}

function closes(document: string, roles: readonly string[]): boolean | undefined {
  return statementsOf(document)?.some((statement) => {
    const spared = conditionOf(statement, "ArnNotEquals", "aws:PrincipalArn");
    return (
      statement.Effect === "Deny" &&
      principalsOf(statement).includes("*") &&
      ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"].every((action) =>
        listOf(statement.Action).includes(action),
      ) &&
      spared.length === 1 &&
      roles.includes(spared[0] ?? "")
    );
  });
}
