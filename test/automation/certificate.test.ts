import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Certificate } from "../../automation/leaving/certificate";
import {
  certificateFile,
  certificatesNamed,
  readCertificate,
  writeCertificate,
} from "../../automation/leaving/certificate-file";
import { certificatePage } from "../../automation/leaving/certificate-page";

const ID = "5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";
const LATER = "6f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f";

const certificate: Certificate = {
  version: 1,
  stage: "purged",
  list: "prod",
  tenant: {
    name: "acme",
    id: ID,
    displayName: "ACME | <b>Ltd</b>",
    tier: "standard",
    namespaces: ["tenant-acme"],
    secretsEngine: "vault",
    secrets: [],
  },
  actor: "ops@host",
  began: "2026-11-23T10:00:00.000Z",
  left: "2026-11-23T10:05:00.000Z",
  purged: "2026-12-24T10:00:00.000Z",
  gone: [
    {
      plane: "kubernetes",
      what: "namespace tenant-acme",
      asked: "GET /api/v1/namespaces/tenant-acme",
      answered: "404",
    },
  ],
  waits: [{ what: "key arn:key", until: "2027-01-23T10:00:00.000Z", why: "KMS destroys it then" }],
  retained: [
    {
      plane: "aws",
      what: "backups",
      asked: "s3:ListObjectVersions",
      answered: "2 objects",
      until: "2026-12-23",
      readableBy: "nobody",
    },
  ],
  credentials: {
    tried: [
      {
        credential: "token of ServiceAccount tenant-acme/tenant-admin",
        worked: "200",
        refused: "401 Unauthorized",
      },
    ],
    untried: [{ credential: "secret id of AppRole reader", why: "source address unauthorized" }],
  },
  references: [
    {
      plane: "aws",
      what: "trusts of IAM roles",
      asked: "iam:ListRoles",
      answered: "none of 9 names the tenant",
    },
  ],
  backup: { taken: false, why: "left out by skipBackup" },
  volumes: [
    { name: "pv-1", claim: "tenant-acme/data", reclaimPolicy: "Retain", phase: "Bound", handle: "vol-1" },
  ],
  lostPods: ["tenant-acme/alone"],
  released: [{ object: "configmaps tenant-acme/settings", finalizer: "evil.example/hold" }],
  ledger: {
    keyArn: "arn:key",
    since: "2026-01-01T00:00:00.000Z",
    until: "2027-01-23T10:00:00.000Z",
    prefix: { location: "s3://backups/tenants/1/", objects: 2, versions: 3, bytes: 40 },
    volumes: [],
    secrets: [],
  },
  plans: [{ step: "shut the tenant out", digest: "abc" }],
  audit: { sequence: 7, hash: "def" },
};

describe("a certificate (R90)", () => {
  describe("as people read it", () => {
    const page = certificatePage(certificate);

    for (const [what, line] of [
      ["its title", "# Tenant acme has left, and its data is destroyed"],
      [
        "what is gone and how that was seen",
        "| namespace tenant-acme | `GET /api/v1/namespaces/tenant-acme` | 404 |",
      ],
      ["what waits", "| key arn:key | 2027-01-23T10:00:00.000Z | KMS destroys it then |"],
      [
        "what is kept, until when, and for whom",
        "| backups | 2026-12-23 | nobody | `s3:ListObjectVersions` | 2 objects |",
      ],
      [
        "credentials before and after",
        "| token of ServiceAccount tenant-acme/tenant-admin | 200 | 401 Unauthorized |",
      ],
      ["credentials that prove nothing", "| secret id of AppRole reader | source address unauthorized |"],
      [
        "where references were looked for",
        "| trusts of IAM roles | `iam:ListRoles` | none of 9 names the tenant |",
      ],
      ["the backup that is missing", "| backup | none: left out by skipBackup |"],
      ["volumes", "| pv-1 | tenant-acme/data | Retain | Bound | vol-1 |"],
      ["pods that are lost", "- `tenant-acme/alone`"],
      ["what was let go", "- `evil.example/hold` of `configmaps tenant-acme/settings`"],
      ["the ledger", "- `s3://backups/tenants/1/`: 2 objects in 3 versions, 40 bytes"],
      ["the runs", "- shut the tenant out: `abc`"],
      ["the audit log", "| audit log | entry 7, `def` |"],
    ] as const) {
      it(`tells ${what}`, () => assert.ok(page.split("\n").includes(line), page));
    }

    it("keeps what a tenant wrote inside its cell", () => {
      assert.ok(page.includes("ACME \\| \\<b\\>Ltd\\</b\\>"));
    });

    it("leaves out what there is nothing to say of", () => {
      const bare = certificatePage({
        ...certificate,
        released: [],
        lostPods: [],
        ledger: undefined,
        volumes: [],
      });
      assert.doesNotMatch(bare, /Finalizers|Pods that|Unreadable|Volumes/);
    });
  });

  describe("as a file", () => {
    let directory: string;
    const project = () => ({ stack: "prod", directory });

    beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-certificate-"))));
    afterEach(() => fs.rmSync(directory, { recursive: true }));

    it("is read as it was written, and lies beside its page", () => {
      writeCertificate(project(), certificate);
      assert.deepEqual(readCertificate(project(), certificate.tenant), certificate);
      const folder = path.join(directory, "out", "offboarding", "prod");
      assert.deepEqual(fs.readdirSync(folder).sort(), [`acme-${ID}.json`, `acme-${ID}.md`]);
    });

    it("is none where nothing has begun", () => {
      assert.equal(readCertificate(project(), certificate.tenant), undefined);
      assert.deepEqual(certificatesNamed(project(), "acme"), []);
    });

    it("is found by the tenant's name, the latest first, and no other tenant's", () => {
      writeCertificate(project(), certificate);
      writeCertificate(project(), {
        ...certificate,
        began: "2027-05-01T00:00:00.000Z",
        tenant: { ...certificate.tenant, id: LATER },
      });
      writeCertificate(project(), { ...certificate, tenant: { ...certificate.tenant, name: "acme-eu" } });
      assert.deepEqual(
        certificatesNamed(project(), "acme").map(({ tenant }) => tenant.id),
        [LATER, ID],
      );
    });

    it("is refused by its name where it is none", () => {
      writeCertificate(project(), certificate);
      const file = certificateFile(project(), certificate.tenant);
      fs.writeFileSync(file, JSON.stringify({ ...certificate, stage: "sold" }));
      assert.throws(
        () => readCertificate(project(), certificate.tenant),
        /acme-.*\.json is no certificate .* \(stage: /,
      );
    });
  });
});
