/** What the read-back looked at and what it found: each guardrail is counted, so that "none missing" means something. */

export interface Finding {
  readonly tenant: string;
  readonly plane: string;
  readonly object: string;
  readonly fault: string;
}

/** Judgements on one plane of one tenant. */
export interface Bench {
  /** Counts a guardrail, and notes the fault where it does not hold. */
  readonly expect: (object: string, holds: boolean, fault: string) => void;
}

export class Ledger {
  readonly findings: Finding[] = [];
  checked = 0;

  bench(tenant: string, plane: string): Bench {
    return {
      expect: (object, holds, fault) => {
        this.checked++;
        if (!holds) {
          this.findings.push({ tenant, plane, object, fault });
        }
      },
    };
  }
}

/** Every finding, one a line, and what to do. */
export function formatFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ tenant, plane, object, fault }) => `${tenant}: ${plane}: ${object} ${fault}`);
  const count =
    findings.length === 1 ? "1 declared guardrail does" : `${findings.length} declared guardrails do`;
  return [
    ...lines,
    `${count} not stand on the live servers; find out who changed it, then run: pulumi up --refresh`,
  ].join("\n");
}
