/** The end: a list goes, its tenants with it, and what must stay stays. */

import assert from "node:assert/strict";
import { KMSClient, ListAliasesCommand } from "@aws-sdk/client-kms";
import { destroy } from "../../automation/engine/run";
import * as names from "../../model/names";
import { clientOptions } from "./aws";
import { ask, LIST, run, sandbox, tenantId } from "./fixture";

describe("destroy", () => {
  it("refuses the platform before the first deletion: it holds the backups", async () => {
    await assert.rejects(
      destroy(run("platform")),
      /holds protected resources; nothing was deleted:.*backup-bucket/s,
    );
    assert.equal(
      (await ask("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/tenant-admin")).status,
      200,
    );
  });

  it("removes every tenant of the list from all three systems", async () => {
    const ids = sandbox().project.tenants(LIST).map(tenantId);
    await assert.rejects(destroy(run(LIST)), /nobody approved it; nothing was changed:.*acme\/key: urn:/s);
    await destroy({ ...run(LIST), approve: ["*"] });

    const { body } = await ask("GET", "/api/v1/namespaces?labelSelector=tenantry.dev/list=sample");
    assert.deepEqual(body["items"], []);
    const { body: classes } = await ask(
      "GET",
      "/apis/storage.k8s.io/v1/storageclasses?labelSelector=tenantry.dev/list=sample",
    );
    assert.deepEqual(classes["items"], []);

    const { Aliases = [] } = await new KMSClient(clientOptions()).send(new ListAliasesCommand({}));
    const left = new Set(Aliases.map(({ AliasName }) => AliasName));
    assert.deepEqual(
      ids.filter((id) => left.has(names.keyAlias(id))),
      [],
    );

    for (const id of ids) {
      const response = await fetch(new URL(`/v1/sys/namespaces/${id}`, sandbox().env["VAULT_ADDR"]), {
        headers: { "X-Vault-Token": sandbox().env["VAULT_TOKEN"] ?? "" },
      });
      assert.equal(response.status, 404, id);
    }
  });
});
