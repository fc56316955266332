/** AWS clients of the test's own process, which trusts the sandbox's authority for them alone. */

import * as fs from "node:fs";
import * as https from "node:https";
import { sandbox } from "./fixture";

export const REGION = "eu-central-1";
export const ACCOUNT = "000000000000";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Options of a client: as whoever holds these credentials, by default as the administrator. */
export function clientOptions(credentials?: Credentials) {
  const ca = fs.readFileSync(sandbox().env["AWS_CA_BUNDLE"] ?? "");
  return {
    region: REGION,
    requestHandler: { httpsAgent: new https.Agent({ ca, keepAlive: true }) },
    ...(credentials && { credentials }),
  };
}
