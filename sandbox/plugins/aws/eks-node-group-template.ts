import { DescribeLaunchTemplatesCommand } from "@aws-sdk/client-ec2";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { containsUnknown, isRecord, isZero } from "../schema/property";
import type { Properties } from "../schema/property";
import { attempt } from "./errors";

/** The program names a template by id or by name, and AWS answers with both. */
export function sameTemplate(left: unknown, right: unknown): boolean {
  return isRecord(left) && isRecord(right) && left.version === right.version && !isOther(left, right);
}

/** Whether the group would start from another template, from one for the first time, or from none any more. */
export function movesToOtherTemplate(old: unknown, wanted: unknown): boolean {
  if (isZero(old) || isZero(wanted)) return isZero(old) !== isZero(wanted);
  return isRecord(old) && isRecord(wanted) && isOther(old, wanted);
}

function isOther(left: Properties, right: Properties): boolean {
  return ["id", "name"].some((key) => {
    const [one, other] = [left[key], right[key]];
    return containsUnknown(other) || (!isZero(one) && !isZero(other) && one !== other);
  });
}

/** The template with id and name, where the program gave one of them. */
export async function completed(ec2: EC2Client, template: unknown): Promise<unknown> {
  if (!isRecord(template) || (!isZero(template.id) && !isZero(template.name))) return template;
  const { id, name, version } = template;
  const request = new DescribeLaunchTemplatesCommand(
    isZero(id) ? { LaunchTemplateNames: [String(name)] } : { LaunchTemplateIds: [String(id)] },
  );
  const doing = `reading EC2 Launch Template (${String(id ?? name)})`;
  const reply = await attempt(doing, "EC2", "DescribeLaunchTemplates", ec2.send(request));
  const found = reply.LaunchTemplates?.[0];
  return found ? { id: found.LaunchTemplateId, name: found.LaunchTemplateName, version } : template;
}
