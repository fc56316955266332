/** The end of an offboarding: the live servers are asked for everything that the certificate says (R90). */

import type { Certificate } from "./certificate";
import { askAll, checksOf, type CheckedFinding } from "./certificate-check";
import { keptChecks, type KeptCheck } from "./certificate-kept";
import type { Leaving } from "./leaving";
import { RunFailure } from "../outcome";
import { firstDayOfPurge } from "./retention";
import { readTenant } from "../tenant-files";

/** @throws RunFailure `resource` naming what is there and should not be, or the other way round. */
export async function certify({ operation, options, servers, record }: Leaving): Promise<Certificate> {
  const { lifecycle } = readTenant(options, record.certificate.tenant.name);
  const { retainUntil = "" } = lifecycle;
  const left = { ...record.certificate, stage: "retained" } as const;
  const gone = await operation.step(
    "kubernetes",
    "ask whether everything is gone",
    () => askAll(checksOf(left, servers).gone, servers),
    (findings) => ({ gone: findings.length }),
  );
  const kept = keptChecks(left.tenant, servers.platform);
  const retained = await operation.step(
    "aws",
    "ask whether the data is there",
    () => askAll(kept, servers),
    (findings) => ({ kept: findings.map(({ what, answered }) => `${what}: ${answered}`) }),
  );
  refuseUnless([...gone, ...retained]);
  return record.write({
    stage: "retained",
    left: new Date().toISOString(),
    gone: gone.map(withoutVerdict),
    retained: retained.map((finding, index) => ({
      ...withoutVerdict(finding),
      until: retainUntil,
      readableBy: readableBy(kept[index]),
    })),
    waits: [
      {
        what: "the data",
        until: firstDayOfPurge(retainUntil),
        why: lifecycle.legalHold
          ? "from that day on it may be purged, once the legal hold is lifted"
          : "from that day on it may be purged",
      },
    ],
  });
}

function refuseUnless(findings: readonly CheckedFinding[]): void {
  const wrong = findings.filter(({ holds }) => !holds);
  if (wrong.length > 0) {
    const each = wrong.map(({ what, asked, answered }) => `${what} (${asked}: ${answered})`);
    throw new RunFailure(
      "resource",
      `the servers say otherwise than the certificate would: ${each.join(", ")}; put that right, then run this again`,
    );
  }
}

function withoutVerdict({ plane, what, asked, answered }: CheckedFinding) {
  return { plane, what, asked, answered };
}

function readableBy(check: KeptCheck | undefined): string {
  return check?.readableBy ?? "nobody";
}
