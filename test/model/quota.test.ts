/** How a quota is split among environments: parts of the whole, never more than it. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { amountOf, decimalOf, quantity, textOf } from "../../model/quantity";
import { BYTES, quotaHard, shareOf, sharesOf } from "../../model/quota";
import { tier, tierNames, type Quota } from "../../model/tiers";

/** What environments may write: whole per cents that leave one for each that writes none, or add up to 100. */
const written = fc
  .tuple(
    fc.array(fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }), { minLength: 1, maxLength: 9 }),
  )
  .map(([shares]) => {
    const sum = (values: readonly (number | undefined)[]) =>
      values.reduce<number>((all, share) => all + (share ?? 0), 0);
    const fitting = shares.map((share, index) => (sum(shares.slice(0, index + 1)) > 90 ? undefined : share));
    return fitting.includes(undefined) ? fitting : [...fitting, 100 - sum(fitting)];
  });

const cores = fc
  .integer({ min: 1, max: 2_000_000 })
  .map((thousandths) => decimalOf(BigInt(thousandths) * amountOf("1m")));
const bytes = fc.oneof(
  fc.integer({ min: 1, max: 5_000_000 }).map((mebibytes) => `${mebibytes}Mi`),
  fc.integer({ min: 1, max: 100_000 }).map((gigabytes) => `${gigabytes}G`),
  fc.integer({ min: 2 ** 20, max: 2 ** 50 }).map(String),
);
const quotas: fc.Arbitrary<Quota> = fc
  .tuple(
    fc.constantFrom(...tierNames.flatMap((name) => [tier(name).quota, tier(name).ceiling])),
    fc.record(
      {
        cpu: cores,
        cpuLimit: cores,
        memory: bytes,
        storage: bytes,
        pods: fc.nat(3000),
        services: fc.nat(500),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([row, given]) => ({ ...row, ...given }));

const amount = (value: string | number) => amountOf(String(value));
const fieldsOf = (quota: Quota) => Object.keys(quota) as (keyof Quota)[];

describe("shares of environments", () => {
  it("add up to 100, each at least 1, as they are written", () => {
    fc.assert(
      fc.property(written, (given) => {
        const shares = sharesOf(given);
        assert.equal(
          shares.reduce((all, share) => all + share, 0),
          100,
        );
        assert.equal(shares.length, given.length);
        shares.forEach((share, index) => {
          assert.ok(Number.isInteger(share) && share >= 1, String(share));
          assert.equal(share, given[index] ?? share);
        });
      }),
      { numRuns: 2000 },
    );
  });

  it("are equal where none is written, but for the remainder, which the first gets", () => {
    assert.deepEqual(sharesOf([undefined]), [100]);
    assert.deepEqual(sharesOf([undefined, undefined, undefined]), [34, 33, 33]);
    assert.deepEqual(sharesOf([30, undefined, 21, undefined]), [30, 25, 21, 24]);
    assert.deepEqual(sharesOf([98, undefined, undefined]), [98, 1, 1]);
    assert.deepEqual(sharesOf([60, 40]), [60, 40]);
    assert.deepEqual(sharesOf([]), []);
  });
});

describe("parts of a quota", () => {
  it("never add up to more than the whole, and lack less than a step for each", () => {
    fc.assert(
      fc.property(quotas, written, (quota, given) => {
        const parts = sharesOf(given).map((share) => shareOf(quota, share));
        for (const field of fieldsOf(quota)) {
          const step = BYTES.has(field) ? "1Mi" : typeof quota[field] === "number" ? "1" : "1m";
          const sum = parts.reduce((all, part) => all + amount(part[field]), 0n);
          const whole = amount(quota[field]);
          assert.ok(
            sum <= whole,
            `${field}: ${parts.map((part) => part[field]).join(" + ")} > ${quota[field]}`,
          );
          assert.ok(
            whole - sum < BigInt(parts.length) * amountOf(step),
            `${field} of ${quota[field]} lost too much`,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("are amounts that Kubernetes reads, of the same kind as the whole", () => {
    fc.assert(
      fc.property(quotas, fc.integer({ min: 1, max: 100 }), (quota, percent) => {
        const part = shareOf(quota, percent);
        assert.deepEqual(Object.keys(part), Object.keys(quota));
        for (const field of fieldsOf(quota)) {
          assert.equal(typeof part[field], typeof quota[field]);
          assert.ok(amount(part[field]) <= amount(quota[field]));
          assert.ok(amount(part[field]) * 100n <= amount(quota[field]) * BigInt(percent));
        }
        for (const [key, value] of Object.entries(quotaHard(part))) {
          assert.notEqual(quantity(value), undefined, `${key}: ${value}`);
        }
        // The API server takes 1Ki cores and hands them back so; people would take them for memory.
        assert.match(`${part.cpu} ${part.cpuLimit}`, /^[0-9]+m? [0-9]+m?$/);
      }),
    );
  });

  it("read as people write them", () => {
    const part = shareOf(tier("standard").quota, 30);
    assert.deepEqual(
      [part.cpu, part.memory, part.cpuLimit, part.memoryLimit, part.storage, part.pods, part.loadBalancers],
      ["1200m", "2457Mi", "2400m", "4915Mi", "30Gi", 15, 0],
    );
    assert.deepEqual(shareOf(tier("standard").quota, 100), tier("standard").quota);
    assert.equal(shareOf({ ...tier("dedicated").quota, cpuLimit: "2048" }, 50).cpuLimit, "1024");
    assert.equal(shareOf({ ...tier("standard").quota, storage: "200G" }, 50).storage, "95367Mi");
  });
});

describe("amounts as text", () => {
  it("read back as what they were", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        fc.constantFrom("1m", "1", "1Ki", "1Mi", "1Gi"),
        (n, unit) => {
          const exact = n * amountOf(unit);
          if (exact <= (2n ** 63n - 1n) * amountOf("1")) {
            assert.equal(quantity(textOf(exact)), exact);
            assert.equal(quantity(decimalOf(exact)), exact);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("are as short as they can be, in binary units or without", () => {
    for (const [given, binary, decimal] of [
      ["0", "0", "0"],
      ["0m", "0", "0"],
      ["1500m", "1500m", "1500m"],
      ["1000m", "1", "1"],
      ["1024", "1Ki", "1024"],
      ["2048Mi", "2Gi", "2147483648"],
      ["1.5Gi", "1536Mi", "1610612736"],
      ["1000", "1000", "1000"],
    ] as const) {
      assert.equal(textOf(amountOf(given)), binary);
      assert.equal(decimalOf(amountOf(given)), decimal);
    }
  });
});
