/** Addresses and networks in CEL: every answer below is one that an API server 1.36.3 gave. */

import assert from "node:assert/strict";
import { celEnvironment } from "../../guardrails/cel";

const environment = celEnvironment();
const answer = (expression: string) => environment.parse(expression)({}) as unknown;

describe("addresses in CEL", () => {
  for (const [text, family] of [
    ["10.0.0.1", 4n],
    ["::1", 6n],
    ["::10.0.0.1", 6n],
    ["2001:DB8::1", 6n],
  ] as const) {
    it(`takes ${text}`, () => {
      assert.equal(answer(`isIP("${text}")`), true);
      assert.equal(answer(`ip("${text}").family()`), family);
      assert.equal(answer(`isCIDR("${text}")`), false);
    });
  }

  for (const text of [
    "",
    "010.0.0.1",
    "10.1",
    "256.0.0.1",
    "10.0.0.1 ",
    "0x7f000001",
    "2130706433",
    "::1%eth0",
    "::ffff:10.0.0.1",
    "1::2::3",
    "10.0.0.0/8",
  ]) {
    it(`does not take ${JSON.stringify(text)}`, () => {
      assert.equal(answer(`isIP("${text}")`), false);
      assert.throws(() => answer(`ip("${text}")`));
    });
  }
});

describe("networks in CEL", () => {
  for (const text of [
    "10.0.0.0/08",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/+8",
    "::ffff:10.0.0.0/104",
    "fe80::%eth0/64",
    "2001:db8::/129",
    "/8",
  ]) {
    it(`does not take ${text}`, () => {
      assert.equal(answer(`isCIDR("${text}")`), false);
      assert.throws(() => answer(`cidr("${text}")`));
    });
  }

  for (const [network, bits, inner, holds] of [
    ["10.0.0.0/8", 8n, "10.1.2.3", true],
    ["10.0.0.0/8", 8n, "11.1.2.3", false],
    ["10.0.0.5/8", 8n, "10.1.2.3", true],
    ["10.0.0.0/8", 8n, "::1", false],
    ["0.0.0.0/0", 0n, "203.0.113.7", true],
    ["0.0.0.0/0", 0n, "2001:db8::1", false],
    ["2001:db8::/32", 32n, "2001:db9::1", false],
    ["::/0", 0n, "::1", true],
    ["10.0.0.0/8", 8n, "10.1.0.0/16", true],
    ["10.0.0.0/8", 8n, "10.0.0.0/8", true],
    ["10.0.0.0/8", 8n, "8.0.0.0/7", false],
    ["10.0.0.0/8", 8n, "10.1.2.3/16", true],
    ["10.0.0.0/8", 8n, "::a00:0/104", false],
    ["2001:db8::/32", 32n, "2001:DB8:1::/48", true],
  ] as const) {
    it(`${holds ? "finds" : "does not find"} ${inner} in ${network}`, () => {
      const [method, type] = inner.includes("/") ? ["containsCIDR", "cidr"] : ["containsIP", "ip"];
      assert.equal(answer(`isCIDR("${network}")`), true);
      assert.equal(answer(`cidr("${network}").prefixLength()`), bits);
      assert.equal(answer(`cidr("${network}").${method}("${inner}")`), holds);
      assert.equal(answer(`cidr("${network}").${method}(${type}("${inner}"))`), holds);
    });
  }
});
