/**
 * The folder of requests, `requests/<list>/`, which teams may write: nothing in it is trusted, and nothing is followed
 * out of it.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { LARGEST_BYTES, TOO_LARGE } from "../../model/document";
import type { Fault } from "../../model/fault";
import { DNS_LABEL } from "../../model/tenant";
import { RunFailure } from "../outcome";
import type { Project } from "../workspace";

/** The platform's own law over requests, beside the folders that teams may write. */
export function policyFile({ directory = process.cwd() }: Project): string {
  return path.join(directory, "requests", "policy.yaml");
}

/** @throws RunFailure `badInput` where something else stands in its place, a link among others. */
export function requestFolder({ stack, directory = process.cwd() }: Project): string {
  const all = path.join(directory, "requests");
  const folder = path.join(all, stack);
  for (const place of [all, folder]) {
    if (fs.lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === false) {
      throw new RunFailure("badInput", `${place} is no folder; requests lie in one of their own`);
    }
  }
  return folder;
}

/** @throws RunFailure `badInput` for what is no name of a tenant, and so no file of the folder. */
export function requestFile(project: Project, name: string): string {
  if (!DNS_LABEL.test(name)) {
    throw new RunFailure(
      "badInput",
      `${JSON.stringify(name)} is no name of a request; tenantry requests list has them`,
    );
  }
  return path.join(requestFolder(project), `${name}.yaml`);
}

/** Paths of everything in the folder, in order; none where there is no folder. */
export function requestFiles(project: Project): string[] {
  const folder = requestFolder(project);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return names
    .filter((name) => name !== ".gitkeep")
    .sort()
    .map((name) => path.join(folder, name));
}

/** The bytes of a plain file, or why they are not read. Links are not followed: they could lead to anybody's file. */
export function requestBytes(file: string): Buffer | Fault {
  const refuse = (message: string): Fault => ({ file, line: 1, column: 1, path: "", message });
  if (!file.endsWith(".yaml")) {
    return refuse("is no request; name it <name>.yaml");
  }
  let descriptor: number;
  try {
    // Asked of what was opened, not of the name: between two looks somebody could put a link there.
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return refuse(
      code === "ELOOP"
        ? "is a link; put the file itself there"
        : code === "ENOENT"
          ? "is not there"
          : `cannot be read: ${code}`,
    );
  }
  try {
    const status = fs.fstatSync(descriptor);
    if (!status.isFile()) {
      return refuse("is no plain file; write the request into one");
    }
    return status.size > LARGEST_BYTES ? refuse(TOO_LARGE) : fs.readFileSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
