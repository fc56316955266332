/**
 * The rules about pods alone hold what Pod Security holds at the version that the platform pins (R18, R19, R30): for each of
 * its checks, pods that it refuses and pods that it lets through, of a tenant at `restricted` and of one at `baseline`.
 */

import assert from "node:assert/strict";
import { asRequest, everyWorkload, type PodParts } from "../../guardrails/examples";
import { judgeOf } from "../../guardrails/preview";
import { podRules } from "../../guardrails/rules/pods";
import { MAY_BE_ROOT } from "../../guardrails/rules/pods/allow-root";
import { podSecurity, security, volume } from "../../guardrails/rules/pods/objects";
import { examplePlatform } from "./platform";

const platform = examplePlatform();
const judges = podRules.map((rule) => judgeOf(rule, platform));

/** What becomes of a pod: each level's answer, and the rule that gives it. */
interface Row {
  readonly what: string;
  readonly parts: PodParts;
  /** Names of the rules that refuse it to a tenant at `restricted`. */
  readonly restricted: readonly string[];
  /** Names of the rules that refuse it to a tenant at `baseline`; the same where nothing is said. */
  readonly baseline?: readonly string[];
}

const HOST = { host: "192.0.2.1" };
const OWN_USERS = { spec: { hostUsers: false } };

/** The checks of `baseline`, which hold for every tenant. */
const BASELINE: Readonly<Record<string, readonly Row[]>> = {
  privileged: [
    { what: "false", parts: security({ privileged: false }), restricted: [] },
    { what: "true", parts: security({ privileged: true }), restricted: ["privileged"] },
  ],
  hostNamespaces: ["hostNetwork", "hostPID", "hostIPC"].flatMap((field) => [
    { what: `no ${field}`, parts: { spec: { [field]: false } }, restricted: [] },
    { what: field, parts: { spec: { [field]: true } }, restricted: ["host-namespaces"] },
  ]),
  hostPathVolumes: [
    { what: "none", parts: volume({ emptyDir: {} }), restricted: [] },
    { what: "one", parts: volume({ hostPath: { path: "/var/log" } }), restricted: ["host-path"] },
  ],
  hostPorts: [
    { what: "none", parts: { container: { ports: [{ containerPort: 80 }] } }, restricted: [] },
    {
      what: "one",
      parts: { container: { ports: [{ containerPort: 80, hostPort: 80 }] } },
      restricted: ["host-ports"],
    },
  ],
  hostProbesAndHostLifecycle: [
    ...["livenessProbe", "readinessProbe", "startupProbe"].flatMap((probe) =>
      ["httpGet", "tcpSocket"].flatMap((action) => [
        {
          what: `${probe} ${action}`,
          parts: probing({ [probe]: { [action]: { port: 1 } } }),
          restricted: [],
        },
        {
          what: `${probe} ${action} elsewhere`,
          parts: probing({ [probe]: { [action]: { port: 1, ...HOST } } }),
          restricted: ["probe-hosts"],
        },
      ]),
    ),
    ...["postStart", "preStop"].flatMap((hook) =>
      ["httpGet", "tcpSocket"].map((action) => ({
        what: `${hook} ${action} elsewhere`,
        parts: probing({ lifecycle: { [hook]: { [action]: { port: 1, ...HOST } } } }),
        restricted: ["probe-hosts"],
      })),
    ),
  ],
  appArmorProfile: [
    ...["RuntimeDefault", "Localhost"].map((type) => ({
      what: type,
      parts: podSecurity({ appArmorProfile: { type } }),
      restricted: [],
    })),
    {
      what: "Unconfined, of the pod",
      parts: podSecurity({ appArmorProfile: { type: "Unconfined" } }),
      restricted: ["app-armor"],
    },
    {
      what: "Unconfined, of a container",
      parts: security({ appArmorProfile: { type: "Unconfined" } }),
      restricted: ["app-armor"],
    },
  ],
  seLinuxOptions: [
    ...["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"].map((type) => ({
      what: `type "${type}"`,
      parts: podSecurity({ seLinuxOptions: { type } }),
      restricted: [],
    })),
    ...[{ type: "other_t" }, { user: "other_u" }, { role: "other_r" }].flatMap((seLinuxOptions) => [
      {
        what: `${Object.keys(seLinuxOptions).join()} of the pod`,
        parts: podSecurity({ seLinuxOptions }),
        restricted: ["se-linux"],
      },
      {
        what: `${Object.keys(seLinuxOptions).join()} of a container`,
        parts: security({ seLinuxOptions }),
        restricted: ["se-linux"],
      },
    ]),
  ],
  sysctls: [
    ...[
      "kernel.shm_rmid_forced",
      "net.ipv4.ip_local_port_range",
      "net.ipv4.tcp_syncookies",
      "net.ipv4.ping_group_range",
      "net.ipv4.ip_unprivileged_port_start",
      "net.ipv4.ip_local_reserved_ports",
      "net.ipv4.tcp_keepalive_time",
      "net.ipv4.tcp_fin_timeout",
      "net.ipv4.tcp_keepalive_intvl",
      "net.ipv4.tcp_keepalive_probes",
      "net.ipv4.tcp_rmem",
      "net.ipv4.tcp_wmem",
    ].map((name) => ({
      what: name,
      parts: podSecurity({ sysctls: [{ name, value: "0" }] }),
      restricted: [],
    })),
    {
      what: "another",
      parts: podSecurity({ sysctls: [{ name: "net.core.somaxconn", value: "1" }] }),
      restricted: ["sysctls"],
    },
  ],
  windowsHostProcess: [
    { what: "false", parts: security({ windowsOptions: { hostProcess: false } }), restricted: [] },
    {
      what: "of the pod",
      parts: podSecurity({ windowsOptions: { hostProcess: true } }),
      restricted: ["windows"],
    },
    {
      what: "of a container",
      parts: security({ windowsOptions: { hostProcess: true } }),
      restricted: ["windows"],
    },
  ],
};

