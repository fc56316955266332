/** What commands do, loaded when a command is called: the engine's SDK and the clients take a second to load. */

import { createRequire } from "node:module";

const load = createRequire(__filename);

export const automation = {
  audit: () => load("../automation/audit/verify") as typeof import("../automation/audit/verify"),
  breakGlass: () =>
    load("../automation/credentials/break-glass") as typeof import("../automation/credentials/break-glass"),
  certificate: () =>
    load(
      "../automation/leaving/certificate-verify",
    ) as typeof import("../automation/leaving/certificate-verify"),
  doctor: () => load("../automation/doctor/doctor") as typeof import("../automation/doctor/doctor"),
  drift: () => load("../automation/drift/drift") as typeof import("../automation/drift/drift"),
  dryRun: () => load("../automation/dry-run") as typeof import("../automation/dry-run"),
  init: () => load("../automation/init") as typeof import("../automation/init"),
  kubeconfig: () =>
    load("../automation/credentials/kubeconfig") as typeof import("../automation/credentials/kubeconfig"),
  offboard: () => load("../automation/leaving/offboard") as typeof import("../automation/leaving/offboard"),
  onboard: () => load("../automation/intake/onboard") as typeof import("../automation/intake/onboard"),
  purge: () => load("../automation/leaving/purge") as typeof import("../automation/leaving/purge"),
  requests: () => load("../automation/intake/requests") as typeof import("../automation/intake/requests"),
  resume: () => load("../automation/suspension/resume") as typeof import("../automation/suspension/resume"),
  rotate: () => load("../automation/credentials/rotate") as typeof import("../automation/credentials/rotate"),
  run: () => load("../automation/engine/run") as typeof import("../automation/engine/run"),
  show: () => load("../automation/show") as typeof import("../automation/show"),
  suspend: () =>
    load("../automation/suspension/suspend") as typeof import("../automation/suspension/suspend"),
  token: () =>
    load(
      "../automation/credentials/exec-credential",
    ) as typeof import("../automation/credentials/exec-credential"),
  tenantFiles: () => load("../automation/tenant-files") as typeof import("../automation/tenant-files"),
};
