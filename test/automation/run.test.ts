import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { RunFailure } from "../../automation/outcome";
import { destroy, preview, refresh, up } from "../../automation/engine/run";
import { withEnvironment } from "../proof/server";

describe("a run over a broken tenant file", () => {
  let directory: string;
  before(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-run-"));
    fs.mkdirSync(path.join(directory, "tenants", "broken"), { recursive: true });
    fs.writeFileSync(
      path.join(directory, "tenants", "broken", "one.yaml"),
      "name: one\nid: none\nowners: []\n",
    );
  });
  after(() => fs.rmSync(directory, { recursive: true }));

  for (const operation of [preview, up, refresh, destroy]) {
    it(`ends ${operation.name} with exit code 2 and every fault, before any engine`, async () => {
      // Nothing on the path: a run that got as far as the engine would fail otherwise.
      const failure = await withEnvironment({ PATH: "" }, () =>
        operation({ stack: "broken", directory }).then(
          () => assert.fail("the run did not fail"),
          (error: unknown) => error,
        ),
      );
      assert.ok(failure instanceof RunFailure, String(failure));
      assert.equal(failure.kind, "badInput");
      assert.equal(failure.exitCode, 2);
      assert.match(failure.message, /one\.yaml:2:\d+: id: "none" is not a version 4 UUID/);
      assert.match(failure.message, /one\.yaml:3:\d+: owners: /);
      assert.match(failure.message, /; nothing was changed$/);
      assert.equal(fs.existsSync(path.join(directory, "Pulumi.broken.yaml")), false);
    });
  }
});
