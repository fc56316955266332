/** The platform that rules are tried on. */

import { readPlatformOutput } from "../../model/platform";
import type { GuardedPlatform } from "../../model/provisioner";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

/** The sandbox's, as its stack file has it. */
export function examplePlatform(): GuardedPlatform {
  const file = path.join(__dirname, "..", "..", "stacks", "Pulumi.platform.yaml");
  const { config } = parse(fs.readFileSync(file, "utf8")) as { config: Record<string, object> };
  return readPlatformOutput({
    ...config["tenantry:platform"],
    clusterUid: "",
    vaultAddress: "https://vault.example.com",
    vaultNamespace: "",
  });
}
