/** Images signed as cosign signs them, in a registry of this machine: what Kyverno and Gatekeeper say of pods that run them. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EXAMPLE, OTHER, namespaceOf, pod, workload } from "../../guardrails/examples";
import { text, type Document } from "../../guardrails/rule";
import { signatureConstraint, signatureTemplate } from "../../guardrails/signatures-gatekeeper";
import { SIGNATURE_ADVICE, UNPINNED, UNSIGNED, signaturePolicy } from "../../guardrails/signatures";
import type { Signer } from "../../model/platform";
import { policyEngines } from "../../sandbox/tools";
import { platform } from "./cases";
import { Registry, keyPair } from "./registry";

/** What is said of a pod or workload that runs such images. */
function refusal(kind: string, ...images: string[]): string {
  return sentence(kind, ...images.map((image) => `image ${image} ${UNSIGNED}`));
}

function sentence(kind: string, ...offences: string[]): string {
  return `${kind} web: ${offences.join(", ")}. ${SIGNATURE_ADVICE}.`;
}

function signedBy(signatures: readonly Signer[]) {
  return { ...platform, guardrails: { ...platform.guardrails, signatures: [...signatures] } };
}

describe("signatures of images", function () {
  this.timeout(120_000);
  let folder = "";

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-signatures-"));
  });

  after(() => {
    fs.rmSync(folder, { recursive: true });
  });

  function write(name: string, ...documents: unknown[]): string {
    const file = path.join(folder, name);
    fs.writeFileSync(file, documents.map((document) => JSON.stringify(document)).join("\n---\n"));
    return file;
  }

  describe("by Kyverno", () => {
    const registry = new Registry();
    const [own, shared, stranger] = [keyPair(), keyPair(), keyPair()];
    const repositories = {
      own: `${EXAMPLE.name}/app`,
      other: `${OTHER.name}/app`,
      shared: "platform/base",
    };
    let host = "";
    let kyverno = "";

    before(async () => {
      host = await registry.start();
      kyverno = (await policyEngines((line) => console.log(`  ${line}`))).kyverno;
    });

    after(() => {
      registry.stop();
    });

    /** What Kyverno says of a document, or nothing where it has no objection. */
    async function judge(document: Document, by: readonly Signer[] = signers()): Promise<string | undefined> {
      const values = write("values.yaml", {
        apiVersion: "cli.kyverno.io/v1alpha1",
        kind: "Values",
        globalValues: { "request.operation": "CREATE" },
        namespaces: [namespaceOf({ what: "" })],
      });
      const output = await run(kyverno, [
        "apply",
        write("policies.yaml", signaturePolicy(signedBy(by), "enforce")),
        ...["--resource", write("resource.yaml", document), "--values-file", values],
        ...["--policy-report", "--output-format", "json"],
      ]);
      const { results } = JSON.parse(output.slice(output.indexOf("{"))) as {
        results: readonly { result: string; message?: string }[];
      };
      assert.equal(results.length, 1, output);
      const [{ result, message } = { result: "" }] = results;
      return result === "pass" ? undefined : message;
    }

    function signers(): Signer[] {
      return [
        { images: [`${host}/{tenant}/`], publicKey: own.publicKey },
        { images: [`${host}/platform/`], publicKey: shared.publicKey },
      ];
    }

    /** An image with its digest, signed if there is a key to sign with. */
    function image(repository: string, key?: typeof own, signedDigest?: string): string {
      const digest = registry.push(repository, "1.0");
      if (key !== undefined) {
        registry.sign(repository, digest, key, signedDigest);
      }
      return `${host}/${repository}@${digest}`;
    }

    const running = (name: string) => pod({ container: { image: name } });

    it("lets an image through that the tenant's pipeline signed", async () => {
      assert.equal(await judge(running(image(repositories.own, own))), undefined);
    });

    it("lets an image through that the platform signed", async () => {
      assert.equal(await judge(running(image(repositories.shared, shared))), undefined);
    });

    it("lets workloads through, and an image that runs twice before another", async () => {
      const [app, base] = [image(repositories.own, own), image(repositories.shared, shared)];
      const parts = {
        container: { image: base },
        initContainer: { image: app },
        spec: { volumes: [{ name: "model", image: { reference: app } }] },
      };
      for (const document of [workload("Deployment", parts), workload("CronJob", parts), pod(parts)]) {
        assert.equal(await judge(document), undefined);
      }
    });

    it("refuses an image that is named by a tag, which may lead elsewhere tomorrow", async () => {
      image(repositories.own, own);
      const name = `${host}/${repositories.own}:1.0`;
      assert.equal(await judge(running(name)), sentence("Pod", `image ${name} ${UNPINNED}`));
    });

    for (const [what, repository, key] of [
      ["that nobody signed", repositories.own, undefined],
      ["that a stranger signed", repositories.own, stranger],
      ["under the tenant's name that the platform's key signed", repositories.own, shared],
      ["under the platform's name that the tenant signed", repositories.shared, own],
      ["under another tenant's name, signed by the same pipeline", repositories.other, own],
    ] as const) {
      it(`refuses an image ${what}`, async () => {
        const name = image(repository, key);
        assert.equal(await judge(running(name)), refusal("Pod", name));
      });
    }

    it("refuses an image with the signature of another", async () => {
      const other = registry.push(repositories.own, "2.0");
      const name = image(repositories.own, own, other);
      assert.equal(await judge(running(name)), refusal("Pod", name));
    });

    it("refuses an image of a registry that no signer has, without asking it", async () => {
      const name = `registry.invalid/app@sha256:${"0".repeat(64)}`;
      assert.equal(await judge(running(name)), refusal("Pod", name));
    });

    it("refuses the container that runs first, and an image that is mounted", async () => {
      const [good, first, mounted] = [
        image(repositories.own, own),
        image(repositories.own),
        image(repositories.own),
      ];
      const document = pod({
        container: { image: good },
        initContainer: { image: first },
        spec: { volumes: [{ name: "model", image: { reference: mounted } }] },
      });
      assert.equal(await judge(document), refusal("Pod", first, mounted));
    });

    for (const kind of ["Deployment", "CronJob", "PodTemplate"]) {
      it(`refuses a ${kind}`, async () => {
        const name = image(repositories.own);
        assert.equal(await judge(workload(kind, { container: { image: name } })), refusal(kind, name));
      });
    }

    it("compiles the policy for a pipeline that signs without a key", async () => {
      const keyless = { issuer: "https://token.example.com", subject: "https://git.example.com/ci" };
      const name = `registry.invalid/app@sha256:${"0".repeat(64)}`;
      assert.equal(await judge(running(name), [{ images: [`${host}/`], keyless }]), refusal("Pod", name));
    });
  });

  /** Its command line asks no provider: the answer is written into the template. */
  describe("by Gatekeeper, with the provider's answer", () => {
    const signer = { images: ["registry.example.com/"], publicKey: keyPair().publicKey };
    const named = (name: string, digit: string) => `registry.example.com/${name}@sha256:${digit.repeat(64)}`;
    const signed = named("app", "1");
    const unsigned = named("app", "2");
    let gator = "";

    before(async () => {
      gator = (await policyEngines((line) => console.log(`  ${line}`))).gator;
    });

    async function judge(document: Document, answer: unknown): Promise<string[]> {
      const on = signedBy([signer]);
      const template = signatureTemplate(on);
      for (const { code } of template.spec.targets) {
        for (const { source } of code) {
          source.rego += `\nexternal_data(request) := json.unmarshal(${text(JSON.stringify(answer))}) if request.provider == "ratify-provider"\n`;
        }
      }
      const files = [
        write("template.yaml", template),
        write("constraint.yaml", signatureConstraint(on, "enforce")),
        write("object.yaml", document),
      ];
      const output = await run(gator, [
        "test",
        "--output=json",
        ...files.flatMap((file) => ["--filename", file]),
      ]);
      const found = JSON.parse(output === "" ? "[]" : output) as readonly { msg: string }[] | null;
      return (found ?? []).map(({ msg }) => msg);
    }

    const vouched = {
      errors: [],
      responses: [
        [signed, { isSuccess: true }],
        [unsigned, { isSuccess: false }],
      ],
      system_error: "",
    };

    it("lets through what it vouches for", async () => {
      assert.deepEqual(await judge(pod({ container: { image: signed } }), vouched), []);
      assert.deepEqual(await judge(workload("CronJob", { container: { image: signed } }), vouched), []);
    });

    for (const kind of ["Pod", "Deployment", "CronJob", "PodTemplate"]) {
      it(`refuses a ${kind} that runs what it does not vouch for`, async () => {
        const parts = { container: { image: unsigned } };
        const document = kind === "Pod" ? pod(parts) : workload(kind, parts);
        assert.deepEqual(await judge(document, vouched), [refusal(kind, unsigned)]);
      });
    }

    it("refuses the container that runs first, and an image that is mounted", async () => {
      const mounted = named("model", "3");
      const document = pod({
        container: { image: signed },
        initContainer: { image: unsigned },
        spec: { volumes: [{ name: "model", image: { reference: mounted } }] },
      });
      assert.deepEqual(await judge(document, vouched), [refusal("Pod", unsigned, mounted)]);
    });

    it("refuses an image that is named by a tag", async () => {
      const image = "registry.example.com/app:1.0";
      const tagged = { ...vouched, responses: [[image, { isSuccess: true }]] };
      assert.deepEqual(await judge(pod({ container: { image } }), tagged), [
        sentence("Pod", `image ${image} ${UNPINNED}`),
      ]);
    });

    it("refuses what it says nothing of, and everything when it fails", async () => {
      for (const answer of [
        { errors: [], responses: [], system_error: "" },
        { errors: [[signed, "no registry"]], responses: [], system_error: "" },
        { errors: [], responses: [], system_error: "down" },
        { errors: [], responses: [[signed, "valid"]], system_error: "" },
      ]) {
        assert.deepEqual(await judge(pod({ container: { image: signed } }), answer), [
          refusal("Pod", signed),
        ]);
      }
    });
  });
});

/** Programs that judge end with an error where they refuse. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error !== null && stdout === "") {
        reject(new Error(`${path.basename(program)}: ${stderr || error.message}`));
      } else {
        resolve(stdout);
      }
    });
    // gator reads what is piped to it as well, and would wait for its end.
    child.stdin?.end();
  });
}
