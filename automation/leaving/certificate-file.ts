/** Where certificates lie: `out/offboarding/<list>/<name>-<id>.json`, the same to read beside it, and the removed file. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Tenant } from "../../model/tenant";
import { certificateSchema, type Certificate } from "./certificate";
import { certificatePage } from "./certificate-page";
import { RunFailure } from "../outcome";
import { writeWhole } from "../tenant-files";
import type { Project } from "../workspace";

type Named = Pick<Tenant, "name" | "id">;

export function certificateFile(
  project: Project,
  tenant: Named,
  kind: "json" | "md" | "yaml" = "json",
): string {
  return path.join(folder(project), `${tenant.name}-${tenant.id}.${kind}`);
}

/** The certificate of a tenant; undefined where none has been begun. */
export function readCertificate(project: Project, tenant: Named): Certificate | undefined {
  const file = certificateFile(project, tenant);
  if (!fs.existsSync(file)) {
    return undefined;
  }
  const { data, error } = certificateSchema.safeParse(JSON.parse(fs.readFileSync(file, "utf8")));
  if (data === undefined) {
    throw new RunFailure(
      "failure",
      `${file} is no certificate that this version reads (${error.issues[0]?.path.join(".")}: ${error.issues[0]?.message}); move it elsewhere`,
    );
  }
  return data;
}

/** The certificates of those who bore the name, newest first: a name may be given away again, an id may not. */
export function certificatesNamed(project: Project, name: string): Certificate[] {
  const files = fs.existsSync(folder(project)) ? fs.readdirSync(folder(project)) : [];
  return files
    .flatMap((file) => {
      const [, id] = /^(?:.*)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/.exec(file) ?? [];
      return id !== undefined && file === `${name}-${id}.json`
        ? (readCertificate(project, { name, id }) ?? [])
        : [];
    })
    .sort((one, other) => other.began.localeCompare(one.began));
}

/** Writes both forms; what lies there of an earlier run is replaced. */
export function writeCertificate(project: Project, certificate: Certificate): void {
  const whole = certificateSchema.parse(certificate);
  fs.mkdirSync(folder(project), { recursive: true });
  writeWhole(certificateFile(project, whole.tenant, "md"), certificatePage(whole));
  writeWhole(certificateFile(project, whole.tenant), `${JSON.stringify(whole, null, 2)}\n`);
}

function folder({ stack, directory = process.cwd() }: Project): string {
  return path.join(directory, "out", "offboarding", stack);
}
