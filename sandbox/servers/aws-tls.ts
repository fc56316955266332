import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { issue, type Authority } from "../authority";
import { answers } from "../http";
import type { Ports } from "../record";
import { launch, type RunningServer, type Surroundings } from "./server";

/** A year: as long as a sandbox could possibly be kept. */
const TTL = 365 * 24 * 60 * 60;

export interface AwsTlsOptions {
  readonly authority: Authority;
  /** Folder of certificates. */
  readonly pki: string;
  readonly ports: Ports;
}

/** Where clients reach the AWS emulator. */
export function awsEndpoint(ports: Ports): string {
  return `https://127.0.0.1:${ports.awsTls}`;
}

/** Starts TLS in front of the running emulator. */
export async function startAwsTls(
  { authority, pki, ports }: AwsTlsOptions,
  surroundings: Surroundings,
): Promise<RunningServer> {
  const hosts = ["127.0.0.1", "localhost"];
  const server = issue(authority, { commonName: "aws", usage: "server", hosts, ttl: TTL });
  const [cert, key] = [join(pki, "aws.crt"), join(pki, "aws.key")];
  writeFileSync(cert, server.certificate, { mode: 0o600 });
  writeFileSync(key, server.key, { mode: 0o600 });
  const endpoint = awsEndpoint(ports);
  const health = `${endpoint}/_ministack/ready`;
  const pid = await launch(
    {
      name: "aws-tls",
      command: process.execPath,
      args: [join(__dirname, "aws-tls.mjs"), String(ports.awsTls), String(ports.aws), cert, key],
      env: {},
      health,
      ready: () => answers(health, authority.certificate),
    },
    surroundings,
  );
  return { pid, endpoint };
}
