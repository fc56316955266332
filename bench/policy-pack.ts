/**
 * What the policy pack adds to the first preview of a list of 100 tenants: with and without it in turn, in one run and on
 * one sandbox, so that both see the same machine. The preview asks the live servers before, as it always does.
 */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { preview, up } from "../automation/engine/run";
import { stopSandbox } from "../sandbox/down";
import { sandboxEnvironment } from "../sandbox/environment";
import { provisionerEnvironment } from "../sandbox/provisioner";
import { startSandbox } from "../sandbox/up";
import { ScratchProject } from "../test/engine/project";

const TENANTS = 100;
const ROUNDS = 3;
const LIST = "hundred";

export async function bench(): Promise<void> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-bench-"));
  const project = new ScratchProject();
  const { directory } = project;
  try {
    await startSandbox({ dataDir, progress: () => undefined });
    const environment = sandboxEnvironment(dataDir);
    // The sandbox's own calls read the environment of this process.
    Object.assign(process.env, environment);
    await up({ stack: "platform", directory, environment });
    const provisioner = await provisionerEnvironment(dataDir);
    writeTenants(project);

    const sides = {
      "without the pack": [] as readonly string[],
      "with the pack": undefined,
    };
    const seconds: Record<string, number[]> = {};
    let resources = 0;
    // One round more: the first finds cold caches.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [side, policyPacks] of Object.entries(sides)) {
        const began = performance.now();
        const { tenants } = await preview({
          stack: LIST,
          directory,
          environment: { ...environment, ...provisioner },
          policyPacks,
        });
        resources = Object.values(tenants).reduce((sum, { create = 0 }) => sum + create, 0);
        if (round > 0) {
          (seconds[side] ??= []).push((performance.now() - began) / 1000);
        }
      }
    }

    console.log(`first preview of ${TENANTS} tenants, ${resources} resources, ${ROUNDS} rounds`);
    const [without = [], withPack = []] = Object.values(seconds);
    const base = median(without);
    console.table(
      Object.entries(seconds).map(([side, taken]) => ({
        preview: side,
        "median s": median(taken).toFixed(1),
        "least s": Math.min(...taken).toFixed(1),
        ratio: (median(taken) / base).toFixed(2),
      })),
    );
    const added = median(withPack) - base;
    console.log(`the pack adds ${((added * 1000) / resources).toFixed(1)} ms a resource`);
  } finally {
    await stopSandbox({ dataDir });
    project.remove();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A mix of tiers, each tenant with people, egress and a host of its own. */
function writeTenants(project: ScratchProject): void {
  for (let index = 0; index < TENANTS; index += 1) {
    const name = `bench-${index}`;
    project.write(LIST, name, {
      name,
      id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      owners: [`owner@${name}.example`],
      tier: index % 10 === 0 ? "sensitive" : "standard",
      access: { admin: { groups: [`${name}-admins`] }, dev: { groups: [`${name}-devs`] } },
      network: {
        egress: [{ cidr: "203.0.113.0/24", ports: [{ port: 443 }] }],
        ingress: { hosts: [`${name}.example`] },
      },
    });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
