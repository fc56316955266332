import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import fc from "fast-check";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { statusOf, Unimplemented } from "../../sandbox/plugins/failure";
import { PartialFailure, Secret, UNKNOWN } from "../../sandbox/plugins/protocol";
import { decode, encode, type Properties } from "../../sandbox/plugins/wire";

/** Keys of every kind but one, which google-protobuf's own maps lose. */
const key = fc.string().filter((text) => text !== "__proto__");

/** Values as Pulumi programs have them: no undefined, numbers that JSON has too. */
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.string(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.constant(null),
    fc.constant(UNKNOWN),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const properties = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });

describe("plugin protocol: values on the wire", () => {
  it("come back as they went", () => {
    fc.assert(fc.property(properties, (sent) => assert.deepEqual(decode(encode(sent)), sent)));
  });

  it("come back bare where they were secret, at any depth", () => {
    fc.assert(
      fc.property(properties, (sent) => {
        const wrapped = Object.fromEntries(
          Object.entries(sent).map(([key, inner]) => [key, new Secret({ deep: [new Secret(inner)] })]),
        );
        const bare = Object.fromEntries(Object.entries(sent).map(([key, inner]) => [key, { deep: [inner] }]));
        assert.deepEqual(decode(encode(wrapped)), bare);
      }),
    );
  });

  it("carry the marks that the engine knows", () => {
    const sent = encode({ password: new Secret("s3cret"), later: UNKNOWN, absent: undefined }).toJavaScript();
    assert.deepEqual(sent, {
      password: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "s3cret" },
      later: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    });
  });

  it("do not show a secret when they are printed", () => {
    assert.equal(JSON.stringify({ password: new Secret("s3cret") }), '{"password":"[secret]"}');
  });

  it("read nothing where nothing was sent", () => assert.deepEqual(decode(undefined), {}));
});

describe("plugin protocol: failures", () => {
  it("say plainly what a stand-in does not do", () => {
    assert.deepEqual(statusOf(new Unimplemented("no functions")), {
      code: grpc.status.UNIMPLEMENTED,
      details: "no functions",
    });
  });

  it("carry the message and no stack", () => {
    assert.deepEqual(statusOf(new Error("refused")), { code: grpc.status.UNKNOWN, details: "refused" });
    assert.deepEqual(statusOf("refused"), { code: grpc.status.UNKNOWN, details: "refused" });
  });

  it("hand over what exists of a resource that failed half way, secrets marked", () => {
    const state: Properties = { data: new Secret({ a: "b" }) };
    const { metadata, details } = statusOf(
      new PartialFailure("ns/name", state, ["not ready", "why"], { a: 1 }),
    );
    assert.equal(details, "not ready\nwhy");
    const packed = metadata?.get("grpc-status-details-bin")[0];
    assert.ok(Buffer.isBuffer(packed));
    const [any] = Status.deserializeBinary(packed).getDetailsList();
    assert.equal(any?.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
    const detail = ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
    assert.equal(detail.getId(), "ns/name");
    assert.deepEqual(detail.getReasonsList(), ["not ready", "why"]);
    assert.deepEqual(detail.getProperties()?.toJavaScript(), encode(state).toJavaScript());
    assert.deepEqual(decode(detail.getInputs()), { a: 1 });
  });
});
