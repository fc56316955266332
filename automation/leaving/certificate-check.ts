/** Asks the live servers whether a certificate still says what is (R90). */

import type { Certificate, Finding } from "./certificate";
import { goneChecks, purgedChecks, type Check } from "./certificate-checks";
import { backupPlace, keptChecks } from "./certificate-kept";
import type { LiveServers } from "../live-servers";
import { countObjects } from "./shred-objects";

export interface CheckedFinding extends Finding {
  /** Whether the server says so today. */
  readonly holds: boolean;
}

export interface CheckedCertificate {
  /** Whether everything in it holds, and it leaves nothing out. */
  readonly holds: boolean;
  readonly findings: readonly CheckedFinding[];
  /** What a certificate of its stage must say, and this one does not. */
  readonly missing: readonly string[];
}

/**
 * Asks every question of the certificate again. What is kept must be there as it was; what is gone must be gone.
 *
 * @throws RunFailure where a server does not answer or lets nobody ask: nothing is known then.
 */
export async function checkCertificate(
  certificate: Certificate,
  servers: LiveServers,
): Promise<CheckedCertificate> {
  const { gone, kept } = checksOf(certificate, servers);
  const findings = [
    ...(await askAll(gone, servers)),
    ...(await askAll(kept, servers)).map((finding) => asCertified(finding, certificate.retained)),
  ];
  const certified = [...certificate.gone, ...certificate.retained].map(({ what }) => what);
  const missing =
    certificate.stage === "offboarding"
      ? []
      : findings.map(({ what }) => what).filter((what) => !certified.includes(what));
  return { holds: missing.length === 0 && findings.every(({ holds }) => holds), findings, missing };
}

/** The questions that belong to the certificate's stage. */
export function checksOf(certificate: Certificate, servers: LiveServers): { gone: Check[]; kept: Check[] } {
  const { tenant, stage, ledger } = certificate;
  const { platform } = servers;
  switch (stage) {
    case "offboarding":
      return { gone: [], kept: [] };
    case "retained":
      return { gone: goneChecks(tenant, platform), kept: keptChecks(tenant, platform) };
    case "purged": {
      const place = backupPlace(tenant, platform);
      const empty: Check = {
        plane: "aws",
        what: "backups",
        asked: `s3:ListObjectVersions ${place.bucket} ${place.prefix}`,
        ask: async ({ operator: { aws } }) => {
          const { versions } = await countObjects(aws.s3, place);
          return { holds: versions === 0, answered: `${versions} versions` };
        },
      };
      return {
        gone: [...goneChecks(tenant, platform), empty, ...purgedChecks(tenant, ledger?.keyArn)],
        kept: [],
      };
    }
  }
}

/** Every answer, in the order of the questions. */
export async function askAll(checks: readonly Check[], servers: LiveServers): Promise<CheckedFinding[]> {
  const findings: CheckedFinding[] = [];
  for (const check of checks) {
    const { plane, what, asked } = check;
    findings.push({ plane, what, asked, ...(await check.ask(servers)) });
  }
  return findings;
}

/** Kept means: as it was. */
function asCertified(finding: CheckedFinding, retained: readonly Finding[]): CheckedFinding {
  const certified = retained.find(({ what }) => what === finding.what);
  return certified === undefined || certified.answered === finding.answered
    ? finding
    : { ...finding, holds: false, answered: `${finding.answered}, and was ${certified.answered}` };
}
