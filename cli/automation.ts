/** What commands do, loaded when a command is called: the engine's SDK and the clients take a second to load. */

import { createRequire } from "node:module";

const load = createRequire(__filename);

export const automation = {
  audit: () => load("../automation/audit-verify") as typeof import("../automation/audit-verify"),
  breakGlass: () => load("../automation/break-glass") as typeof import("../automation/break-glass"),
  doctor: () => load("../automation/doctor") as typeof import("../automation/doctor"),
  drift: () => load("../automation/drift") as typeof import("../automation/drift"),
  dryRun: () => load("../automation/dry-run") as typeof import("../automation/dry-run"),
  init: () => load("../automation/init") as typeof import("../automation/init"),
  kubeconfig: () => load("../automation/kubeconfig") as typeof import("../automation/kubeconfig"),
  offboard: () => load("../automation/offboard") as typeof import("../automation/offboard"),
  onboard: () => load("../automation/onboard") as typeof import("../automation/onboard"),
  purge: () => load("../automation/purge") as typeof import("../automation/purge"),
  requests: () => load("../automation/requests") as typeof import("../automation/requests"),
  resume: () => load("../automation/resume") as typeof import("../automation/resume"),
  rotate: () => load("../automation/rotate") as typeof import("../automation/rotate"),
  run: () => load("../automation/run") as typeof import("../automation/run"),
  show: () => load("../automation/show") as typeof import("../automation/show"),
  suspend: () => load("../automation/suspend") as typeof import("../automation/suspend"),
  token: () => load("../automation/exec-credential") as typeof import("../automation/exec-credential"),
  tenantFiles: () => load("../automation/tenant-files") as typeof import("../automation/tenant-files"),
};
