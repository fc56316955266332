import assert from "node:assert/strict";
import type { KeyMetadata } from "@aws-sdk/client-kms";
import type { Problem } from "../../../proof/preflight";
import { judgeBucketRefusal, judgeKeyState } from "../../../proof/preflight/aws";
import { platform, tenantOf } from "../../components/fixtures";

const acme = tenantOf("standard");

describe("AWS before a run", () => {
  describe("a tenant's key", () => {
    const object = `the KMS key behind alias/tenantry/${acme.id} of tenant acme`;
    const conflict = (message: string): Problem[] => [{ kind: "conflict", message: `${object} ${message}` }];
    const cases: [string, KeyMetadata | undefined, Problem[]][] = [
      ["is fit where there is none yet", undefined, []],
      ["is fit where it is enabled", { KeyId: "k", KeyState: "Enabled" }, []],
      [
        "is about to be destroyed",
        { KeyId: "k", KeyState: "PendingDeletion", DeletionDate: new Date("2026-12-24T03:00:00Z") },
        conflict(
          "is destroyed on 2026-12-24, and all that it encrypts becomes unreadable; to keep it: aws kms cancel-key-deletion --key-id k, then aws kms enable-key --key-id k",
        ),
      ],
      [
        "is disabled",
        { KeyId: "k", KeyState: "Disabled" },
        conflict(
          "is disabled, so that neither volumes nor backups can be read or written; find out why, then: aws kms enable-key --key-id k",
        ),
      ],
    ];
    for (const [what, key, expected] of cases) {
      it(what, () => assert.deepEqual(judgeKeyState(acme, key), expected));
    }
  });

  describe("the bucket", () => {
    const refusal = (httpStatusCode: number, headers: Record<string, string> = {}) =>
      Object.assign(new Error("UnknownError"), { $metadata: { httpStatusCode }, $response: { headers } });
    const elsewhere =
      "conflict: the backup bucket test-backups lies in us-east-1, and the platform in eu-central-1; name a bucket of that region, or correct aws.region";
    const cases: [string, Error, string][] = [
      [
        "is not to be seen",
        refusal(403, { "x-amz-bucket-region": "eu-central-1" }),
        "credentials: the backup bucket test-backups exists but these credentials may not see it; grant them s3:GetBucketLocation on it, or find out whose account it is in",
      ],
      [
        "is missing",
        refusal(404),
        "missing: the backup bucket test-backups is missing; run: pulumi up --stack platform",
      ],
      ["lies in another region", refusal(301, { "x-amz-bucket-region": "us-east-1" }), elsewhere],
      [
        "lies in another region that refuses the signature",
        refusal(400, { "x-amz-bucket-region": "us-east-1" }),
        elsewhere,
      ],
      [
        "lies in another region that S3 does not name",
        refusal(301),
        elsewhere.replace("us-east-1", "another region"),
      ],
      [
        "cannot be asked after",
        refusal(503),
        "unreachable: S3 does not answer for the backup bucket test-backups: it answered 503; check the connection to AWS, then run again",
      ],
    ];
    for (const [what, error, expected] of cases) {
      it(what, () => {
        const { kind, message } = judgeBucketRefusal(platform.aws, error);
        assert.equal(`${kind}: ${message}`, expected);
      });
    }
  });
});
