import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, connect, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issue, openAuthority, type Authority } from "../../sandbox/authority";
import { clientCertificate, kubeconfig } from "../../sandbox/identity";

describe("sandbox/authority", () => {
  let folder: string;
  let authority: Authority;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tenantry-authority-"));
    authority = openAuthority(join(folder, "pki"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is the same authority when it is opened again, and its key is its owner's alone", () => {
    assert.equal(openAuthority(join(folder, "pki")).key, authority.key);
    assert.equal(statSync(authority.keyFile).mode & 0o777, 0o600);
    assert.equal(new X509Certificate(authority.certificate).ca, true);
  });

  it("names the user and each of the groups", () => {
    const { certificate } = clientCertificate("ann", ["tenant:acme:admin", "tenant:acme:dev"], 600, folder);
    const parsed = new X509Certificate(certificate);
    assert.deepEqual(parsed.subject.split("\n"), ["O=tenant:acme:admin", "O=tenant:acme:dev", "CN=ann"]);
    assert.equal(parsed.ca, false);
    assert.deepEqual(parsed.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  });

  it("keeps names with every kind of character apart", () => {
    const user = `oidc:ünä,O=system:masters/"x"`;
    const { certificate } = issue(authority, { commonName: user, usage: "client", ttl: 60 });
    const { subject } = new X509Certificate(certificate).toLegacyObject() as unknown as {
      subject: Record<string, unknown>;
    };
    assert.deepEqual({ ...subject }, { CN: user });
  });

  it("is valid from a minute ago for as long as was asked", () => {
    const { certificate } = issue(authority, { commonName: "ann", usage: "client", ttl: 600 });
    const { validFrom, validTo } = new X509Certificate(certificate);
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
    assert.ok(Math.abs(from - (Date.now() - 60_000)) < 5_000);
    assert.ok(Math.abs(to - (Date.now() + 600_000)) < 5_000);
  });

  it("gives no two certificates the same key or serial number", () => {
    const [first, second] = [1, 2].map(
      () =>
        new X509Certificate(issue(authority, { commonName: "ann", usage: "client", ttl: 60 }).certificate),
    );
    assert.notEqual(first?.serialNumber, second?.serialNumber);
    assert.equal(first?.publicKey.equals(second!.publicKey), false);
  });

  it("lets both ends of a TLS connection prove themselves, and refuses a stranger", async () => {
    const server = issue(authority, { commonName: "server", usage: "server", hosts: ["127.0.0.1"], ttl: 60 });
    const stranger = openAuthority(join(folder, "stranger"));
    assert.equal(
      await handshake(server, issue(authority, { commonName: "ann", usage: "client", ttl: 60 })),
      "ann",
    );
    assert.equal(
      await handshake(server, issue(stranger, { commonName: "eve", usage: "client", ttl: 60 })),
      "refused",
    );
  });

  it("makes a kubeconfig that carries the certificate and trusts the authority only", () => {
    const credential = issue(authority, { commonName: "ann", usage: "client", ttl: 60 });
    const config = JSON.parse(
      kubeconfig({
        server: "https://127.0.0.1:1",
        authority: authority.certificate,
        user: "ann",
        credential,
      }),
    ) as { clusters: { cluster: Record<string, string> }[]; users: { user: Record<string, string> }[] };
    const decode = (text = ""): string => Buffer.from(text, "base64").toString();
    assert.equal(decode(config.clusters[0]?.cluster["certificate-authority-data"]), authority.certificate);
    assert.equal(decode(config.users[0]?.user["client-certificate-data"]), credential.certificate);
    assert.equal(decode(config.users[0]?.user["client-key-data"]), credential.key);
  });

  /** The client's common name as the server saw it, or that the server would not talk to it. */
  function handshake(
    server: { certificate: string; key: string },
    client: { certificate: string; key: string },
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const listener = createServer(
        { cert: server.certificate, key: server.key, ca: authority.certificate, requestCert: true },
        (socket: TLSSocket) => {
          const peer = socket.getPeerCertificate();
          resolve(socket.authorized ? String(peer.subject.CN) : "refused");
          socket.end();
        },
      );
      listener.on("tlsClientError", () => resolve("refused"));
      listener.listen(0, "127.0.0.1", () => {
        const { port } = listener.address() as AddressInfo;
        const socket = connect({
          host: "127.0.0.1",
          port,
          ca: authority.certificate,
          cert: client.certificate,
          key: client.key,
        });
        socket.on("error", (error: NodeJS.ErrnoException) =>
          error.code?.startsWith("ERR_TLS") ? reject(error) : undefined,
        );
        socket.on("close", () => listener.close());
      });
    });
  }
});
