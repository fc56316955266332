/** What goes wrong before, during and behind a run: refused with a sentence, found by the read-back, healed (R92, R102). */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { openStack } from "../../automation/workspace";
import { preview, refresh, up } from "../../automation/engine/run";
import { RunFailure } from "../../automation/outcome";
import { ask, LIST, run, sandbox } from "./fixture";

async function failure(of: Promise<unknown>): Promise<RunFailure> {
  try {
    await of;
  } catch (error) {
    assert.ok(error instanceof RunFailure, String(error));
    return error;
  }
  assert.fail("the run did not fail");
}

describe("faults", () => {
  describe("in what people wrote", () => {
    it("ends with exit code 2, every fault, and not one request to any server", async () => {
      const requests: string[] = [];
      const server = http.createServer((request, response) => {
        requests.push(`${request.method} ${request.url}`);
        response.writeHead(500).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { project } = sandbox();
      project.write("broken", "one", { name: "one", id: "not-a-uuid", owners: ["x@example.com"] });
      project.write("broken", "two", {
        name: "two",
        id: "7f1f6f0c-1d6e-4c57-9a43-0f6d6a1b2c3d",
        owners: ["x@example.com"],
        qouta: {},
      });
      try {
        const environment = { VAULT_ADDR: address, AWS_ENDPOINT_URL: address };
        const { exitCode, message } = await failure(preview(run("broken", environment)));
        assert.equal(exitCode, 2);
        assert.match(message, /broken\/one\.yaml:2:\d+: id: "not-a-uuid" is not a version 4 UUID/);
        assert.match(message, /broken\/two\.yaml:\d+:\d+: qouta: .*quota/);
        assert.deepEqual(requests, []);
      } finally {
        server.close();
        fs.rmSync(path.join(project.directory, "tenants", "broken"), { recursive: true });
      }
    });
  });

  describe("before anything changes", () => {
    it("refuses a cluster that does not answer (P12)", async () => {
      const kubeconfig = path.join(sandbox().dataDir, "unreachable.kubeconfig");
      const text = fs.readFileSync(sandbox().env["KUBECONFIG"] ?? "", "utf8");
      fs.writeFileSync(kubeconfig, text.replace(/https:\/\/127\.0\.0\.1:\d+/, "https://127.0.0.1:1"));
      const { message } = await failure(preview(run(LIST, { KUBECONFIG: kubeconfig })));
      assert.match(message, /API server .*does not answer|cannot be reached|unreachable/i);
    });

    it("refuses to run a list as the administrator, who runs the platform alone (R4)", async () => {
      const { exitCode, message } = await failure(preview(run(LIST, sandbox().env)));
      assert.equal(exitCode, 3);
      assert.match(message, /may do everything in the cluster, and a tenant list runs as the provisioner/);
    });

    it("refuses to run the platform as the provisioner", async () => {
      const { exitCode, message } = await failure(refresh(run("platform", sandbox().provisioner)));
      assert.equal(exitCode, 4);
      assert.match(message, /provisioner.*(cannot|permission denied|not authorized)/s);
    });

    it("refuses a Vault token that is none, with exit code 3", async () => {
      const { exitCode, message } = await failure(preview(run(LIST, { VAULT_TOKEN: "s.nobody" })));
      assert.match(message, /Vault/);
      assert.equal(exitCode, 3, message);
      assert.ok(!message.includes("s.nobody"));
    });

    it("refuses a Vault namespace that is not ours, and adopts nothing (B1)", async () => {
      const id = "9d2a7c64-5b3e-4f18-8c90-1e2f3a4b5c6d";
      const vault = (method: string) =>
        fetch(new URL(`/v1/sys/namespaces/${id}`, sandbox().env["VAULT_ADDR"]), {
          method,
          headers: { "X-Vault-Token": sandbox().env["VAULT_TOKEN"] ?? "" },
        });
      assert.equal((await vault("POST")).status, 200);
      sandbox().project.write(LIST, "latecomer", {
        name: "latecomer",
        id,
        owners: ["lee@latecomer.example"],
      });
      try {
        const { message } = await failure(up(run()));
        assert.match(message, new RegExp(`Vault namespace ${id} .*`));
        assert.equal((await ask("GET", "/api/v1/namespaces/tenant-latecomer")).status, 404);
      } finally {
        sandbox().project.take(LIST, "latecomer");
        await vault("DELETE");
      }
      await preview(run());
    });

    it("refuses a namespace that is not ours", async () => {
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "tenant-squatter" } };
      await ask("POST", "/api/v1/namespaces", namespace);
      sandbox().project.write(LIST, "squatter", {
        name: "squatter",
        id: "4e8f1c2b-7a6d-4b5c-9e0f-a1b2c3d4e5f6",
        owners: ["sam@squatter.example"],
      });
      try {
        const { message } = await failure(preview(run()));
        assert.match(message, /tenant-squatter/);
      } finally {
        sandbox().project.take(LIST, "squatter");
        await ask("DELETE", "/api/v1/namespaces/tenant-squatter");
      }
    });
  });

  describe("behind the back of the state", () => {
    const policy = "/apis/networking.k8s.io/v1/namespaces/tenant-acme/networkpolicies/default-deny";
    const quota = "/api/v1/namespaces/tenant-acme/resourcequotas/tenant-quota";

    it("finds a guardrail that was deleted by hand: fails a run that does not refresh, heals by one that does", async () => {
      assert.equal((await ask("DELETE", policy)).status, 200);
      const { message } = await failure(up({ ...run(), refresh: false }));
      assert.match(message, /acme: network: NetworkPolicy tenant-acme\/default-deny is missing/);
      await up(run());
      assert.equal((await ask("GET", policy)).status, 200);
    });

    it("finds a guardrail that was loosened by hand: fails a run that does not refresh, heals by one that does", async () => {
      assert.equal((await ask("PATCH", quota, { spec: { hard: { pods: "9999" } } })).status, 200);
      const { message } = await failure(up({ ...run(), refresh: false }));
      assert.match(message, /acme: fairness: .*pods/);
      await up(run());
      const { body } = await ask("GET", quota);
      assert.equal((body["spec"] as { hard: Record<string, string> }).hard["pods"], "50");
    });
  });

  describe("in the middle of a run", () => {
    const late = {
      name: "latecomer",
      id: "9d2a7c64-5b3e-4f18-8c90-1e2f3a4b5c6d",
      owners: ["lee@latecomer.example"],
    };

    it("cancels gracefully with exit code 8, and the next run goes on", async () => {
      const controller = new AbortController();
      sandbox().project.write(LIST, late.name, late);
      const cancelled = up({
        ...run(),
        signal: controller.signal,
        onEvent: ({ resOutputsEvent }) => {
          if (resOutputsEvent?.metadata.op === "create") {
            controller.abort();
          }
        },
      });
      assert.equal((await failure(cancelled)).exitCode, 8);
      await up(run());
      assert.equal((await ask("GET", "/apis/storage.k8s.io/v1/storageclasses/tenant-latecomer")).status, 200);
      sandbox().project.take(LIST, late.name);
      await up({ ...run(), approve: ["latecomer/*"] });
    });

    it("lets one run in and refuses the other with exit code 10", async () => {
      const results = await Promise.allSettled([up(run()), up(run())]);
      const refused = results
        .filter((result) => result.status === "rejected")
        .map(({ reason }) => reason as RunFailure);
      assert.equal(refused.length, 1);
      assert.equal(refused[0]?.exitCode, 10, refused[0]?.message);
    });
  });

  it("keeps every credential out of the state, in memory and on disk (P8)", async () => {
    const stack = await openStack(run());
    const exported = JSON.stringify(await stack.exportStack());
    const onDisk = filesUnder(path.join(sandbox().dataDir, "state")).map((file) =>
      fs.readFileSync(file, "utf8"),
    );
    assert.ok(onDisk.length > 3);
    const kubeconfig = fs.readFileSync(sandbox().env["KUBECONFIG"] ?? "", "utf8");
    const canaries = {
      vault: sandbox().env["VAULT_TOKEN"],
      aws: sandbox().env["AWS_SECRET_ACCESS_KEY"],
      kubernetes: /"client-key-data": ?"([^"]+)"/.exec(kubeconfig)?.[1],
    };
    for (const [name, canary] of Object.entries(canaries)) {
      assert.ok(canary && canary.length > 10, `no ${name} canary`);
      assert.ok(
        ![exported, ...onDisk].some((text) => text.includes(canary)),
        `${name} credential in the state`,
      );
    }
  });
});

function filesUnder(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
}
