/**
 * Credentials of a tenant, taken before it is shut out: each is used while it works, and again when it must work no
 * more. That a lock was turned shows only by a key that used to open it (R85, R89).
 */

import type { Plane } from "../progress";
import { waitUntilNone, type Patience } from "../waiting";

export interface Attempt {
  readonly accepted: boolean;
  /** What the server said, without anything secret. */
  readonly answer: string;
}

export interface Canary {
  /** In words, for example `token of ServiceAccount tenant-acme/tenant-admin`. */
  readonly credential: string;
  readonly plane: Plane;
  /** Uses the credential for something that changes nothing and reads no data. */
  attempt(): Promise<Attempt>;
}

/** A credential that worked and works no more. */
export interface TriedCredential {
  readonly credential: string;
  /** The server's answer before. */
  readonly worked: string;
  /** The server's sentence after. */
  readonly refused: string;
}

/** A credential that did not work before either, so that its refusal later proves nothing. */
export interface UntriedCredential {
  readonly credential: string;
  /** The server's answer. */
  readonly why: string;
}

/** A canary that has been seen to work. */
export interface LiveCanary {
  readonly canary: Canary;
  readonly worked: string;
}

/** Uses each credential once, and tells those that work from the others. */
export async function seeThemWork(
  canaries: readonly Canary[],
): Promise<{ live: LiveCanary[]; untried: UntriedCredential[] }> {
  const live: LiveCanary[] = [];
  const untried: UntriedCredential[] = [];
  for (const canary of canaries) {
    const { accepted, answer } = await canary.attempt();
    if (accepted) {
      live.push({ canary, worked: answer });
    } else {
      untried.push({ credential: canary.credential, why: answer });
    }
  }
  return { live, untried };
}

/**
 * Uses each credential until it is refused: servers remember a good answer for some seconds.
 *
 * @throws RunFailure `timeout` naming the credentials that still work.
 */
export async function seeThemRefused(
  canaries: readonly LiveCanary[],
  patience: Patience,
): Promise<TriedCredential[]> {
  const refused = new Map<LiveCanary, string>();
  const pending = async () => {
    for (const live of canaries.filter((candidate) => !refused.has(candidate))) {
      const { accepted, answer } = await live.canary.attempt();
      if (!accepted) {
        refused.set(live, answer);
      }
    }
    return canaries.filter((live) => !refused.has(live)).map(({ canary }) => canary.credential);
  };
  await waitUntilNone(
    pending,
    (left) =>
      `after ${patience.seconds} s these credentials still work: ${left.join(", ")}; find out who lets them in, then run this again`,
    patience,
  );
  return canaries.map((live) => ({
    credential: live.canary.credential,
    worked: live.worked,
    refused: refused.get(live) ?? "",
  }));
}
