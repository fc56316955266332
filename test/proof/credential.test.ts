import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { kubernetesObject } from "../../proof/documents";
import { Ledger } from "../../proof/ledger";
import { judgeCredential, readCredential } from "../../proof/live/credential";
import { ReadError, type Reader } from "../../proof/reader";
import { neighbour, platform, tenantOf } from "../components/fixtures";
import { declared, sentences } from "./live";

const acme = tenantOf("standard");
const ROLE = (id: string) => `arn:aws:iam::123456789012:role/tenantry-${id}-backup`;
const SECRET = "acme: backup: Secret velero/tenant-acme";

/** A Secret that holds that profile under a key. */
function secret(profile: string, key = "cloud") {
  return kubernetesObject.parse({
    metadata: { name: "tenant-acme", namespace: "velero" },
    data: { [key]: Buffer.from(profile).toString("base64") },
  });
}

function judged(live: ReturnType<typeof secret> | undefined): string[] {
  const ledger = new Ledger();
  judgeCredential(acme, platform, live, ledger);
  return sentences(ledger);
}

describe("the read-back of Velero's credential", () => {
  let profile: string;
  before(async () => {
    const found = (await declared([acme])).find(({ name }) => name === "acme-backup-credential");
    // Whatever is in a Secret is an output.
    const data = found?.props["data"] as pulumi.Output<Record<string, string>>;
    const { cloud = "" } = await new Promise<Record<string, string>>((resolve) => data.apply(resolve));
    profile = Buffer.from(cloud, "base64").toString("utf8");
    assert.match(profile, /role_arn/);
  });

  it("finds nothing amiss in what the components declare", () =>
    assert.deepEqual(judged(secret(profile)), []));
  it("allows other white space", () =>
    assert.deepEqual(judged(secret(profile.replaceAll(" = ", "=").replaceAll("\n", "\r\n\n"))), []));
  it("finds it missing", () => assert.deepEqual(judged(undefined), [`${SECRET} is missing`]));

  const OTHER = `instead of ${ROLE(acme.id)}`;
  const TOKEN = `${SECRET} signs in with another token than that of Velero's ServiceAccount`;
  const MORE = `${SECRET} holds more than one profile of a role and a token`;
  const cases: [string, (profile: string) => string, ...string[]][] = [
    [
      "another tenant's role",
      (text) => text.replace(acme.id, String(neighbour.id)),
      `${SECRET} takes on ${ROLE(String(neighbour.id))} ${OTHER}`,
    ],
    [
      "a second role",
      (text) => `${text}role_arn = ${ROLE(String(neighbour.id))}\n`,
      `${SECRET} takes on an unreadable role ${OTHER}`,
    ],
    ["another token", (text) => text.replace("/var/run", "/tmp"), TOKEN],
    [
      "an access key, and shows nothing of it",
      () => "[default]\naws_access_key_id = AKIACANARY\naws_secret_access_key = canary\n",
      `${SECRET} takes on no role ${OTHER}`,
      TOKEN,
      MORE,
    ],
    [
      "something else in the role's place, and shows nothing of it",
      (text) => text.replace(/arn:.*/, "canary"),
      `${SECRET} takes on an unreadable role ${OTHER}`,
    ],
    ["a program beside the role", (text) => `${text}credential_process = /bin/sh\n`, MORE],
    ["an access key beside the role", (text) => `${text}AWS_ACCESS_KEY_ID = canary\n`, MORE],
    ["another profile", (text) => text.replace("[default]", "[other]"), MORE],
    ["a second profile", (text) => `${text}[other]\n`, MORE],
  ];
  for (const [what, change, ...expected] of cases) {
    it(`finds ${what}`, () => {
      const text = change(profile);
      assert.notEqual(text, profile);
      const found = judged(secret(text));
      assert.deepEqual(found, expected);
      assert.doesNotMatch(found.join(), /canary/i);
    });
  }
  it("finds the profile under another key", () =>
    assert.deepEqual(judged(secret(profile, "other")), [`${SECRET} takes on no role ${OTHER}`, TOKEN, MORE]));

  const answering = (answer: (path: string) => Promise<unknown>): Reader => ({
    address: "https://cluster.test",
    get: answer,
  });
  it("reads the one Secret by its name", async () => {
    const paths: string[] = [];
    const reader = answering(async (path) => {
      paths.push(path);
      return secret(profile);
    });
    assert.deepEqual(await readCredential(acme, platform, reader), secret(profile));
    assert.deepEqual(paths, ["/api/v1/namespaces/velero/secrets/tenant-acme"]);
  });
  it("takes 404 for missing, and no other refusal", async () => {
    const refusing = (status: number) => answering((path) => Promise.reject(new ReadError(status, path)));
    assert.equal(await readCredential(acme, platform, refusing(404)), undefined);
    await assert.rejects(readCredential(acme, platform, refusing(403)), { status: 403 });
  });
});
