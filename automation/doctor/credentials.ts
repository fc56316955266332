/** Doctor: when does each credential end, of this environment and of those that were handed out? */

import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { loadKubeconfig, type Environment } from "../../proof/connect";
import { failure, ok, warning, type Check, type Diagnosis, type Patient } from "./check";
import { openVault } from "../vault";

/** Milliseconds: a run that begins with less may end in the middle. */
const SOON_MS = 15 * 60_000;

/** Minutes. */
const DAY = 24 * 60;

/** A credential by what it is called; without an end where none is known. */
export interface Credential {
  readonly name: string;
  readonly ends?: Date | "never" | "renewed";
}

export const credentialsCheck: Check = {
  name: "credentials",
  cure: "check that KUBECONFIG names files that can be read",
  examine: async (patient) => {
    const identities: [string, Environment][] = [
      ["run", patient.engine],
      ...(patient.hasOperator ? [["operator", patient.operator] as [string, Environment]] : []),
    ];
    const all = await Promise.all(
      identities.map(async ([who, environment]) => [
        ...(await clusterCredentials(who, environment)),
        awsCredential(who, environment),
        await vaultCredential(who, environment),
      ]),
    );
    return judgeCredentials(all.flat(), new Date());
  },
};

export function judgeCredentials(all: readonly Credential[], now: Date): Diagnosis {
  const left = ({ ends }: Credential) => (ends instanceof Date ? ends.getTime() - now.getTime() : Infinity);
  const over = all.filter((one) => left(one) <= 0);
  const soon = all.filter((one) => left(one) > 0 && left(one) < SOON_MS);
  const words = (some: readonly Credential[]) => some.map((one) => inWords(one, now)).join(", ");
  if (over.length > 0) {
    return failure(words(over), "get a new one (docs/provisioner.md, docs/operator.md)");
  }
  return soon.length > 0
    ? warning(words(soon), "get a new one before a long run")
    : ok(words(all) || "none is set");
}

function inWords({ name, ends }: Credential, now: Date): string {
  if (!(ends instanceof Date)) {
    return `${name}: ${ends === "never" ? "does not end" : ends === "renewed" ? "is renewed" : "end unknown"}`;
  }
  const minutes = Math.round((ends.getTime() - now.getTime()) / 60_000);
  if (minutes <= 0) {
    return `${name}: over since ${ends.toISOString()}`;
  }
  return `${name}: ${minutes < 2 * DAY ? `${minutes} min` : `${Math.floor(minutes / DAY)} days`}`;
}

async function clusterCredentials(who: string, environment: Environment): Promise<Credential[]> {
  const user = (await loadKubeconfig(undefined, environment)).getCurrentUser();
  const name = `${who}'s cluster credential`;
  if (user === null) {
    return [];
  }
  const pem =
    user.certData === undefined
      ? user.certFile && fs.readFileSync(user.certFile)
      : Buffer.from(user.certData, "base64");
  const ends =
    user.exec !== undefined && user.exec !== null
      ? "renewed"
      : user.token
        ? endOfToken(user.token)
        : pem
          ? new Date(new X509Certificate(pem).validTo)
          : undefined;
  return [{ name, ...(ends !== undefined && { ends }) }];
}

const claims = z.object({ exp: z.number().optional() });

/** By what a JSON Web Token says of itself: its signature is the server's to check. */
export function endOfToken(token: string): Date | "never" | undefined {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const { exp } = claims.parse(JSON.parse(payload));
    return exp === undefined ? "never" : new Date(exp * 1000);
  } catch {
    return undefined;
  }
}

/** AWS does not say when a session ends; tools that export one do, in this variable. */
function awsCredential(who: string, environment: Environment): Credential {
  const { AWS_CREDENTIAL_EXPIRATION: end, AWS_SESSION_TOKEN: session, AWS_ACCESS_KEY_ID: id } = environment;
  const name = `${who}'s AWS credential`;
  const date = new Date(end ?? "");
  if (!Number.isNaN(date.getTime())) {
    return { name, ends: date };
  }
  return id && !session ? { name, ends: "never" } : { name };
}

const lookup = z.object({ data: z.object({ expire_time: z.string().nullish() }) });

async function vaultCredential(who: string, environment: Environment): Promise<Credential> {
  const name = `${who}'s Vault token`;
  const { status, body } = await openVault(environment)
    .request("GET", "auth/token/lookup-self")
    .catch(() => ({ status: 0, body: {} }));
  const read = status === 200 ? lookup.safeParse(body).data : undefined;
  if (read === undefined) {
    return { name };
  }
  const { expire_time: end } = read.data;
  return { name, ends: end ? new Date(end) : "never" };
}

export const handedOutCheck: Check = {
  name: "files in out/",
  cure: "see that out/ can be read",
  examine: async (patient) => judgeFiles(await kubeconfigs(patient), new Date()),
};

interface IssuedFile {
  readonly file: string;
  readonly ends: Date | "never" | undefined;
  /** Whether others on this machine may read it. */
  readonly open: boolean;
}

export function judgeFiles(files: readonly IssuedFile[], now: Date): Diagnosis {
  const over = files.filter(({ ends }) => ends instanceof Date && ends <= now).map(({ file }) => file);
  const lasting = files.filter(({ ends }) => ends === "never").map(({ file }) => file);
  const open = files.filter((entry) => entry.open).map(({ file }) => file);
  if (lasting.length > 0) {
    return failure(`${lasting.join(", ")}: holds a token without an end`, "delete the token and the file");
  }
  if (open.length > 0) {
    return failure(
      `${open.join(", ")}: may be read by others on this machine`,
      `chmod 600 ${open.join(" ")}`,
    );
  }
  return over.length > 0
    ? warning(`${over.join(", ")}: the token is over`, `delete it: rm ${over.join(" ")}`)
    : ok(`${files.length} kubeconfigs, none stale`);
}

async function kubeconfigs({ project: { directory = process.cwd() } }: Patient): Promise<IssuedFile[]> {
  const folder = path.join(directory, "out");
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return Promise.all(
    files
      .filter((name) => name.endsWith(".kubeconfig"))
      .map(async (name) => {
        const file = path.join(folder, name);
        const { token } = (await loadKubeconfig(fs.readFileSync(file, "utf8"), {})).getCurrentUser() ?? {};
        return {
          file: path.join("out", name),
          ends: token ? endOfToken(token) : undefined,
          open: (fs.statSync(file).mode & 0o077) !== 0,
        };
      }),
  );
}