/** The checks of `restricted`, of which tenants that may run as root are free, or have a weaker one. */
const RESTRICTED: Readonly<Record<string, readonly Row[]>> = {
  allowPrivilegeEscalation: [
    { what: "false", parts: security({ allowPrivilegeEscalation: false }), restricted: [] },
    ...[true, undefined].map((allowPrivilegeEscalation) => ({
      what: String(allowPrivilegeEscalation),
      parts: security({ allowPrivilegeEscalation }),
      restricted: ["privilege-escalation"],
      baseline: [],
    })),
  ],
  capabilities: [
    { what: "one to listen", parts: adding("NET_BIND_SERVICE"), restricted: [] },
    ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"]
      .concat("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT")
      .map((name) => ({ what: name, parts: adding(name), restricted: ["capabilities"], baseline: [] })),
    ...["NET_RAW", "SYS_ADMIN", "ALL", "chown", "CAP_CHOWN"].map((name) => ({
      what: name,
      parts: adding(name),
      restricted: ["capabilities"],
    })),
    {
      what: "nothing dropped",
      parts: security({ capabilities: {} }),
      restricted: ["capabilities"],
      baseline: [],
    },
    {
      what: "some dropped",
      parts: security({ capabilities: { drop: ["NET_RAW"] } }),
      restricted: ["capabilities"],
      baseline: [],
    },
  ],
  procMount: [
    { what: "Default", parts: security({ procMount: "Default" }), restricted: [] },
    { what: "Unmasked", parts: security({ procMount: "Unmasked" }), restricted: ["proc-mount"] },
    {
      what: "Unmasked among users of its own",
      parts: { ...OWN_USERS, ...security({ procMount: "Unmasked" }) },
      restricted: ["proc-mount"],
      baseline: [],
    },
  ],
  restrictedVolumes: [
    ...[
      "configMap",
      "downwardAPI",
      "emptyDir",
      "ephemeral",
      "image",
      "persistentVolumeClaim",
      "projected",
      "secret",
    ].map((type) => ({ what: type, parts: volume({ [type]: {} }), restricted: [] })),
    ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker"]
      .concat(
        "gcePersistentDisk",
        "gitRepo",
        "glusterfs",
        "iscsi",
        "nfs",
        "photonPersistentDisk",
        "portworxVolume",
      )
      .concat("quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume", "ofTomorrow")
      .map((type) => ({
        what: type,
        parts: volume({ [type]: {} }),
        restricted: ["inline-volumes"],
      })),
  ],
  runAsNonRoot: [
    {
      what: "of the container alone",
      parts: { ...podSecurity({ runAsNonRoot: undefined }), ...security({ runAsNonRoot: true }) },
      restricted: [],
    },
    {
      what: "undefined",
      parts: podSecurity({ runAsNonRoot: undefined }),
      restricted: ["non-root"],
      baseline: [],
    },
    {
      what: "false of the pod",
      parts: { ...podSecurity({ runAsNonRoot: false }), ...security({ runAsNonRoot: true }) },
      restricted: ["non-root"],
      baseline: [],
    },
    {
      what: "false of a container",
      parts: security({ runAsNonRoot: false }),
      restricted: ["non-root"],
      baseline: [],
    },
    {
      what: "false among users of its own",
      parts: podSecurity({ runAsNonRoot: false }, OWN_USERS),
      restricted: [],
    },
  ],
  runAsUser: [
    { what: "1000", parts: podSecurity({ runAsUser: 1000 }), restricted: [] },
    { what: "0 of the pod", parts: podSecurity({ runAsUser: 0 }), restricted: ["non-root"], baseline: [] },
    { what: "0 of a container", parts: security({ runAsUser: 0 }), restricted: ["non-root"], baseline: [] },
    { what: "0 among users of its own", parts: podSecurity({ runAsUser: 0 }, OWN_USERS), restricted: [] },
  ],
  seccompProfile: [
    ...["RuntimeDefault", "Localhost"].flatMap((type) => [
      { what: `${type} of the pod`, parts: podSecurity({ seccompProfile: { type } }), restricted: [] },
      {
        what: `${type} of a container alone`,
        parts: { ...podSecurity({ seccompProfile: undefined }), ...security({ seccompProfile: { type } }) },
        restricted: [],
      },
    ]),
    {
      what: "Unconfined of the pod",
      parts: podSecurity({ seccompProfile: { type: "Unconfined" } }),
      restricted: ["seccomp"],
    },
    {
      what: "Unconfined of a container",
      parts: security({ seccompProfile: { type: "Unconfined" } }),
      restricted: ["seccomp"],
    },
  ],
};

