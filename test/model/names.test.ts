/** Derived names: never shared by two tenants, and legal in every system at once. */

import assert from "node:assert/strict";
import fc from "fast-check";
import * as names from "../../model/names";

/** DNS labels without the separator, up to a length: what the reader lets through. */
const label = (max: number) =>
  fc
    .tuple(
      fc.constantFrom(..."abc"),
      fc.array(fc.constantFrom(..."abc019-"), { maxLength: max - 1 }).map((letters) => letters.join("")),
    )
    .map(([first, rest]) => first + rest)
    .filter((text) => !text.includes("--") && !text.endsWith("-"));

const tenant = fc.oneof(
  label(4),
  label(names.MAX_NAME_LENGTH),
  fc.constant("a".repeat(names.MAX_NAME_LENGTH)),
);
const environment = fc.option(
  fc.oneof(
    label(3),
    label(names.MAX_ENVIRONMENT_LENGTH),
    fc.constant("e".repeat(names.MAX_ENVIRONMENT_LENGTH)),
  ),
  { nil: undefined },
);
const id = fc.uuid({ version: 4 });

describe("derived names", () => {
  it("namespaces differ for any two pairs of tenant and environment", () => {
    fc.assert(
      fc.property(tenant, environment, tenant, environment, (a, x, b, y) => {
        assert.equal(names.namespaceName(a, x) === names.namespaceName(b, y), a === b && x === y);
      }),
      { numRuns: 5000 },
    );
  });

  it("are DNS labels and label values of at most 63 characters, however long the parts", () => {
    fc.assert(
      fc.property(tenant, environment, (name, part) => {
        for (const derived of [
          names.namespaceName(name, part),
          names.storageClassName(name),
          names.backupName(name),
        ]) {
          assert.match(derived, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        }
      }),
    );
    const longest = names.namespaceName(
      "a".repeat(names.MAX_NAME_LENGTH),
      "e".repeat(names.MAX_ENVIRONMENT_LENGTH),
    );
    assert.equal(longest.length, 63, "a character more would still fit");
  });

  it("are legal IAM roles, KMS aliases, Vault namespaces and S3 prefixes, one each for an id", () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        assert.match(names.backupRoleName(a), /^[\w+=,.@-]{1,64}$/);
        assert.match(names.keyAlias(a), /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/);
        assert.match(names.vaultNamespace(a), /^(?!(root|sys|audit|auth|cubbyhole|identity)$)[a-z0-9-]+$/);
        assert.match(names.backupPrefix(a), /^[a-z0-9!_.*'()/-]{1,1024}(?<!\/)$/);
        for (const derive of [
          names.backupRoleName,
          names.keyAlias,
          names.vaultNamespace,
          names.backupPrefix,
        ]) {
          assert.equal(derive(a) === derive(b), a === b);
        }
      }),
    );
  });

  it("no tenant's prefix begins another's: `a` never opens `a-b`", () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        const [one, other] = [`${names.backupPrefix(a)}/`, `${names.backupPrefix(b)}/`];
        assert.equal(one.startsWith(other), a === b);
      }),
    );
  });

  it("ARNs name partition, region and account", () => {
    const aws = { partition: "aws-cn", region: "cn-north-1", accountId: "123456789012" };
    assert.equal(names.roleArn(aws, "r"), "arn:aws-cn:iam::123456789012:role/r");
    assert.equal(names.aliasArn(aws, "alias/x"), "arn:aws-cn:kms:cn-north-1:123456789012:alias/x");
    assert.equal(names.bucketArn(aws, "b"), "arn:aws-cn:s3:::b");
    assert.equal(
      names.oidcProviderArn(aws, "https://oidc.example/id"),
      "arn:aws-cn:iam::123456789012:oidc-provider/oidc.example/id",
    );
  });
});
