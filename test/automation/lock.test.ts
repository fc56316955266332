import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation";
import { ConcurrentUpdateError } from "@pulumi/pulumi/automation/errors";
import { meaningOf } from "../../automation/engine/engine-errors";
import { alone, areDead } from "../../automation/engine/lock";
import { heldBy, holdersIn } from "../../automation/engine/lock-holder";

/** A process of this machine that is no more. */
const DEAD = spawnSync(process.execPath, ["--version"]).pid;

/** As the engine refuses a second run. */
function held(...locks: readonly { pid: number; host?: string }[]): Error {
  const lines = locks.map(
    ({ pid, host = os.hostname() }) =>
      `  file:///states/.pulumi/locks/1.json: created by ci@${host} (pid ${pid}) at 2026-11-23T10:00:00Z`,
  );
  const error = Object.create(ConcurrentUpdateError.prototype) as Error;
  error.message = `error: the stack is currently locked by ${locks.length} lock(s). …\n${lines.join("\n")}`;
  return error;
}

/** A stack whose work fails in turn by these, then succeeds. */
function stackHeldBy(...errors: Error[]) {
  let cancelled = 0;
  const notes: string[] = [];
  const cancel = () => Promise.resolve(void cancelled++);
  const stack = { name: "prod", cancel } as unknown as Stack;
  const work = () => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve("done") : Promise.reject(error);
  };
  const run = (signal?: AbortSignal) => alone(stack, (note) => notes.push(note), work, signal);
  return { run, cancelled: () => cancelled, left: () => errors.length, notes };
}

describe("a stack that is held", () => {
  it("names its holders as the engine does, and nobody in any other error", () => {
    assert.deepEqual(holdersIn(held({ pid: 7, host: "runner-1" })), [
      { user: "ci", host: "runner-1", pid: 7, since: "2026-11-23T10:00:00Z" },
    ]);
    assert.equal(holdersIn(new Error("created by ci@runner-1 (pid 7) at noon")), undefined);
  });

  it("names a holder once, where the engine does so twice", () => {
    assert.equal(holdersIn(held({ pid: 7 }, { pid: 7 }))?.length, 1);
    assert.equal(holdersIn(held({ pid: 7 }, { pid: 8 }))?.length, 2);
  });

  it("is taken from a process that is dead and that nobody has buried", async function () {
    if (!fs.existsSync("/proc/self/stat")) {
      this.skip();
    }
    // Its parent becomes a program that asks nobody how they ended.
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 20"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(line.toString());
      while (!fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) {
        await sleep(20);
      }
      assert.equal(process.kill(pid, 0), true, "the kernel still lists it");
      assert.ok(areDead([{ user: "ci", host: os.hostname(), pid, since: "" }]));
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("is taken from runs of this machine that are no more, and the work is done", async () => {
    const stack = stackHeldBy(held({ pid: DEAD }));
    assert.equal(await stack.run(), "done");
    assert.equal(stack.cancelled(), 1);
    assert.match(stack.notes.join(), /a run of this machine was killed .* its lock is taken away/);
  });

  for (const [whose, locks] of [
    ["a run that is alive", [{ pid: process.pid }]],
    ["a run of another machine", [{ pid: DEAD, host: "runner-1" }]],
    ["a dead run and one that is alive", [{ pid: DEAD }, { pid: process.pid }]],
  ] as const) {
    it(`is never taken from ${whose}`, async () => {
      const stack = stackHeldBy(held(...locks));
      await assert.rejects(stack.run(), { kind: "locked", exitCode: 10 });
      assert.equal(stack.cancelled(), 0);
    });
  }

  it("is not fought for: who is quicker after a dead run is named", async () => {
    const stack = stackHeldBy(held({ pid: DEAD }), held({ pid: process.pid }));
    await assert.rejects(stack.run(), new RegExp(`process ${process.pid}.* holds the stack prod`));
    assert.equal(stack.cancelled(), 1);
  });

  it("is not worked on once the run is to end", async () => {
    const stack = stackHeldBy(held({ pid: DEAD }));
    await assert.rejects(stack.run(AbortSignal.abort()), { name: "AbortError" });
    assert.equal(stack.left(), 1);
  });

  it("is not taken over once the run is to end", async () => {
    const controller = new AbortController();
    const stack = stackHeldBy(held({ pid: DEAD }));
    const run = stack.run(controller.signal);
    controller.abort();
    await assert.rejects(run, { name: "AbortError" });
    assert.deepEqual([stack.left(), stack.cancelled()], [0, 0]);
  });

  it("does not hide any other failure", async () => {
    const stack = stackHeldBy(new Error("the disk burns"));
    await assert.rejects(stack.run(), /^Error: the disk burns$/);
    assert.equal(stack.cancelled(), 0);
  });

  it("is not called dead where nobody is named", () => assert.equal(areDead([]), false));

  it("says who, since when, and what to do", () => {
    const holder = { user: "ci", host: "runner-1", pid: 7, since: "noon" };
    assert.match(
      heldBy([holder], "prod"),
      /^ci on runner-1 \(process 7\) since noon holds the stack prod; nothing was changed: wait .* pulumi cancel --stack prod$/,
    );
  });
});

describe("the engine's own words", () => {
  for (const [text, kind, sentence] of [
    ["Failed to get Pulumi version: spawn pulumi ENOENT", "badInput", /no program `pulumi`/],
    ["error: failed to load checkpoint: place 1: unexpected end of JSON input", "failure", /cut short/],
    ["error: failed to load checkpoint: EOF", "failure", /attributes beside a state file are empty/],
    ["stderr: \nerror: unexpected end of JSON input\n", "locked", /lock file of this stack is empty/],
    ["error: get stack secrets manager: incorrect passphrase", "credentials", /not the one/],
    [
      "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or …",
      "credentials",
      /no passphrase is set/,
    ],
    ["write /states/x.json: no space left on device", "failure", /could not be written/],
  ] as const) {
    it(`are translated: ${text.trim().slice(0, 60)}`, () => {
      const meaning = meaningOf(text);
      assert.equal(meaning?.kind, kind);
      assert.match(meaning.sentence, sentence);
    });
  }

  it("are left where they speak for themselves", () => {
    assert.equal(meaningOf("error: resource acme-quota: quota is forbidden"), undefined);
    assert.equal(meaningOf("error: reading x.yaml: unexpected end of JSON input"), undefined);
  });
});
