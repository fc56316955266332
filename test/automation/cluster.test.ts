import assert from "node:assert/strict";
import { pastRaces, type Reply } from "../../automation/cluster";

/** How the API server refuses a creation whose quota changed while it was counted. */
const LOST_RACE: Reply = refusal("Conflict", "resourcequotas");
const MADE: Reply = { status: 201, message: "", body: { kind: "Pod" } };

describe("a request that is counted against a quota", () => {
  it("is sent again until it is counted", async () => {
    const replies = [LOST_RACE, LOST_RACE, MADE];
    assert.equal(await pastRaces(answering(replies)), MADE);
    assert.deepEqual(replies, []);
  });

  it("is refused as the server says, where it never is", async () => {
    let asked = 0;
    const reply = await pastRaces(() => {
      asked += 1;
      return Promise.resolve(LOST_RACE);
    });
    assert.equal(reply, LOST_RACE);
    assert.equal(asked, 6);
  });

  const others: [what: string, reply: Reply][] = [
    ["an object that is there already", refusal("AlreadyExists", "serviceaccounts")],
    ["a conflict over the object itself", refusal("Conflict", "deployments")],
    ["a quota that is exhausted", { ...refusal("Forbidden", "pods"), status: 403 }],
    ["a refusal without details", { status: 409, message: "", body: {} }],
  ];
  for (const [what, reply] of others) {
    it(`is sent once for ${what}`, async () => {
      const replies = [reply, MADE];
      assert.equal(await pastRaces(answering(replies)), reply);
      assert.deepEqual(replies, [MADE]);
    });
  }
});

function refusal(reason: string, kind: string): Reply {
  return { status: 409, message: reason, body: { reason, details: { name: "one", kind } } };
}

function answering(replies: Reply[]): () => Promise<Reply> {
  return () => Promise.resolve(replies.shift() ?? assert.fail("asked too often"));
}
