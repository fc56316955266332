/**
 * The guard of the provisioner: keeps whoever runs tenant lists to what tenants consist of (R1-R4, R17). RBAC knows no
 * prefixes, labels or contents: with its rights alone the provisioner could relabel kube-system, bind itself to a
 * tenant's role and read that tenant's Secrets, or have Velero do it. No policy sees writes to policies: that it
 * cannot undo the guard is RBAC's, which lets it only read them.
 */

import * as labels from "../model/labels";
import * as names from "../model/names";
import { provisionedKinds, type GuardedPlatform, type Kind } from "../model/provisioner";
import { ALWAYS, text, validation, type Check } from "./check";
import { accessChecks } from "./provisioner-access";
import { backupChecks } from "./provisioner-backup";
import { objectChecks } from "./provisioner-objects";

const NAME = "tenantry-provisioner";

export function provisionerGuard(platform: GuardedPlatform) {
  return {
    name: NAME,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["*"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
            resources: ["*/*"],
          },
        ],
      },
      matchConditions: [{ name: "provisioner", expression: isProvisioner(platform) }],
      variables: variables(platform),
      // The first that fails is told: where something is written comes before what is written.
      validations: [...boundaryChecks(platform), ...contentChecks(platform)].map(validation),
    },
  };
}

/** Of those kinds only that tenants consist of here. */
function contentChecks(platform: GuardedPlatform): Check[] {
  const { cluster, tenants, system } = provisionedKinds(platform);
  const kinds = [...cluster, ...tenants, ...Object.values(system).flat()].map(spelt);
  return [...objectChecks(platform), ...accessChecks(platform), ...backupChecks(platform)].filter(
    ({ kind }) => kind === undefined || kinds.includes(kind),
  );
}

function isProvisioner({ cluster }: GuardedPlatform): string {
  const account = `system:serviceaccount:${cluster.provisionerNamespace}:${names.PROVISIONER}`;
  return `request.userInfo.username == ${text(account)} ||
    ${text(names.PROVISIONERS_GROUP)} in request.userInfo.?groups.orValue([])`;
}

/** Where an object is: in the whole cluster, in a namespace of the platform, of a tenant, or of a stranger. */
const CLUSTER = "(cluster)";
const TENANTS = "(tenant)";
const STRANGERS = "(stranger)";

const PREFIX = names.namespaceName("");

/** On DELETE there is no `object`, on CREATE no `oldObject`, and on CONNECT `object` has no metadata. */
function variables(platform: GuardedPlatform) {
  const label = text(labels.TENANT);
  const system = Object.keys(provisionedKinds(platform).system);
  return [
    {
      name: "kind",
      expression: `request.resource.resource + (request.resource.group == "" ? "" : "." + request.resource.group)`,
    },
    {
      name: "name",
      expression: `string(object != null ? object.?metadata.?name.orValue(request.?name.orValue("")) :
        oldObject != null ? oldObject.metadata.name : request.?name.orValue(""))`,
    },
    {
      name: "what",
      expression: `variables.kind + " " + (namespaceObject == null ? "" : request.namespace + "/") + variables.name`,
    },
    {
      name: "labels",
      expression: "object == null ? {} : object.?metadata.?labels.orValue({})",
    },
    {
      name: "before",
      expression: "oldObject == null ? {} : oldObject.metadata.?labels.orValue({})",
    },
    {
      name: "tenant",
      expression: `string(variables.labels[?${label}].orValue(variables.before[?${label}].orValue("")))`,
    },
    {
      name: "place",
      expression: `namespaceObject == null ? ${text(CLUSTER)} :
        request.namespace in ${text(system)} ? request.namespace :
        request.namespace.startsWith(${text(PREFIX)}) && namespaceObject.metadata.?labels[?${label}].hasValue()
          ? ${text(TENANTS)} : ${text(STRANGERS)}`,
    },
    {
      // What is as it was may stay: after an upgrade of the platform a run first writes metadata.
      name: "changed",
      expression: `object != null && (oldObject == null ||
        object.exists(field, field != "metadata" && field != "status" &&
          (!(field in oldObject) || object[field] != oldObject[field])))`,
    },
  ];
}

/** A version 4 UUID, as the reader of tenants' files takes it. */
const ID = "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";

function boundaryChecks(platform: GuardedPlatform): Check[] {
  const { cluster, tenants, system } = provisionedKinds(platform);
  const kinds = Object.fromEntries(
    Object.entries({ [CLUSTER]: cluster, [TENANTS]: tenants, ...system }).map(([place, of]) => [
      place,
      of.map(spelt),
    ]),
  );
  const label = text(labels.TENANT);
  return [
    {
      when: ALWAYS,
      holds: `request.?subResource.orValue("") == ""`,
      why: "the provisioner writes whole objects, and neither their status, scale or tokens nor into their pods; have an administrator do it",
    },
    {
      when: ALWAYS,
      holds: `variables.place != ${text(STRANGERS)}`,
      why: `this namespace is no tenant's: the provisioner writes in namespaces ${PREFIX}... that bear the label ${labels.TENANT}, and to objects ${PREFIX}... in ${Object.keys(system).join(" and ")}; have an administrator do it`,
    },
    {
      when: ALWAYS,
      holds: `variables.kind in ${text(kinds)}[variables.place]`,
      why: "tenants do not consist of such objects here; have an administrator do it",
    },
    {
      when: `variables.place != ${text(TENANTS)}`,
      holds: `variables.name.startsWith(${text(PREFIX)})`,
      why: `what does not begin with ${PREFIX} is the platform's or a stranger's; name it after the tenant`,
    },
    {
      when: "oldObject != null",
      holds: `variables.tenant != "" && variables.before[?${label}].orValue("") == variables.tenant`,
      why: `its label ${labels.TENANT} says that it is a stranger's or another tenant's, and nothing is adopted or given away; choose another name, or have an administrator remove it`,
    },
    {
      // Everything in a tenant's namespace bears the tenant's id; what a list made bears the list's name too.
      when: `oldObject != null && variables.place == ${text(TENANTS)}`,
      holds: `${text(labels.LIST)} in variables.before`,
      why: `the tenant made it for itself: what tenant lists make bears the label ${labels.LIST}; leave it to the tenant, or have an administrator remove it`,
    },
    {
      when: "object != null",
      holds: `variables.labels[?${label}].orValue("").matches(${text(ID)})`,
      why: `its label ${labels.TENANT} is not the id of a tenant, a version 4 UUID in lower case; label it so`,
    },
    {
      when: `variables.place == ${text(TENANTS)}`,
      holds: `variables.tenant == namespaceObject.metadata.labels[${label}]`,
      why: `its label ${labels.TENANT} is not that of its namespace; label it so`,
    },
  ];
}

function spelt({ group, resource }: Kind): string {
  return group === "" ? resource : `${resource}.${group}`;
}