/** Where the rules ask for more than Pod Security, each for a reason that the rule tells. */
const MORE: Readonly<Record<string, readonly Row[]>> = {
  "seccomp of tenants that may run as root (R31)": [
    { what: "undefined", parts: podSecurity({ seccompProfile: undefined }), restricted: ["seccomp"] },
  ],
  "groups of root (A076)": [
    ...[{ fsGroup: 0 }, { runAsGroup: 0 }, { supplementalGroups: [0] }].map((groups) => ({
      what: Object.keys(groups).join(),
      parts: podSecurity(groups),
      restricted: ["root-groups"],
      baseline: [],
    })),
  ],
  "CSI volumes (A074)": [
    { what: "any driver", parts: volume({ csi: { driver: "example.net" } }), restricted: ["csi-volumes"] },
  ],
  "pods for Windows (A072)": [
    { what: "by name", parts: { spec: { os: { name: "windows" } } }, restricted: ["windows"] },
  ],
};

describe("without Pod Security the rules about pods", () => {
  for (const [check, rows] of Object.entries({ ...BASELINE, ...RESTRICTED, ...MORE })) {
    describe(`hold ${check}`, () => {
      for (const { what, parts, restricted, baseline = restricted } of rows) {
        it(what, () => {
          for (const { what: kind, object } of everyWorkload(parts)) {
            assert.deepEqual(refusing({ what, object }), restricted, `${kind} at restricted`);
            const example = { what, object, namespace: MAY_BE_ROOT };
            assert.deepEqual(refusing(example), baseline, `${kind} at baseline`);
          }
        });
      }
    });
  }
});

/** Names of the rules that refuse it. */
function refusing(example: Parameters<typeof asRequest>[0]): string[] {
  const request = asRequest(example);
  return judges.filter(({ judge }) => judge(request) !== undefined).map(({ rule }) => rule.name);
}

function probing(container: object): PodParts {
  return { container: { ...container } };
}

function adding(capability: string): PodParts {
  return security({ capabilities: { drop: ["ALL"], add: [capability] } });
}
