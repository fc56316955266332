import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { decode, encode, UNKNOWN, type Properties } from "../../sandbox/plugins/wire";

const URN = "urn:pulumi:s::p::a:b:Parent$echo:index:Echo::name";

type Callback<Response> = (error: grpc.ServiceError | null, response: Response) => void;

function ask<Response>(call: (callback: Callback<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) =>
    call((error, response) => (error === null ? resolve(response) : reject(error))),
  );
}

describe("plugin protocol: a plugin that runs", () => {
  let child: ChildProcess;
  let client: ResourceProviderClient;

  before(async () => {
    child = spawn(process.execPath, ["--import", "tsx", path.join(__dirname, "echo.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.ok(child.stdout);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const port = Number(line.toString());
    client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  });

  after(() => {
    client.close();
    child.kill();
  });

  const create = (inputs: Properties, preview = false): Promise<messages.CreateResponse> => {
    const request = new messages.CreateRequest();
    request.setUrn(URN);
    request.setPreview(preview);
    request.setTimeout(7);
    request.setProperties(encode(inputs));
    return ask<messages.CreateResponse>((answer) => client.create(request, answer));
  };

  it("says its version", async () => {
    assert.equal(
      (await ask<PluginInfo>((answer) => client.getPluginInfo(new Empty(), answer))).getVersion(),
      "1.2.3",
    );
  });

  it("does not claim to take secrets, so that the engine marks outputs itself", async () => {
    const handshake = await ask<messages.ProviderHandshakeResponse>((answer) =>
      client.handshake(new messages.ProviderHandshakeRequest(), answer),
    );
    assert.equal(handshake.getAcceptSecrets(), false);
    const configured = await ask<messages.ConfigureResponse>((answer) =>
      client.configure(new messages.ConfigureRequest(), answer),
    );
    assert.equal(configured.getAcceptsecrets(), false);
    assert.equal(configured.getSupportspreview(), true);
  });

  it("names the property that a check refuses, and is told the configured name", async () => {
    const request = new messages.CheckRequest();
    request.setUrn(URN);
    request.setNews(encode({ wrong: 1 }));
    const naming = new messages.CheckRequest.AutonamingOptions();
    naming.setProposedName("stack-name");
    request.setAutonaming(naming);
    const response = await ask<messages.CheckResponse>((answer) => client.check(request, answer));
    const failures = response
      .getFailuresList()
      .map((failure) => [failure.getProperty(), failure.getReason()]);
    assert.deepEqual(failures, [["wrong", "wrong is not allowed"]]);
    assert.equal(decode(response.getInputs())["proposed"], "stack-name");
  });

  it("tells a difference in detail, and what to replace first", async () => {
    const request = new messages.DiffRequest();
    request.setUrn(URN);
    request.setOldInputs(encode({ fixed: 1, free: 1, ignored: 1 }));
    request.setNews(encode({ fixed: 2, free: 2, ignored: 2 }));
    request.setIgnorechangesList(["ignored"]);
    const response = await ask<messages.DiffResponse>((answer) => client.diff(request, answer));
    const { Kind } = messages.PropertyDiff;
    assert.equal(response.getChanges(), messages.DiffResponse.DiffChanges.DIFF_SOME);
    assert.deepEqual(response.getReplacesList(), ["fixed"]);
    assert.equal(response.getDeletebeforereplace(), true);
    assert.deepEqual(response.getDiffsList(), ["fixed", "free"]);
    const kinds = ["fixed", "free"].map((key) =>
      response.getDetaileddiffMap().get(`${key}[0].of["dotted.key"]`)?.getKind(),
    );
    assert.deepEqual(kinds, [Kind.UPDATE_REPLACE, Kind.ADD]);
  });

  it("says that nothing differs, rather than that it does not know", async () => {
    const request = new messages.DiffRequest();
    request.setUrn(URN);
    const response = await ask<messages.DiffResponse>((answer) => client.diff(request, answer));
    assert.equal(response.getChanges(), messages.DiffResponse.DiffChanges.DIFF_NONE);
    assert.equal(response.getHasdetaileddiff(), true);
  });

  it("creates with the custom timeout, and leaves open at preview what is not known", async () => {
    const made = await create({ a: 1 });
    assert.equal(made.getId(), "whole");
    assert.deepEqual(decode(made.getProperties()), { a: 1, timeoutSeconds: 7, uid: "u1", password: "x" });
    assert.equal(decode((await create({}, true)).getProperties())["uid"], UNKNOWN);
  });

  it("reports a resource that came into being only half, with what there is of it", async () => {
    const error = await create({ fails: "late" }).then(
      () => assert.fail("it was created"),
      (failure: grpc.ServiceError) => failure,
    );
    const [packed] = error.metadata.get("grpc-status-details-bin");
    assert.ok(packed instanceof Buffer);
    const [detail] = Status.deserializeBinary(packed).getDetailsList();
    const failure = messages.ErrorResourceInitFailed.deserializeBinary(
      detail?.getValue_asU8() ?? Buffer.alloc(0),
    );
    assert.equal(failure.getId(), "half");
    assert.deepEqual(failure.getReasonsList(), ["one reason", "another"]);
    assert.deepEqual(decode(failure.getProperties()), { password: "x", half: true });
    assert.deepEqual(decode(failure.getInputs()), { fails: "late" });
  });

  it("reports what was not made at all by its sentence alone", async () => {
    const error = await create({ fails: "early" }).then(
      () => assert.fail("it was created"),
      (failure: grpc.ServiceError) => failure,
    );
    assert.equal(error.details, "nothing was made");
    assert.deepEqual(error.metadata.get("grpc-status-details-bin"), []);
  });

  it("reads: gone is an empty answer, and an import has neither inputs nor state", async () => {
    const request = new messages.ReadRequest();
    request.setUrn(URN);
    request.setId("gone");
    const gone = await ask<messages.ReadResponse>((answer) => client.read(request, answer));
    assert.deepEqual([gone.getId(), gone.hasProperties()], ["", false]);
    request.setId("there");
    assert.deepEqual(
      decode((await ask<messages.ReadResponse>((answer) => client.read(request, answer))).getInputs()),
      { imported: true },
    );
  });

  it("says which type of resource it does not know", async () => {
    const request = new messages.CreateRequest();
    request.setUrn("urn:pulumi:s::p::echo:index:Other::name");
    await assert.rejects(
      ask<messages.CreateResponse>((answer) => client.create(request, answer)),
      {
        code: grpc.status.UNIMPLEMENTED,
        details: "the sandbox's echo plugin does not know the resource type echo:index:Other",
      },
    );
  });

  it("stops waiting when the engine cancels", async () => {
    const request = new messages.DeleteRequest();
    request.setUrn(URN);
    const deletion = ask<Empty>((answer) => client.delete(request, answer));
    const stopped = assert.rejects(deletion, { details: "stopped waiting" });
    await ask<Empty>((answer) => client.cancel(new Empty(), answer));
    await stopped;
  });
});
