/** Results of commands, in words. */

import type { TriedCredential } from "../automation/credentials/canaries";
import type { Workload } from "../automation/suspension/workloads";
import { table } from "./table";

export function workloadsInWords(verb: string, workloads: readonly Workload[]): string {
  return workloads.map(({ kind, namespace, name }) => `  ${verb} ${kind} ${namespace}/${name}`).join("\n");
}

/** What each credential is answered now, in the server's own words. */
export function credentialsInWords(tried: readonly TriedCredential[]): string {
  return tried.length === 0
    ? ""
    : table(
        ["CREDENTIAL", "IS NOW REFUSED"],
        tried.map(({ credential, refused }) => [credential, refused]),
      );
}
