import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  downloadArchive,
  downloadPrograms,
  fetchVerified,
  publishedHash,
} from "../../sandbox/acquire/download";

describe("sandbox/acquire/download", () => {
  const files = new Map<string, Buffer>();
  let server: Server;
  let base: string;
  let folder: string;

  before((done) => {
    folder = mkdtempSync(join(tmpdir(), "tenantry-download-"));
    server = createServer((request, response) => {
      const file = files.get(request.url ?? "");
      response.writeHead(file ? 200 : 404).end(file);
    });
    server.listen(0, "127.0.0.1", () => {
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const sha256 = (contents: Buffer): string => createHash("sha256").update(contents).digest("hex");
  const publish = (
    name: string,
    contents: Buffer,
    hash = sha256(contents),
  ): { url: string; checksums: string } => {
    files.set(`/${name}`, contents);
    files.set(
      `/${name}.sums`,
      Buffer.from(`${sha256(Buffer.from("other"))}  other.tar.gz\n${hash}  ${name}\n`),
    );
    return { url: `${base}/${name}`, checksums: `${base}/${name}.sums` };
  };

  it("finds a file's hash among others, in binary mode too, and a bare one", () => {
    const sums = "aa11  etcd-linux-amd64.tar.gz.asc\nBB22 *etcd-linux-amd64.tar.gz\n";
    assert.equal(publishedHash(sums, "etcd-linux-amd64.tar.gz"), "bb22");
    assert.equal(publishedHash("cc33\n", "kubectl"), "cc33");
    assert.equal(publishedHash(sums, "etcd-linux-arm64.tar.gz"), undefined);
    assert.equal(publishedHash("cc33  kube-proxy\n", "kubectl"), undefined);
  });

  it("takes a file with the published hash", async () => {
    const contents = Buffer.from("the program");
    assert.deepEqual(await fetchVerified(publish("good", contents)), contents);
  });

  it("refuses a file with another hash, and one that no hash is published for", async () => {
    const contents = Buffer.from("not the program");
    await assert.rejects(
      fetchVerified(publish("bad", contents, "00")),
      new RegExp(`/bad has SHA-256 ${sha256(contents)}, but its makers publish 00$`),
    );
    const unlisted = { ...publish("unlisted", contents), checksums: publish("good", contents).checksums };
    await assert.rejects(fetchVerified(unlisted), /but its makers publish none$/);
  });

  it("refuses when the server has no such file", async () => {
    await assert.rejects(
      fetchVerified({ url: `${base}/gone`, checksums: `${base}/gone.sums` }),
      /answers 404$/,
    );
  });

  it("puts programs in place, to be run", async () => {
    const place = join(folder, "programs");
    mkdirSync(place);
    await downloadPrograms({ kubectl: publish("kubectl", Buffer.from("#!/bin/sh\n")) }, place);
    assert.equal(statSync(join(place, "kubectl")).mode & 0o777, 0o755);
  });

  it("unpacks an archive without its top folder", async () => {
    const source = join(folder, "etcd-v1-linux-amd64");
    mkdirSync(source);
    writeFileSync(join(source, "etcd"), "program");
    const archive = join(folder, "etcd.tar.gz");
    execFileSync("tar", ["-czf", archive, "-C", folder, "etcd-v1-linux-amd64"]);
    const place = join(folder, "archive");
    mkdirSync(place);
    await downloadArchive(publish("etcd.tar.gz", readFileSync(archive)), place);
    assert.equal(readFileSync(join(place, "etcd"), "utf8"), "program");
    assert.equal(existsSync(join(place, "release.tar.gz")), false);
  });
});
