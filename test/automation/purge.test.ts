import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { offboard } from "../../automation/leaving/offboard";
import type { RunFailure } from "../../automation/outcome";
import { purge, type PurgeOptions } from "../../automation/leaving/purge";
import { resume } from "../../automation/suspension/resume";
import { suspend } from "../../automation/suspension/suspend";

const ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";

describe("what a command about leaving refuses before it asks any server", () => {
  let directory: string;
  const file = () => path.join(directory, "tenants", "prod", "acme.yaml");

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-purge-"));
    fs.mkdirSync(path.join(directory, "tenants", "prod"), { recursive: true });
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  function write(...lifecycle: string[]): void {
    const fields = lifecycle.map((line) => `  ${line}\n`).join("");
    fs.writeFileSync(file(), `name: acme\nid: ${ID}\nowners: [x@example.com]\nlifecycle:\n${fields}`);
  }

  const options = (more: Partial<PurgeOptions> = {}): PurgeOptions => ({
    stack: "prod",
    directory,
    tenant: "acme",
    // Nobody listens there: a request would be told of in the failure.
    environment: { VAULT_ADDR: "http://127.0.0.1:1", PULUMI_BACKEND_URL: "file:///nowhere" },
    ...more,
  });

  async function refused(of: Promise<unknown>, sentence: RegExp): Promise<void> {
    const before = fs.existsSync(file()) ? fs.readFileSync(file(), "utf8") : undefined;
    await assert.rejects(of, (error: RunFailure) => {
      assert.match(error.message, sentence);
      assert.equal(error.kind, "badInput");
      assert.equal(error.exitCode, 2);
      return true;
    });
    assert.equal(fs.existsSync(file()) ? fs.readFileSync(file(), "utf8") : undefined, before);
  }

  for (const state of ["active", "suspended", "offboarding"]) {
    it(`does not purge a tenant that is ${state}, also not by now and its name`, async () => {
      write(`state: ${state}`);
      const sentence = new RegExp(
        `acme is ${state}, and only a tenant that has left is purged; offboard it first`,
      );
      await refused(purge(options()), sentence);
      await refused(purge(options({ now: true, confirmedName: "acme" })), sentence);
    });
  }

  it("does not purge before the time", async () => {
    write("state: retained", 'retainUntil: "2099-01-31"');
    await refused(
      purge(options()),
      /the data of acme is kept until 2099-01-31; nothing was deleted: purge it from 2099-02-01 on/,
    );
  });

  it("does not purge now without the name, or with another", async () => {
    write("state: retained", 'retainUntil: "2099-01-31"');
    await refused(
      purge(options({ now: true })),
      /the name has to be confirmed, and it was not; nothing was deleted/,
    );
    await refused(
      purge(options({ now: true, confirmedName: "acme-eu" })),
      /"acme-eu" is not acme; nothing was deleted/,
    );
  });

  it("purges nothing under a legal hold, neither when the time is over nor now (A243)", async () => {
    write("state: retained", 'retainUntil: "2020-01-31"', "legalHold: true");
    const sentence = /the data of acme is under a legal hold; nothing was deleted: whoever may lift it/;
    await refused(purge(options()), sentence);
    await refused(purge(options({ now: true, confirmedName: "acme" })), sentence);
  });

  it("knows no tenant by a misspelt name, and says which was meant (A244)", async () => {
    write("state: retained", 'retainUntil: "2020-01-31"');
    const unknown = /the list prod has no tenant acne; .*acme/;
    await refused(purge(options({ tenant: "acne" })), unknown);
    await refused(offboard(options({ tenant: "acne" })), unknown);
    await refused(suspend(options({ tenant: "acne" })), unknown);
    await refused(resume(options({ tenant: "acne" })), unknown);
  });

  it("suspends no tenant that leaves, and wakes none that has left", async () => {
    write("state: offboarding");
    await refused(
      suspend(options()),
      /acme is offboarding, where nothing runs any more; there is nothing to suspend/,
    );
    write("state: retained", 'retainUntil: "2099-01-31"');
    await refused(
      resume(options()),
      /acme has left, and only its data is kept, until 2099-01-31; to have it back/,
    );
  });
});
