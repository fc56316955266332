/** Host names in rules: which of them the platform wrote on the namespace as the tenant's own. */

import * as labels from "../../../model/labels";
import { text } from "../../rule";

/** Variable: the hosts that the tenant's file names, some of them beginning with `*.`. */
export const HOSTS = {
  hosts: `string(variables.notes[?${text(labels.HOSTS)}].orValue("")).split(",").filter(host, host != "")`,
};

/** CEL: whether a host is one of these, or in the place of the asterisk of one: that stands for one label, not for more. */
export function isOwnHost(host: string): string {
  return `(${host} in variables.hosts ||
    ${host}.indexOf(".") > 0 && ("*" + ${host}.substring(${host}.indexOf("."))) in variables.hosts)`;
}
