/** Networks: reading them, and what contains or overlaps what, against addresses as plain numbers. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { closedReason, contains, networkOf, overlap, readCidr, type Network } from "../../model/cidr";

/** A network of IPv4 and its first and last address as numbers. Few bits, so that networks often meet. */
const network = fc.tuple(fc.nat(63), fc.integer({ min: 2, max: 8 })).map(([seed, bits]) => {
  const size = 2 ** (32 - bits);
  const first = Math.floor((seed * 2 ** 24) / size) * size;
  return { network: networkOf(`${dotted(first)}/${bits}`), first, last: first + size - 1 };
});

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

describe("networks", () => {
  it("contain and overlap as their ranges of addresses do", () => {
    fc.assert(
      fc.property(network, network, (a, b) => {
        assert.equal(contains(a.network, b.network), a.first <= b.first && b.last <= a.last);
        assert.equal(overlap(a.network, b.network), a.first <= b.last && b.first <= a.last);
        assert.equal(overlap(a.network, b.network), overlap(b.network, a.network));
        assert.ok(contains(a.network, a.network));
      }),
      { numRuns: 2000 },
    );
  });

  it("of two families never meet", () => {
    assert.equal(overlap(networkOf("10.0.0.0/8"), networkOf("2001:db8::/32")), false);
    assert.equal(contains(networkOf("2001:db8::/32"), networkOf("2001:db8:1::/48")), true);
    assert.equal(contains(networkOf("2001:db8:1::/48"), networkOf("2001:db8::/32")), false);
  });

  it("never reads arbitrary text as a network with host bits", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    fc.assert(
      fc.property(address, fc.integer({ min: -1, max: 130 }), (text, bits) => {
        const read: Network | string = readCidr(`${text}/${bits}`);
        if (typeof read !== "string") {
          assert.ok(bits >= 0 && bits <= (read[0].kind() === "ipv4" ? 32 : 128));
          assert.ok(contains(read, read));
          assert.equal(typeof readCidr(`${read[0].toString()}/${bits}`), "object");
        }
      }),
      { numRuns: 2000 },
    );
    assert.throws(() => networkOf("10.0.0.1/8"), RangeError);
  });

  it("a network that holds a closed one is closed itself", () => {
    for (const closed of [
      "169.254.169.254/32",
      "127.0.0.1/32",
      "fd00:ec2::254/128",
      "::ffff:a9fe:a9fe/128",
    ]) {
      const inner = networkOf(closed);
      for (let bits = inner[1]; bits >= 1; bits--) {
        const wide = inner[0].kind() === "ipv4" ? "0.0.0.0" : "::";
        const outer: Network = [networkOf(`${wide}/0`)[0], bits];
        assert.ok(!contains(outer, inner) || closedReason(outer) !== undefined, `${closed}, ${bits}`);
      }
      assert.notEqual(closedReason(inner), undefined, closed);
    }
    assert.equal(closedReason(networkOf("203.0.113.0/24")), undefined);
    assert.equal(closedReason(networkOf("2001:db8::/32")), undefined);
  });
});
