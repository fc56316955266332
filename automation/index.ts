/**
 * What pipelines import: `import { up, offboard } from "tenantry/automation"`. Every function takes its options first,
 * throws `RunFailure` with Pulumi's exit codes, and returns plain values without secrets.
 */

export { type VerifyOptions } from "./audit/announced";
export { verifyAudit, type AuditFault, type AuditVerdict } from "./audit/verify";
export {
  grantBreakGlass,
  listBreakGlass,
  revokeBreakGlass,
  type BreakGlassOptions,
  type Grant,
  type Granted,
} from "./credentials/break-glass";
export { type Certificate } from "./leaving/certificate";
export { type Counts } from "./engine/changes";
export { doctor, isWell, type CheckResult, type DoctorReport } from "./doctor/doctor";
export { drift, repair, type DriftOptions, type Repair, type RepairOptions } from "./drift/drift";
export { DRIFT_EXIT_CODE, isClean, type DriftReport } from "./drift/report";
export { initProject, type Initialised, type InitOptions, type PlatformFacts } from "./init";
export {
  dryRunBreakGlass,
  dryRunOffboard,
  dryRunPurge,
  dryRunResume,
  dryRunRotate,
  dryRunSuspend,
  type DryRun,
} from "./dry-run";
export { issueToken, type ExecCredential } from "./credentials/exec-credential";
export { issueKubeconfig, type IssuedKubeconfig, type KubeconfigOptions } from "./credentials/kubeconfig";
export { offboard } from "./leaving/offboard";
export { type OffboardOptions } from "./leaving/leaving";
export { onboard, type OnboardOptions, type Onboarding } from "./intake/onboard";
export { type OperationOptions, type TenantOptions } from "./operation";
export { exitCodes, RunFailure, type FailureKind } from "./outcome";
export { EVENT_VERSION, type Facts, type Plane, type Progress, type Watcher } from "./progress";
export { verifyCertificate, type VerifiedCertificate } from "./leaving/certificate-verify";
export { purge, type PurgeOptions } from "./leaving/purge";
export {
  acceptRequest,
  checkRequests,
  listRequests,
  type Acceptance,
  type AcceptOptions,
  type RequestVerdict,
} from "./intake/requests";
export { rotate, type RotateOptions, type Rotation } from "./credentials/rotate";
export { resume, type Resumption } from "./suspension/resume";
export {
  destroy,
  preview,
  previewDestroy,
  refresh,
  up,
  type DestroyOptions,
  type PreviewOptions,
  type RunResult,
  type UpOptions,
} from "./engine/run";
export { listTenants, showTenant, type ListedTenant, type ShownTenant } from "./show";
export { suspend, type Suspension } from "./suspension/suspend";
export { type SuspendOptions } from "./suspension/options";
