import { setTimeout as sleep } from "node:timers/promises";
import type { VaultClient } from "./client";

const POLL_MS = 100;

/** Moves a mount with its data. The server answers at once and moves in the background: wait for the end. */
export async function remount(
  vault: VaultClient,
  from: string,
  to: string,
  extras: { namespace: unknown; signal: AbortSignal },
): Promise<void> {
  const { data } = await vault.send("POST", "sys/remount", { ...extras, body: { from, to } });
  const migration = data.migration_id;
  if (typeof migration !== "string") return;
  for (;;) {
    const { data: progress } = await vault.send("GET", `sys/remount/status/${migration}`, extras);
    const info = progress.migration_info as { status?: string } | undefined;
    if (info?.status === "success") return;
    if (info?.status === "failure")
      throw new Error(`failure! Error encountered moving mount ${from} to ${to}`);
    await sleep(POLL_MS, undefined, { signal: extras.signal });
  }
}
