import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cached, withLock } from "../../sandbox/acquire/cache";

describe("sandbox/acquire/cache", () => {
  const former = process.env.XDG_CACHE_HOME;
  const silent = (): void => undefined;
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "tenantry-cache-"));
    process.env.XDG_CACHE_HOME = home;
  });
  afterEach(() => {
    if (former === undefined) {
      delete process.env.XDG_CACHE_HOME;
    } else {
      process.env.XDG_CACHE_HOME = former;
    }
    rmSync(home, { recursive: true });
  });

  it("fills a folder once, however many want it", async () => {
    let fills = 0;
    const fill = async (folder: string): Promise<void> => {
      fills += 1;
      await sleep(50);
      writeFileSync(join(folder, "tool"), "x");
    };
    const folders = await Promise.all([1, 2, 3].map(() => cached("tool-1", silent, fill)));
    assert.equal(fills, 1);
    assert.deepEqual([...new Set(folders)], [join(home, "tenantry", "tool-1")]);
  });

  it("leaves nothing that looks filled when filling fails, and tries again", async () => {
    const half = (folder: string): Promise<void> => {
      writeFileSync(join(folder, "half"), "x");
      return Promise.reject(new Error("no network"));
    };
    await assert.rejects(cached("tool-1", silent, half), /^Error: no network$/);
    assert.equal(existsSync(join(home, "tenantry", "tool-1")), false);
    const folder = await cached("tool-1", silent, (place) => {
      writeFileSync(join(place, "tool"), "x");
      return Promise.resolve();
    });
    assert.deepEqual(readdirSync(folder), ["tool"]);
    assert.deepEqual(readdirSync(join(home, "tenantry")), ["tool-1"]);
  });

  it("does not wait for a lock whose holder has died", async () => {
    const lock = join(home, "lock");
    writeFileSync(lock, JSON.stringify({ pid: process.pid, startedAt: "another boot" }));
    assert.equal(
      await withLock(lock, silent, () => Promise.resolve(readFileSync(lock, "utf8").length > 0)),
      true,
    );
    assert.equal(existsSync(lock), false);
  });

  it("says whom it waits for", async () => {
    const lock = join(home, "lock");
    const said: string[] = [];
    const first = withLock(lock, silent, () => sleep(300));
    await withLock(
      lock,
      (line) => said.push(line),
      () => Promise.resolve(),
    );
    await first;
    assert.deepEqual(said, [`waiting for process ${process.pid}, which holds ${lock}`]);
  });
});
