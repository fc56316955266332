import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  isRunning,
  startServer,
  startTime,
  stopProcess,
  type ProcessIdentity,
} from "../../sandbox/processes";

describe("sandbox/processes", () => {
  let folder: string;
  const children: ChildProcess[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tenantry-processes-"));
  });
  after(() => {
    children.forEach((child) => child.kill("SIGKILL"));
    rmSync(folder, { recursive: true });
  });

  async function sleeper(): Promise<ProcessIdentity> {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    children.push(child);
    await once(child, "spawn");
    return { pid: child.pid ?? 0, startedAt: startTime(child.pid ?? 0) ?? "" };
  }

  it("knows a process that it started", async () => {
    assert.equal(isRunning(await sleeper()), true);
  });

  it("does not take another process for ours that has got its pid", async () => {
    const other = await sleeper();
    assert.equal(isRunning({ ...other, startedAt: "1" }), false);
  });

  it("ends ours, and leaves alone whoever has its pid by now", async () => {
    const [ours, other] = [await sleeper(), await sleeper()];
    await stopProcess({ ...other, startedAt: "1" }, false);
    await stopProcess(ours, false);
    assert.deepEqual([isRunning(ours), isRunning(other)], [false, true]);
  });

  it("has nothing to end when the process is gone", async () => {
    await assert.doesNotReject(stopProcess({ pid: 2 ** 22 + 1, startedAt: "1" }, true));
  });

  it("shows the end of the log of a server that does not start", async () => {
    const log = join(folder, "broken.log");
    const script = "console.log('early'); console.error('port is taken'); process.exit(7)";
    const start = startServer(
      {
        name: "broken",
        command: process.execPath,
        args: ["-e", script],
        log,
        ready: () => Promise.resolve(false),
      },
      () => undefined,
    );
    await assert.rejects(start, (error: Error) => {
      assert.match(
        error.message,
        /^broken ended with 7 while it was starting; the last lines of .*broken\.log:\n/,
      );
      assert.match(error.message, /port is taken/);
      return true;
    });
  });

  it("gives a server no setting of the caller's shell", async () => {
    const log = join(folder, "environment.log");
    const done = join(folder, "done");
    process.env.TENANTRY_TEST_LEAK = "leaked";
    const script = `console.log(JSON.stringify(process.env)); require("fs").writeFileSync(${JSON.stringify(done)}, ""); setInterval(() => {}, 1000)`;
    const server = await startServer(
      {
        name: "environment",
        command: process.execPath,
        args: ["-e", script],
        env: { OWN: "1" },
        log,
        ready: () => Promise.resolve(existsSync(done)),
      },
      () => undefined,
    );
    await stopProcess(server, false);
    delete process.env.TENANTRY_TEST_LEAK;
    const seen = readFileSync(log, "utf8");
    assert.match(seen, /"OWN":"1"/);
    assert.doesNotMatch(seen, /TENANTRY_TEST_LEAK|PATH/);
  });
});
