/** Kubeconfig files: which cluster they mean, and as whom to speak to it. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { at, isObject, listAt, textAt } from "./object";

/** What the provider's settings say over the kubeconfig's own choice. */
export interface Choice {
  readonly context?: string;
  readonly cluster?: string;
}

export interface Credentials {
  readonly server: string;
  readonly insecure: boolean;
  readonly servername?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Value of the `authorization` header. */
  readonly authorization?: string;
  /** Of the context: where objects go that name no namespace. */
  readonly namespace?: string;
}

export interface Kubeconfig {
  readonly document: unknown;
  /** Relative paths in the file start here. */
  readonly folder: string;
}

/** The provider's kubeconfig, as a path or as the text itself; else the files of `KUBECONFIG`, else the home folder's. */
export function loadKubeconfig(configured: string | undefined): Kubeconfig {
  if (configured !== undefined && configured !== "" && !fs.existsSync(expand(configured))) {
    return parseKubeconfig(configured);
  }
  const named = [configured, ...(process.env["KUBECONFIG"] ?? "").split(path.delimiter)];
  const file =
    named.find((candidate) => candidate !== undefined && candidate !== "") ??
    path.join(os.homedir(), ".kube", "config");
  return { ...parseKubeconfig(fs.readFileSync(expand(file), "utf8")), folder: path.dirname(expand(file)) };
}

export function parseKubeconfig(text: string): Kubeconfig {
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    // The parser quotes the line, which may hold a key.
    throw new Error("the kubeconfig is not YAML");
  }
  if (!isObject(document)) {
    throw new Error("the kubeconfig is neither a file that exists nor the text of one");
  }
  return { document, folder: process.cwd() };
}

/** The cluster that is meant; undefined where the kubeconfig does not say. */
export function activeCluster({ document }: Kubeconfig, choice: Choice): unknown {
  const context = entry(document, "context", contextName(document, choice));
  return entry(document, "cluster", choice.cluster ?? textAt(context, "cluster"));
}

/** @throws Error that names what the kubeconfig lacks. */
export function credentials(kubeconfig: Kubeconfig, choice: Choice): Credentials {
  const { document } = kubeconfig;
  const name = contextName(document, choice);
  const context = entry(document, "context", name);
  if (context === undefined) {
    throw new Error(`context ${JSON.stringify(name ?? "")} does not exist`);
  }
  const cluster = activeCluster(kubeconfig, choice);
  const server = textAt(cluster, "server");
  if (server === undefined) {
    throw new Error(
      `cluster ${JSON.stringify(choice.cluster ?? textAt(context, "cluster") ?? "")} does not exist`,
    );
  }
  const user = entry(document, "user", textAt(context, "user"));
  if (at(user, "exec") !== undefined || at(user, "auth-provider") !== undefined) {
    throw new Error("the sandbox's plugin takes certificates, tokens and passwords, no credential programs");
  }
  return {
    server,
    insecure: at(cluster, "insecure-skip-tls-verify") === true,
    servername: textAt(cluster, "tls-server-name"),
    ca: material(kubeconfig, cluster, "certificate-authority"),
    cert: material(kubeconfig, user, "client-certificate"),
    key: material(kubeconfig, user, "client-key"),
    authorization: authorization(kubeconfig, user),
    namespace: textAt(context, "namespace"),
  };
}

function contextName(document: unknown, choice: Choice): string | undefined {
  return choice.context ?? textAt(document, "current-context");
}

function entry(document: unknown, kind: "context" | "cluster" | "user", name: string | undefined): unknown {
  return at(
    listAt(document, `${kind}s`).find((candidate) => at(candidate, "name") === name),
    kind,
  );
}

/** In the file itself as base64, or in a file of its own. */
function material(kubeconfig: Kubeconfig, section: unknown, key: string): string | undefined {
  const data = textAt(section, `${key}-data`);
  return data === undefined
    ? content(kubeconfig, section, key)
    : Buffer.from(data, "base64").toString("utf8");
}

function content({ folder }: Kubeconfig, section: unknown, key: string): string | undefined {
  const file = textAt(section, key);
  return file === undefined ? undefined : fs.readFileSync(path.resolve(folder, file), "utf8");
}

function authorization(kubeconfig: Kubeconfig, user: unknown): string | undefined {
  const token = textAt(user, "token") ?? content(kubeconfig, user, "tokenFile")?.trim();
  if (token !== undefined) {
    return `Bearer ${token}`;
  }
  const [username, password] = [textAt(user, "username"), textAt(user, "password")];
  return username === undefined || password === undefined
    ? undefined
    : `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function expand(file: string): string {
  return file.startsWith("~/") ? path.join(os.homedir(), file.slice(2)) : file;
}
