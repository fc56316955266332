/** How the fields of a tenant's secrets agree with each other, and with networks that logins can come from. */

import { closedReason, isLoopback, readCidr, textOfNetwork } from "./cidr";
import { shown } from "./fault";
import type { Contradiction } from "./rules";
import type { Tenant, TenantSpec } from "./tenant";

const MAX_TOKEN_TTL_SECONDS = 24 * 3600;
/** Networks that are larger bind next to nothing: two halves are the whole internet. */
const LARGEST_BOUND = { ipv4: 8, ipv6: 16 } as const;

/** Fields of one engine say nothing to the other. */
export function engineContradictions({ secrets = {} }: TenantSpec): Contradiction[] {
  const { engine = "vault" } = secrets;
  const foreign =
    engine === "vault" ? (["names"] as const) : (["tokenTtl", "tokenMaxTtl", "boundCidrs"] as const);
  const other = engine === "vault" ? "aws-secrets-manager" : "vault";
  return foreign
    .filter((field) => secrets[field] !== undefined)
    .map((field) => ({
      path: ["secrets", field],
      message: `belongs to the engine ${other}, and this tenant's is ${engine}; leave it out`,
    }));
}

/** Tokens that outlive their maximum, and networks that bind nothing. */
export function vaultContradictions({ secrets }: TenantSpec, tenant: Tenant): Contradiction[] {
  const { tokenTtl, tokenMaxTtl } = tenant.secrets;
  return [
    ...(tokenMaxTtl > MAX_TOKEN_TTL_SECONDS
      ? [
          {
            path: ["secrets", "tokenMaxTtl"],
            message: `${shown(secrets?.tokenMaxTtl)} is longer than a day; write 24h or less`,
          },
        ]
      : []),
    ...(tokenTtl > tokenMaxTtl
      ? [
          {
            path: ["secrets", "tokenTtl"],
            message: `${shown(secrets?.tokenTtl)} is longer than secrets.tokenMaxTtl, ${secrets?.tokenMaxTtl ?? `${tokenMaxTtl / 60}m by default`}; a token cannot outlive its maximum`,
          },
        ]
      : []),
    ...boundContradictions(secrets?.boundCidrs ?? []),
  ];
}

function boundContradictions(boundCidrs: readonly string[]): Contradiction[] {
  const before = new Set<string>();
  return boundCidrs.flatMap((text, index) => {
    const message = boundFault(text, before);
    return message === undefined ? [] : [{ path: ["secrets", "boundCidrs", index], message }];
  });
}

function boundFault(text: string, before: Set<string>): string | undefined {
  const network = readCidr(text);
  if (typeof network === "string") {
    return network;
  }
  const [address, bits] = network;
  if (bits < LARGEST_BOUND[address.kind()]) {
    return `${shown(text)} binds next to nothing; write networks of /${LARGEST_BOUND.ipv4} or smaller (IPv6: /${LARGEST_BOUND.ipv6}), or leave the field out`;
  }
  const spelling = textOfNetwork(network);
  if (before.has(spelling)) {
    return `${shown(text)} stands there twice; leave one out`;
  }
  before.add(spelling);
  // A program beside Vault, its agent for example, logs in from the loopback range.
  const closed = isLoopback(network) ? undefined : closedReason(network);
  return closed && `${shown(text)} ${closed}`;
}
