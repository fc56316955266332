/** What the pack holds programs to: the platform's settings and the tenants' files of one project. */

import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { readPlatformOutput, type Platform } from "../model/platform";
import { readTenantList } from "../model/read";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { placeOf, type Place } from "./declared";

const PLATFORM_STACK = "platform";

/** What a stack is: this project's platform, one of its tenant lists, or somebody else's program. */
export type StackKind = "platform" | "list" | "foreign";

/** What a stack's resources are held to. */
export interface Setting {
  readonly kind: StackKind;
  readonly platform: Platform;
  /** Those of the list; every list's where somebody else's program is judged. */
  readonly tenants: readonly Tenant[];
  readonly tenantWith: (id: string) => Tenant | undefined;
  /** The tenant that a namespace is for, by its name. */
  readonly holderOf: (namespace: string) => Holder | undefined;
}

interface Holder {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
}

const opened = new Map<string, ProjectFolder>();

/**
 * The setting of the stack that a resource belongs to.
 *
 * @param folder of the project, as the pack's config names it; default: the one that holds the pack, the one that
 * `TENANTRY_PROJECT` names, or the current one.
 */
export function settingOf(urn: string, folder?: string): Setting {
  const { TENANTRY_PROJECT: named } = process.env;
  const usual = [path.join(__dirname, ".."), ...(named === undefined ? [] : [named]), process.cwd()];
  const candidates = folder === undefined ? usual : [folder];
  const found = candidates.map((one) => path.resolve(one)).find(isProject);
  if (found === undefined) {
    throw new Error(
      `no Pulumi.yaml in ${candidates.join(" or ")}; name the project's folder in the policy's config (project) or in TENANTRY_PROJECT`,
    );
  }
  const project = opened.get(found) ?? new ProjectFolder(found);
  opened.set(found, project);
  return project.settingOf(placeOf(urn));
}

function isProject(folder: string): boolean {
  return fs.existsSync(path.join(folder, "Pulumi.yaml"));
}

interface Manifest {
  readonly name: string;
  readonly stackConfigDir?: string;
}

/** Reads each file once: the engine starts a process of the pack for every run. */
class ProjectFolder {
  private readonly manifest: Manifest;
  private readonly settings = new Map<string, Setting>();

  constructor(private readonly folder: string) {
    this.manifest = this.read("Pulumi.yaml") as Manifest;
  }

  settingOf({ stack, program }: Place): Setting {
    const key = `${program} ${stack}`;
    const setting = this.settings.get(key) ?? this.open(stack, program === this.manifest.name);
    this.settings.set(key, setting);
    return setting;
  }

  private open(stack: string, own: boolean): Setting {
    const kind = !own ? "foreign" : stack === PLATFORM_STACK ? "platform" : "list";
    const lists = { platform: [], list: [stack], foreign: kind === "foreign" ? this.lists() : [] }[kind];
    const tenants = lists.flatMap((list) => this.tenantsOf(list));
    return setting(kind, this.platform(), tenants);
  }

  private tenantsOf(list: string): readonly Tenant[] {
    return readTenantList(path.join(this.folder, "tenants", list), list).tenants;
  }

  private lists(): string[] {
    return fs
      .readdirSync(path.join(this.folder, "tenants"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  }

  /** As the platform's own run would find it: the same file, the same environment. */
  private platform(): Platform {
    const file = path.join(this.manifest.stackConfigDir ?? ".", `Pulumi.${PLATFORM_STACK}.yaml`);
    const { config = {} } = this.read(file) as { config?: Record<string, unknown> };
    const spec = config[`${this.manifest.name}:platform`] as { vault?: { address?: string } };
    return readPlatformOutput({
      ...spec,
      clusterUid: "",
      vaultAddress: spec.vault?.address ?? process.env["VAULT_ADDR"] ?? "",
      vaultNamespace: process.env["VAULT_NAMESPACE"] ?? "",
    });
  }

  private read(file: string): unknown {
    return parse(fs.readFileSync(path.join(this.folder, file), "utf8"));
  }
}

/** A setting of known parts. */
export function setting(kind: StackKind, platform: Platform, tenants: readonly Tenant[]): Setting {
  const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  const byNamespace = new Map(
    tenants.flatMap((tenant) =>
      tenant.namespaces.map((namespace) => [namespace.name, { tenant, namespace }] as const),
    ),
  );
  return {
    kind,
    platform,
    tenants,
    tenantWith: (id) => byId.get(id),
    holderOf: (namespace) => byNamespace.get(namespace),
  };
}
