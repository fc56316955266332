/** A registry of images on this machine, as far as whoever reads one asks, and images in it, signed as cosign does. */

import * as crypto from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

interface Blob {
  readonly type: string;
  readonly content: Buffer;
}

export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

export function keyPair(): KeyPair {
  return crypto.generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const SIGNED = "application/vnd.dev.cosign.simplesigning.v1+json";

function digestOf(content: Buffer): string {
  return `sha256:${crypto.createHash("sha256").update(content).digest("hex")}`;
}

export class Registry {
  private readonly manifests = new Map<string, Blob>();
  private readonly blobs = new Map<string, Blob>();
  private readonly server = http.createServer((request, response) => {
    const path = request.url ?? "";
    const [, repository = "", kind = "", reference = ""] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const found =
      kind === "manifests" ? this.manifests.get(`${repository} ${reference}`) : this.blobs.get(reference);
    if (path !== "/v2/" && found === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { type, content } = found ?? { type: "application/json", content: Buffer.from("{}") };
    response.writeHead(200, {
      "content-type": type,
      "content-length": content.length,
      "docker-content-digest": digestOf(content),
    });
    response.end(request.method === "HEAD" ? undefined : content);
  });

  /** @returns the registry's host and port. */
  start(): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(0, "127.0.0.1", () => {
        resolve(`127.0.0.1:${(this.server.address() as AddressInfo).port}`);
      });
    });
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** @returns the digest of an image that is like no other. */
  push(repository: string, tag: string): string {
    const config = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } };
    const label = { Labels: { made: crypto.randomUUID() } };
    return this.keep(repository, tag, CONFIG, { ...config, config: label }, [
      this.blob(LAYER, Buffer.from("layer")),
    ]);
  }

  /** Puts a signature of an image beside it, as cosign does. */
  sign(repository: string, digest: string, { privateKey }: KeyPair, signed = digest): void {
    const payload = Buffer.from(
      JSON.stringify({
        critical: {
          identity: { "docker-reference": repository },
          image: { "docker-manifest-digest": signed },
          type: "cosign container image signature",
        },
        optional: null,
      }),
    );
    const signature = crypto.sign("sha256", payload, privateKey).toString("base64");
    this.keep(repository, `${digest.replace(":", "-")}.sig`, CONFIG, {}, [
      { ...this.blob(SIGNED, payload), annotations: { "dev.cosignproject.cosign/signature": signature } },
    ]);
  }

  private keep(
    repository: string,
    tag: string,
    configType: string,
    config: object,
    layers: readonly object[],
  ): string {
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: this.blob(configType, Buffer.from(JSON.stringify(config))),
        layers,
      }),
    );
    const digest = digestOf(manifest);
    for (const reference of [tag, digest]) {
      this.manifests.set(`${repository} ${reference}`, { type: MANIFEST, content: manifest });
    }
    return digest;
  }

  private blob(mediaType: string, content: Buffer) {
    const digest = digestOf(content);
    this.blobs.set(digest, { type: "application/octet-stream", content });
    return { mediaType, digest, size: content.length };
  }
}
