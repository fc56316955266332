/** Judges what all tenants share on the cluster: priority classes, and the namespaces of the platform (R19, R37). */

import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import { tier, tierNames } from "../../model/tiers";
import { named, type LiveObject } from "../documents";
import type { Ledger } from "../ledger";

export interface LivePlatform {
  readonly namespaces: readonly LiveObject[];
  readonly priorityclasses: readonly LiveObject[];
}

export function judgePlatform(platform: Platform, live: LivePlatform, ledger: Ledger): void {
  judgePriorities(live.priorityclasses, ledger);
  const { cluster } = platform;
  const baseline = labels.podSecurityLabels("baseline", cluster.podSecurityVersion);
  // Velero's node agent mounts host paths; nothing else of the platform needs to.
  const declared: [string, Record<string, string>][] = [
    [cluster.gatewayNamespace, baseline],
    [cluster.observabilityNamespace, baseline],
    [cluster.backupNamespace, { "pod-security.kubernetes.io/enforce": "privileged" }],
  ];
  for (const [name, wanted] of declared) {
    judgeSystemNamespace(name, wanted, named(live.namespaces, name), ledger);
  }
}

function judgePriorities(classes: readonly LiveObject[], ledger: Ledger): void {
  const { expect } = ledger.bench("(platform)", "fairness");
  for (const tierName of tierNames) {
    const name = names.priorityClassName(tierName);
    const object = `PriorityClass ${name}`;
    const live = named(classes, name);
    expect(object, live !== undefined, "is missing");
    if (live !== undefined) {
      const { priority } = tier(tierName);
      expect(
        object,
        live["value"] === priority,
        `has the value ${String(live["value"])} instead of ${priority}`,
      );
      expect(object, live["preemptionPolicy"] === "Never", "lets its pods push others off a node");
      expect(object, live["globalDefault"] !== true, "is the class of every pod that names none");
    }
  }
}

function judgeSystemNamespace(
  name: string,
  declared: Readonly<Record<string, string>>,
  live: LiveObject | undefined,
  ledger: Ledger,
): void {
  const { expect } = ledger.bench("(platform)", "namespace");
  const object = `Namespace ${name}`;
  expect(object, live !== undefined, "is missing");
  if (live !== undefined) {
    for (const [label, value] of Object.entries(declared)) {
      const found = live.metadata.labels[label];
      expect(object, found === value, `has label ${label}=${found ?? "none"} instead of ${value}`);
    }
  }
}
