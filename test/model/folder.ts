/** A tenant list in a folder of its own, for as long as each test of a suite runs. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InputFaults } from "../../model/fault";
import { readTenantList, type TenantList } from "../../model/read";
import { tenantText } from "./minimum";

export const IDS = ["5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f", "0d9c8b7a-6f5e-4d3c-8b2a-190817263544"] as const;

/** A tenant of a name and one of the ids, with fields on top. */
export function tenant(name: string, id: string = IDS[0], fields = ""): string {
  return tenantText(fields).replace("acme", name).replace(IDS[0], id);
}

/** The folder `test` inside a root that lasts one test. */
export class ListFolder {
  root = "";

  constructor() {
    beforeEach(() => {
      this.root = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-list-"));
      fs.mkdirSync(this.directory);
    });
    afterEach(() => fs.rmSync(this.root, { recursive: true }));
  }

  get directory(): string {
    return path.join(this.root, "test");
  }

  put(file: string, text = ""): void {
    fs.writeFileSync(path.join(this.directory, file), text);
  }

  read(): TenantList {
    return readTenantList(this.directory, "test");
  }

  names(): string[] {
    return this.read().tenants.map(({ name }) => name);
  }

  /** Every fault that reading reports, or whatever else is tried; paths begin at the root. */
  faults(act: () => unknown = () => this.read()): string[] {
    try {
      act();
    } catch (error) {
      assert.ok(error instanceof InputFaults, String(error));
      return error.message.replaceAll(`${this.root}${path.sep}`, "").split("\n").slice(0, -1);
    }
    return assert.fail("accepted");
  }
}
