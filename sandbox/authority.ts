import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as der from "./der";

/** A certificate with its private key, both PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of this sandbox alone. */
export interface Authority extends Credential {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** What a certificate is to say. */
export interface CertificateRequest {
  /** Common name: a user to the API server. */
  readonly commonName: string;
  /** Organisations: a user's groups to the API server. */
  readonly organizations?: readonly string[];
  readonly usage: "authority" | "client" | "server";
  /** Names and IPv4 addresses of a server. */
  readonly hosts?: readonly string[];
  /** Lifetime in seconds. */
  readonly ttl: number;
}

const YEAR = 365 * 24 * 60 * 60;
/** Clocks differ; a certificate is valid since a minute ago. */
const BACKDATED = 60;
const AUTHORITY_NAME = "tenantry-sandbox";
const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const EXTENDED_USAGE = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" };

/** Opens the authority in a folder, or makes it there: ca.crt and ca.key. */
export function openAuthority(folder: string): Authority {
  const certificateFile = join(folder, "ca.crt");
  const keyFile = join(folder, "ca.key");
  if (!existsSync(keyFile)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { privateKey, publicKey } = newKeys();
    const request = { commonName: AUTHORITY_NAME, usage: "authority", ttl: YEAR } as const;
    writeFileSync(certificateFile, certify(request, publicKey, privateKey), { mode: 0o600 });
    writeFileSync(keyFile, pem(privateKey), { mode: 0o600 });
  }
  return {
    certificate: readFileSync(certificateFile, "utf8"),
    key: readFileSync(keyFile, "utf8"),
    certificateFile,
    keyFile,
  };
}

/** Signs a certificate for a fresh key. */
export function issue(authority: Credential, request: CertificateRequest): Credential {
  const { privateKey, publicKey } = newKeys();
  const certificate = certify(request, publicKey, createPrivateKey(authority.key));
  return { certificate, key: pem(privateKey) };
}

/** The key that signs the API server's service-account tokens, made when it is not there; returns its file. */
export function serviceAccountKey(folder: string): string {
  const file = join(folder, "sa.key");
  if (!existsSync(file)) {
    writeFileSync(file, pem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey), { mode: 0o600 });
  }
  return file;
}

function newKeys(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Writes and signs a certificate (RFC 5280, section 4.1). */
function certify(request: CertificateRequest, subjectKey: KeyObject, signingKey: KeyObject): string {
  const now = Date.now();
  const algorithm = der.sequence(der.identifier(ECDSA_WITH_SHA256));
  const toBeSigned = der.sequence(
    der.context(0, der.integer(Buffer.from([2])), true),
    der.integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    distinguishedName({ commonName: AUTHORITY_NAME }),
    der.sequence(der.time(new Date(now - BACKDATED * 1000)), der.time(new Date(now + request.ttl * 1000))),
    distinguishedName(request),
    subjectKey.export({ type: "spki", format: "der" }),
    der.context(3, der.sequence(...extensions(request, subjectKey, createPublicKey(signingKey))), true),
  );
  const certificate = der.sequence(toBeSigned, algorithm, der.bits(sign("sha256", toBeSigned, signingKey)));
  return new X509Certificate(certificate).toString();
}

function distinguishedName({
  commonName,
  organizations = [],
}: Pick<CertificateRequest, "commonName" | "organizations">): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    der.set(der.sequence(der.identifier(type), der.utf8(value)));
  return der.sequence(
    ...organizations.map((organization) => attribute(ORGANIZATION, organization)),
    attribute(COMMON_NAME, commonName),
  );
}

function extensions(request: CertificateRequest, subjectKey: KeyObject, issuerKey: KeyObject): Buffer[] {
  const { hosts = [], usage } = request;
  const extension = (type: string, critical: boolean, value: Buffer): Buffer =>
    der.sequence(der.identifier(type), ...(critical ? [der.boolean(true)] : []), der.octets(value));
  const isAuthority = usage === "authority";
  return [
    extension("2.5.29.19", true, der.sequence(...(isAuthority ? [der.boolean(true)] : []))),
    // Key usage: keyCertSign and cRLSign for an authority, digitalSignature for anybody else.
    extension(
      "2.5.29.15",
      true,
      isAuthority ? der.bits(Buffer.from([0x06]), 1) : der.bits(Buffer.from([0x80]), 7),
    ),
    extension("2.5.29.14", false, der.octets(keyIdentifier(subjectKey))),
    extension("2.5.29.35", false, der.sequence(der.context(0, keyIdentifier(issuerKey), false))),
    ...(isAuthority
      ? []
      : [extension("2.5.29.37", false, der.sequence(der.identifier(EXTENDED_USAGE[usage])))]),
    ...(hosts.length > 0 ? [extension("2.5.29.17", false, der.sequence(...hosts.map(alternativeName)))] : []),
  ];
}

/** Tells keys apart; the end of the public point serves as well as a hash of it. */
function keyIdentifier(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" }).subarray(-20);
}

function alternativeName(host: string): Buffer {
  const isAddress = /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(host);
  return isAddress
    ? der.context(7, Buffer.from(host.split(".").map(Number)), false)
    : der.context(2, Buffer.from(host, "ascii"), false);
}
