/** EKS gives a pod the IAM role that its account names: STS would refuse another tenant's, and so does this rule (R67). */

import * as names from "../../../model/names";
import type { GuardedPlatform } from "../../../model/provisioner";
import { derived } from "../../check";
import { EXAMPLE, OTHER, PROVISIONER } from "../../examples";
import { SERVICE_ACCOUNT } from "../../kinds";
import { text, type Rule } from "../../rule";
import { serviceAccountObject as serviceAccount } from "./objects";

const KEY = names.ROLE_ARN_ANNOTATION;

/** CEL of the role that an object names, or "". */
function roleOf(object: string): string {
  return `${object}.metadata.?annotations[?${text(KEY)}].orValue("")`;
}

export function accountRoles({ aws }: GuardedPlatform): Rule {
  const own = derived((id) => names.roleArn(aws, names.workloadRoleName(id)));
  const arn = (id: string) => names.roleArn(aws, names.workloadRoleName(id));
  const naming = (role: string, name = "app") => serviceAccount({ annotations: { [KEY]: role } }, {}, name);
  const backup = names.roleArn(aws, names.backupRoleName(EXAMPLE.id));
  return {
    name: "account-roles",
    requirements: ["R67"],
    matches: [{ kinds: [SERVICE_ACCOUNT], operations: ["CREATE", "UPDATE"] }],
    when: `${roleOf("object")} != "" &&
      (request.operation == "CREATE" || ${roleOf("object")} != ${roleOf("oldObject")})`,
    offences: `${roleOf("object")} == ${own} && object.metadata.name == ${text(names.WORKLOAD)} ? [] :
      ["it takes on the role " + ${roleOf("object")}]`,
    why: `A tenant's pods have the tenant's own IAM role, by the account ${names.WORKLOAD}`,
    cure: `Leave out the annotation ${KEY} and run the pods as ${names.WORKLOAD}`,
    sparesPlatform: true,
    examples: {
      passes: [
        { what: "an account without a role", object: serviceAccount() },
        { what: "the own role on its own account", object: naming(arn(EXAMPLE.id), names.WORKLOAD) },
        { what: "the platform", object: naming(arn(OTHER.id)), by: PROVISIONER },
        {
          what: "a note on an account that names another role since before",
          before: naming(arn(OTHER.id)),
          object: serviceAccount({ annotations: { [KEY]: arn(OTHER.id), note: "kept" } }),
        },
      ],
      fails: [
        {
          what: "another tenant's role",
          object: naming(arn(OTHER.id), names.WORKLOAD),
          says: `it takes on the role ${arn(OTHER.id)}`,
        },
        {
          what: "the own role on another account",
          object: naming(arn(EXAMPLE.id)),
          says: `it takes on the role ${arn(EXAMPLE.id)}`,
        },
        {
          what: "the role of the own backups",
          object: naming(backup, names.WORKLOAD),
          says: `it takes on the role ${backup}`,
        },
        {
          what: "a role that only begins like the own",
          object: naming(`${arn(EXAMPLE.id)}-2`, names.WORKLOAD),
          says: `it takes on the role ${arn(EXAMPLE.id)}-2`,
        },
        {
          what: "another tenant's role, later",
          before: serviceAccount(),
          object: naming(arn(OTHER.id)),
          says: `it takes on the role ${arn(OTHER.id)}`,
        },
      ],
    },
  };
}
