/** Holds a tenant's certificate against the live servers, for whoever doubts it (R90). */

import { liveServers } from "../live-servers";
import type { TenantOptions } from "../operation";
import { RunFailure } from "../outcome";
import { checkCertificate, type CheckedCertificate } from "./certificate-check";
import { certificatesNamed } from "./certificate-file";

export interface VerifiedCertificate extends CheckedCertificate {
  readonly tenant: string;
  readonly stage: string;
}

/**
 * Asks every question of the newest certificate of a name again; changes nothing.
 *
 * @throws RunFailure `badInput` where no tenant of the name has left, and whatever keeps a server from answering.
 */
export async function verifyCertificate(options: TenantOptions): Promise<VerifiedCertificate> {
  const { tenant, stack } = options;
  const [certificate] = certificatesNamed(options, tenant);
  if (certificate === undefined) {
    throw new RunFailure(
      "badInput",
      `out/offboarding/${stack} holds no certificate of a tenant ${tenant}; it is written by tenantry offboard`,
    );
  }
  const checked = await checkCertificate(certificate, await liveServers(options));
  return { tenant, stage: certificate.stage, ...checked };
}
