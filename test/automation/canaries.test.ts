import assert from "node:assert/strict";
import {
  seeThemRefused,
  seeThemWork,
  type Attempt,
  type Canary,
} from "../../automation/credentials/canaries";
import type { RunFailure } from "../../automation/outcome";

/** A credential to which a server gives these answers in turn, the last one for ever. */
function canary(credential: string, ...answers: Attempt[]): Canary {
  return {
    credential,
    plane: "kubernetes",
    attempt: () => Promise.resolve((answers.length > 1 ? answers.shift() : answers[0]) ?? fails("never")),
  };
}
const works = (answer: string): Attempt => ({ accepted: true, answer });
const fails = (answer: string): Attempt => ({ accepted: false, answer });

describe("canaries (R85, R89)", () => {
  it("count only where they worked before", async () => {
    const { live, untried } = await seeThemWork([canary("a", works("200")), canary("b", fails("403 no"))]);
    assert.deepEqual(
      live.map(({ canary: { credential }, worked }) => [credential, worked]),
      [["a", "200"]],
    );
    assert.deepEqual(untried, [{ credential: "b", why: "403 no" }]);
  });

  it("are tried until they are refused, and keep the first refusal's sentence", async () => {
    const { live } = await seeThemWork([
      canary("slow", works("200"), works("200"), fails("401 Unauthorized")),
      canary("fast", works("200"), fails("403 Forbidden"), works("again")),
    ]);
    assert.deepEqual(await seeThemRefused(live, { seconds: 5 }), [
      { credential: "slow", worked: "200", refused: "401 Unauthorized" },
      { credential: "fast", worked: "200", refused: "403 Forbidden" },
    ]);
  });

  it("fail the run by name while one still works", async () => {
    const { live } = await seeThemWork([canary("a", works("200")), canary("b", works("200"), fails("403"))]);
    await assert.rejects(seeThemRefused(live, { seconds: 0 }), (error: RunFailure) => {
      assert.equal(error.kind, "timeout");
      assert.match(error.message, /after 0 s these credentials still work: a; find out who lets them in/);
      return true;
    });
  });
});
