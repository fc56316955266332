/** One thing that `doctor` looks at: it fails alone, with a cure, and never takes another down with it. */

import type { Tenant } from "../../model/tenant";
import type { Platform } from "../../model/platform";
import { connect, type Connections, type Environment } from "../../proof/connect";
import { openCluster, type Cluster } from "../cluster";
import { engineEnvironment, operatorEnvironment } from "../identity";
import { RunFailure } from "../outcome";
import { platformOf } from "../platform";
import { readList } from "../tenant-files";
import { openVault, type VaultClient } from "../vault";
import type { Project } from "../workspace";

export type Status = "ok" | "warning" | "failed";

export interface Diagnosis {
  readonly status: Status;
  /** What was seen. */
  readonly detail: string;
  /** What to do about it. */
  readonly cure?: string;
}

export interface Check {
  /** For people, and for whoever picks one check out of many. */
  readonly name: string;
  /** Where it may throw, it says by that what it could not look at. */
  readonly examine: (patient: Patient) => Promise<Diagnosis>;
  /** What to do where it threw. */
  readonly cure: string;
}

/** Milliseconds that one check may take. */
const PATIENCE_MS = 20_000;

/** Runs one check, whatever happens inside it. */
export async function examined({ name, examine, cure }: Check, patient: Patient) {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Diagnosis>((resolve) => {
    const detail = `no answer in ${PATIENCE_MS / 1000} s`;
    timer = setTimeout(() => resolve({ status: "failed", detail, cure }), PATIENCE_MS);
  });
  const found = await Promise.race([examine(patient).catch((error: unknown) => failed(error, cure)), limit]);
  clearTimeout(timer);
  return { name, ...found };
}

function failed(error: unknown, cure: string): Diagnosis {
  const [detail = ""] = (error instanceof Error ? error.message || error.name : String(error)).split("\n");
  return { status: "failed", detail, cure };
}

export function ok(detail: string): Diagnosis {
  return { status: "ok", detail };
}

export function warning(detail: string, cure: string): Diagnosis {
  return { status: "warning", detail, cure };
}

export function failure(detail: string, cure: string): Diagnosis {
  return { status: "failed", detail, cure };
}

/** What checks look at; each thing is opened once, and only when a check asks for it. */
export class Patient {
  readonly engine: Environment;
  readonly operator: Environment;
  private known: Promise<Platform> | undefined;

  constructor(readonly project: Project) {
    this.engine = engineEnvironment(project);
    this.operator = operatorEnvironment(project);
  }

  /** Whether the operator has credentials of its own. */
  get hasOperator(): boolean {
    return Object.keys(this.engine).some((name) => name.startsWith("TENANTRY_OPERATOR_"));
  }

  /** @throws RunFailure where the platform's stack cannot be read. */
  platform(): Promise<Platform> {
    this.known ??= platformOf(this.project).catch((error: unknown) => {
      const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      throw new RunFailure(
        "failure",
        `it needs the output of the stack platform, which cannot be read: ${why}`,
      );
    });
    return this.known;
  }

  /** None for the platform's own stack. */
  tenants(): readonly Tenant[] {
    return this.project.stack === "platform" ? [] : readList(this.project).tenants;
  }

  cluster(as: "engine" | "operator" = "engine"): Promise<Cluster> {
    return openCluster(this[as]);
  }

  vault(): VaultClient {
    return openVault(this.engine);
  }

  async connections(): Promise<Connections> {
    return connect(await this.platform(), undefined, this.engine);
  }
}
