import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { ConcurrentUpdateError } from "@pulumi/pulumi/automation/errors";
import { exitCodes, failureOf, RunFailure, warningOf } from "../../automation/outcome";
import { formatProblems, type Problem } from "../../proof/preflight";
import { diagnostic, event } from "./events";

const COMMAND = new Error("code: -1\n stdout: everything\n stderr: again");

function policyEvent(enforcementLevel: "mandatory" | "warning"): EngineEvent {
  return event({
    policyEvent: {
      resourceUrn: "urn:pulumi:prod::tenantry::aws:kms/key:Key::acme-key",
      message: "<{%fg 1%}>acme-key is not rotated<{%reset%}>\n",
      color: "raw",
      policyName: "rotation",
      policyPackName: "house",
      policyPackVersion: "1",
      policyPackVersionTag: "1",
      enforcementLevel,
    },
  });
}

const FAILED_STEP = event({
  resOpFailedEvent: {
    metadata: { op: "create", urn: "urn:x", type: "kubernetes:core/v1:Namespace", provider: "" },
    status: 1,
    steps: 1,
  },
});

describe("the outcome of a run", () => {
  it("has an exit code of Pulumi's table for every kind", () => {
    assert.deepEqual(exitCodes, {
      failure: 1,
      badInput: 2,
      credentials: 3,
      resource: 4,
      policy: 5,
      cancelled: 8,
      timeout: 9,
      locked: 10,
    });
    for (const [kind, exitCode] of Object.entries(exitCodes)) {
      const failure = new RunFailure(kind as keyof typeof exitCodes, "why");
      assert.equal(failure.exitCode, exitCode);
      assert.equal(failure.name, "RunFailure");
    }
  });

  it("hands a failure on that is one already", () => {
    const failure = new RunFailure("badInput", "why");
    assert.equal(failureOf(failure, []), failure);
  });

  it("tells the time limit from a cancellation, whatever the engine said", () => {
    const said = [diagnostic("error", "credentials: something else"), FAILED_STEP];
    const timeout = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    const timedOut = failureOf(COMMAND, said, timeout);
    assert.equal(timedOut.exitCode, 9);
    assert.equal(
      timedOut.message,
      "the time ran out; what had begun was finished and recorded, run again to go on",
    );
    const cancelled = failureOf(COMMAND, said, AbortSignal.abort());
    assert.equal(cancelled.exitCode, 8);
    assert.equal(
      cancelled.message,
      "cancelled; what had begun was finished and recorded, run again to go on",
    );
    assert.equal(failureOf(COMMAND, [], new AbortController().signal).kind, "failure");
  });

  it("knows a stack that another run holds", () => {
    const failure = failureOf(Object.create(ConcurrentUpdateError.prototype), []);
    assert.equal(failure.kind, "locked");
    assert.equal(failure.exitCode, 10);
    assert.match(
      failure.message,
      /^another run holds this stack; nothing was changed: wait until it ends, .*pulumi cancel --stack NAME$/,
    );
  });

  it("puts a mandatory policy before the step that failed by it, and strips colours", () => {
    const failure = failureOf(COMMAND, [FAILED_STEP, policyEvent("mandatory")]);
    assert.equal(failure.kind, "policy");
    assert.equal(failure.message, "acme-key is not rotated");
  });

  it("does not fail by an advisory policy", () => {
    const failure = failureOf(COMMAND, [policyEvent("warning"), diagnostic("error", "boom")]);
    assert.equal(failure.kind, "failure");
    assert.equal(failure.message, "boom");
  });

  it("knows a resource that failed", () => {
    const failure = failureOf(COMMAND, [FAILED_STEP, diagnostic("error", "namespace: forbidden")]);
    assert.equal(failure.exitCode, 4);
    assert.equal(failure.message, "namespace: forbidden");
  });

  it("says each error once, without colour codes, warnings or the command's own output", () => {
    const failure = failureOf(COMMAND, [
      diagnostic("warning", "old plugin"),
      diagnostic("error", "<{%fg 1%}>first<{%reset%}>\n"),
      diagnostic("error", "first"),
      diagnostic("error", "  <{%reset%}>  "),
      diagnostic("error", "second"),
      diagnostic("info#err", "chatter"),
    ]);
    assert.equal(failure.message, "first\nsecond");
    assert.equal(failure.cause, COMMAND);
  });

  it("passes on what the program warns of, and leaves the providers' warnings alone", () => {
    const stack = "urn:pulumi:prod::tenantry::pulumi:pulumi:Stack::tenantry-prod";
    assert.equal(
      warningOf(diagnostic("warning", "<{%fg 3%}>globex: open<{%reset%}>\n", stack)),
      "globex: open",
    );
    assert.equal(warningOf(diagnostic("warning", "globex: open")), "globex: open");
    assert.equal(
      warningOf(diagnostic("warning", "deprecated", "urn:pulumi:prod::tenantry::aws:kms/key:Key::k")),
      undefined,
    );
    assert.equal(warningOf(diagnostic("error", "globex: open", stack)), undefined);
  });

  it("falls back to the error's own text where the engine said nothing", () => {
    assert.equal(failureOf(new Error("pulumi is not installed"), []).message, "pulumi is not installed");
    assert.equal(failureOf("a bare string", []).message, "a bare string");
  });

  const problems: [Problem["kind"], number][] = [
    ["credentials", 3],
    ["unreachable", 1],
    ["conflict", 4],
    ["missing", 2],
  ];
  for (const [kind, exitCode] of problems) {
    it(`reads preflight's ${kind} as exit code ${exitCode}`, () => {
      const text = formatProblems([{ kind, message: "what; what to do" }]);
      const failure = failureOf(COMMAND, [diagnostic("error", `<{%reset%}>${text}<{%reset%}>\n`)]);
      assert.equal(failure.exitCode, exitCode);
      assert.equal(
        failure.message,
        `${kind}: what; what to do\n1 problem before the run; nothing was changed`,
      );
    });
  }

  it("finds preflight's word behind what the engine puts before it", () => {
    const text = "Running program failed with an unhandled exception:\ncredentials: expired";
    assert.equal(failureOf(COMMAND, [diagnostic("error", text)]).kind, "credentials");
  });

  it("does not take a word inside a sentence for preflight's", () => {
    const failure = failureOf(COMMAND, [diagnostic("error", "no credentials: none")]);
    assert.equal(failure.kind, "failure");
  });

  for (const name of ["organization/tenantry/platform", "platform"]) {
    it(`says what to do where the platform stack ${name} is unknown`, () => {
      const text = `error: rpc error: code = Unknown desc = unknown stack "${name}"`;
      const failure = failureOf(COMMAND, [FAILED_STEP, diagnostic("error", text)]);
      assert.equal(failure.kind, "badInput");
      assert.equal(failure.exitCode, 2);
      assert.equal(
        failure.message,
        `unknown stack "${name}": every tenant list builds on it; run: pulumi up --stack platform`,
      );
    });
  }

  it("leaves any other unknown stack to the engine's own words", () => {
    const text = 'unknown stack "organization/tenantry/my-platform"';
    const failure = failureOf(COMMAND, [diagnostic("error", text)]);
    assert.equal(failure.kind, "failure");
    assert.equal(failure.message, text);
  });
});
