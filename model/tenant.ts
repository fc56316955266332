/**
 * What a tenant file may say (zod, from which the JSON Schema is made) and what it means once the tier has
 * filled the gaps (`Tenant`, the type that every other room speaks).
 */

import { z } from "zod";
import type { PodSecurityLevel } from "./labels";
import { stateNames, type Lifecycle } from "./lifecycle";
import { MAX_ENVIRONMENT_LENGTH, MAX_NAME_LENGTH, SEPARATOR } from "./names";
import { runtimeNames, tierNames, type Containers, type Quota, type Runtime, type TierName } from "./tiers";

/** The tenant roles, most powerful first (R7). */
export const roleNames = ["admin", "dev", "view"] as const;
export type RoleName = (typeof roleNames)[number];

export const DNS_LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const QUANTITY = /^(0|[1-9][0-9]*)(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;
const HOST_NAME = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const CRON = /^(\S+ ){4}\S+$/;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const GO_DURATION = /^[1-9][0-9]{0,5}[smh]$/;
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]*$/u;

const dnsLabel = (max: number, what: string) =>
  z
    .string()
    .max(max)
    .regex(DNS_LABEL, {
      error: `is no ${what}: write lower-case letters, digits and single hyphens, starting with a letter`,
    })
    .refine((value) => !value.includes(SEPARATOR), {
      error: `holds "${SEPARATOR}", which separates the parts of derived names: write a single hyphen`,
    });

const quantity = (examples: readonly string[]) =>
  z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(QUANTITY, { error: `is not a quantity; write ${examples.join(" or ")}` }))
    .meta({ examples: [...examples] });

/** One line for people. Emoji and joiners pass; what could hide or turn round text in a terminal does not. */
export const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(PRINTABLE, { error: "holds control or direction characters: write one line of printable text" });

const email = z
  .string()
  .max(254)
  .regex(z.regexes.email, { error: "is not an e-mail address; write name@example.com" });
const cpu = quantity(["8", "500m"]);
const bytes = quantity(["16Gi", "512Mi"]);
const count = (max: number) => z.int().min(0).max(max);

/** A Kubernetes subject name: printable, no reserved `system:` prefix. */
const subject = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\s\p{C}]*$/u, {
    error: "holds white space or control characters: write the name as the OIDC token has it",
  })
  .refine((value) => !/^system:/i.test(value), {
    error:
      'starts with "system:", which Kubernetes keeps for itself: name a group or user of your identity provider',
  })
  .refine((value) => !/^tenantry:/i.test(value), {
    error:
      'starts with "tenantry:", which names the platform\'s own identities: name a group or user of your identity provider',
  });

const subjects = z.strictObject({
  groups: z
    .array(subject)
    .min(1)
    .max(50)
    .optional()
    .describe("OIDC groups, exactly as the token carries them."),
  users: z.array(subject).min(1).max(50).optional().describe("Single users, where a group is not to be had."),
});

const port = z.strictObject({
  port: z.int().min(1).max(65535).describe("Destination port."),
  endPort: z.int().min(1).max(65535).optional().describe("Last port of a range that starts at `port`."),
  protocol: z
    .enum(["TCP", "UDP", "SCTP"])
    .optional()
    .describe("Transport protocol of the ports.")
    .meta({ default: "TCP" }),
});

const egressRule = z.strictObject({
  cidr: z.string().optional().describe("Destination network, for example 203.0.113.0/24."),
  except: z.array(z.string()).min(1).max(50).optional().describe("Networks inside `cidr` that stay closed."),
  host: z
    .string()
    .max(253)
    .regex(HOST_NAME, { error: "is not a host name; write api.stripe.com or *.example.com" })
    .optional()
    .describe("Destination by DNS name."),
  ports: z.array(port).min(1).max(50).describe("Ports that are opened; there is no rule without ports."),
  description: z.string().max(200).optional().describe("Why the tenant needs it."),
});

const amounts = z.strictObject({
  cpu: cpu.optional().describe("Cores, or thousandths of one."),
  memory: bytes.optional().describe("Memory."),
  ephemeralStorage: bytes.optional().describe("Space on the node's disk."),
});

const NO_DURATION = "is not a duration; write 90s, 30m or 1h";
const duration = z
  .string({ error: NO_DURATION })
  .regex(GO_DURATION, { error: NO_DURATION })
  .meta({ examples: ["30m", "1h"] });

/** The tenant file. */
export const tenantSchema = z
  .strictObject({
    name: dnsLabel(MAX_NAME_LENGTH, "tenant name").describe(
      `The tenant's name, the file's name too: a DNS label of at most ${MAX_NAME_LENGTH} characters. Names of objects are made of it; it cannot change later.`,
    ),
    id: z
      .string()
      .regex(UUID_V4, { error: "is not a version 4 UUID in lower case; make one with `uuidgen -r`" })
      .describe("A version 4 UUID, made once for the tenant and never given to another."),
    displayName: line(80).optional().describe("The name for people; default: `name`."),
    owners: z
      .array(email)
      .min(1)
      .max(20)
      .describe(
        "E-mail addresses of those who answer for the tenant. Owning grants no access; `access` does.",
      ),
    contacts: z
      .strictObject({
        email: email.optional().describe("The team's mailbox."),
        chat: line(100).optional().describe("The team's channel."),
        pager: line(200).optional().describe("Who is called at night."),
        costCenter: line(40).optional().describe("Who pays."),
      })
      .optional()
      .describe("How to reach the team, and who pays."),
    tier: z
      .enum(tierNames)
      .optional()
      .describe("Row of the tier table that gives the defaults.")
      .meta({ default: "standard" }),
    environments: z
      .array(
        z.strictObject({
          name: dnsLabel(MAX_ENVIRONMENT_LENGTH, "environment name").describe(
            "The environment's name, part of its namespace's.",
          ),
          share: z.int().min(1).max(100).optional().describe("Per cent of the tenant's quota."),
        }),
      )
      .max(10)
      .optional()
      .describe("Environments, each a namespace of its own; none: one namespace `tenant-<name>` (R32)."),
    access: z
      .strictObject({
        admin: subjects
          .optional()
          .describe("Who administers the tenant's own namespaces, and only those (R5, R8)."),
        dev: subjects
          .optional()
          .describe("Who runs workloads in the tenant's own namespaces, and only those (R5, R8)."),
        view: subjects.optional().describe("Who reads the tenant's own namespaces, and only those (R5, R8)."),
      })
      .optional()
      .describe("People, by role (R7, R8). Nobody has access who is not named here."),
    quota: z
      .strictObject({
        cpu: cpu.optional().describe("Cores that all pods may request."),
        memory: bytes.optional().describe("Memory that all pods may request."),
        cpuLimit: cpu.optional().describe("Cores that the limits of all pods may add up to."),
        memoryLimit: bytes.optional().describe("Memory that the limits of all pods may add up to."),
        ephemeralStorage: bytes.optional().describe("Space on the nodes' disks that all pods may ask for."),
        storage: bytes.optional().describe("Space of all volumes."),
        pods: count(3000).optional().describe("Running pods."),
        persistentVolumeClaims: count(3000).optional().describe("Volume claims."),
        services: count(3000).optional().describe("Services of every type."),
        loadBalancers: count(50).optional().describe("Services of type LoadBalancer."),
        nodePorts: count(50).optional().describe("Ports opened on every node."),
        secrets: count(3000).optional().describe("Secrets."),
        configMaps: count(3000).optional().describe("ConfigMaps."),
        jobs: count(3000).optional().describe("Jobs, finished ones too."),
        cronJobs: count(3000).optional().describe("CronJobs."),
      })
      .optional()
      .describe("What the tenant may use in sum (R34); default: the tier's."),
    containers: z
      .strictObject({
        default: amounts.optional().describe("Limits of a container that names none."),
        defaultRequest: amounts.optional().describe("Requests of a container that names none."),
        max: amounts.optional().describe("The most that one container may ask for."),
      })
      .optional()
      .describe("Limits and requests of one container (R35); default: the tier's."),
    network: z
      .strictObject({
        egress: z
          .array(egressRule)
          .max(100)
          .optional()
          .describe("Destinations outside the cluster; none by default (R45, R49)."),
        ingress: z
          .strictObject({
            hosts: z
              .array(
                z
                  .string()
                  .max(253)
                  .regex(HOST_NAME, { error: "is not a host name; write shop.acme.example.com" }),
              )
              .max(64)
              .describe("Host names that lead to the tenant and to nobody else."),
          })
          .optional()
          .describe("Host names served through the tenant gateway (R50)."),
        podCidr: z
          .string()
          .optional()
          .describe("Addresses of the tenant's pods, a network of the tenant's own (R51)."),
      })
      .optional()
      .describe("Ways out of the tenant's namespaces and into them; all closed by default."),
    storage: z
      .strictObject({
        volumeType: z.enum(["gp3", "io2"]).optional().describe("EBS volume type.").meta({ default: "gp3" }),
        reclaimPolicy: z
          .enum(["Delete", "Retain"])
          .optional()
          .describe("What becomes of a volume whose claim is deleted.")
          .meta({ default: "Delete" }),
      })
      .optional()
      .describe("The tenant's StorageClass, always encrypted with the tenant's key (R55, R56)."),
    encryption: z
      .strictObject({
        deletionWindowDays: z
          .int()
          .min(7)
          .max(30)
          .optional()
          .describe("Days that the key waits before it is destroyed."),
        rotationDays: z
          .int()
          .min(90)
          .max(2560)
          .optional()
          .describe("Days between rotations of the key's material."),
      })
      .optional()
      .describe("The tenant's KMS key (R66)."),
    secrets: z
      .strictObject({
        engine: z
          .enum(["vault", "aws-secrets-manager"])
          .optional()
          .describe("Where the tenant's secrets live.")
          .meta({ default: "vault" }),
        tokenTtl: duration
          .optional()
          .describe("Life of a Vault token; default 20m, or `tokenMaxTtl` where that is less."),
        tokenMaxTtl: duration
          .optional()
          .describe("Longest life of a renewed Vault token, at most 24h.")
          .meta({ default: "1h" }),
        boundCidrs: z
          .array(z.string())
          .min(1)
          .max(20)
          .optional()
          .describe("Networks that AppRole logins may come from; default any."),
        names: z
          .array(
            z
              .string()
              .max(100)
              .regex(/^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/, {
                error: "is not a secret's name; write letters, digits and inner . _ -",
              }),
          )
          .min(1)
          .max(100)
          .optional()
          .describe(
            "Secrets that the tenant has in AWS Secrets Manager; their values are put there by whoever keeps them (R63).",
          ),
      })
      .optional()
      .describe("Secrets (R60, R61, R63)."),
    backup: z
      .strictObject({
        schedule: z
          .string()
          .regex(CRON, { error: 'is not a cron line of five fields; write "0 3 * * *"' })
          .optional()
          .describe("When to back up: a cron line of five numeric fields."),
        retentionDays: z.int().min(1).max(3650).optional().describe("Days that a backup is kept."),
      })
      .optional()
      .describe("Velero backups under the tenant's own prefix, role and key (R70); default: the tier's."),
    placement: z
      .strictObject({ pool: z.enum(["shared", "dedicated"]).describe("Whose nodes the tenant runs on.") })
      .optional()
      .describe("Nodes: the tier's shared pool, or one of the tenant's own (R40)."),
    runtimeClass: z.enum(runtimeNames).optional().describe("Sandboxed container runtime (R42)."),
    gitops: z
      .strictObject({
        engine: z.enum(["argocd", "flux"]).describe("What reconciles the workloads."),
        repository: z.string().min(1).max(500).describe("The Git repository."),
        path: z.string().min(1).max(200).optional().describe("Folder inside the repository."),
        revision: z.string().min(1).max(200).optional().describe("Branch, tag or commit."),
      })
      .optional()
      .describe("Where the tenant's workloads are declared (R77)."),
    allowRoot: z
      .boolean()
      .optional()
      .describe("Lowers the tenant to Pod Security `baseline` (R39).")
      .meta({ default: false }),
    mesh: z.boolean().optional().describe("Joins the service mesh (R39, R52).").meta({ default: false }),
    lifecycle: z
      .strictObject({
        state: z
          .enum(stateNames)
          .optional()
          .describe(
            "Whether the tenant runs (active), sleeps (suspended), goes (offboarding) or has left its data behind (retained).",
          )
          .meta({ default: "active" }),
        retainUntil: z.iso
          .date({ error: 'is no date; write it in quotes as "2027-01-31"' })
          .optional()
          .describe("The last day, in UTC, on which a retained tenant's data is kept."),
        legalHold: z
          .boolean()
          .optional()
          .describe("Forbids the purge of the tenant's data, whatever the date.")
          .meta({ default: false }),
        retentionDays: count(3650)
          .optional()
          .describe("Days that the data is kept once the tenant has left; default: the tier's."),
        deletionProtection: z
          .boolean()
          .optional()
          .describe(
            "Refuses removal of the tenant's namespaces, key and secrets while true; default: the tier's. Data of a tenant that leaves is protected always.",
          ),
      })
      .optional()
      .describe("State of the tenant, and what protects it from removal."),
  })
  .describe("One tenant of Tenantry.");

/** A tenant as its file says it. */
export type TenantSpec = z.output<typeof tenantSchema>;

export interface Subjects {
  readonly groups: readonly string[];
  readonly users: readonly string[];
}

export interface Port {
  readonly port: number;
  readonly endPort?: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
}

/** A way out to a network. */
export interface NetworkEgress {
  readonly cidr: string;
  readonly except: readonly string[];
  readonly ports: readonly Port[];
}

/** A way out to a DNS name, which may begin with `*.`. */
export interface NameEgress {
  readonly host: string;
  readonly ports: readonly Port[];
}

export interface TenantNamespace {
  /** Physical name, for example `tenant-acme`. */
  readonly name: string;
  /** Prefix of the logical names of what is inside: the tenant's name, with the environment where there is one. */
  readonly key: string;
  readonly environment?: string;
  /** The namespace's part of the tenant's quota; all of it where there is one namespace. */
  readonly quota: Quota;
}

/** Node pool of a tenant: the taint and label `tenant-tier`, and whether only this tenant's pods run there (R41). */
export interface Pool {
  readonly name: TierName;
  readonly own: boolean;
}

/** A tenant with every default filled in and every namespace named. Immutable. */
export interface Tenant {
  readonly name: string;
  readonly id: string;
  /** The tenant list: folder under `tenants/` and name of the stack. */
  readonly list: string;
  readonly displayName: string;
  readonly owners: readonly string[];
  readonly contacts: Readonly<Record<string, string>>;
  readonly tier: TierName;
  readonly namespaces: readonly TenantNamespace[];
  readonly access: Readonly<Record<RoleName, Subjects>>;
  readonly quota: Quota;
  readonly containers: Containers;
  readonly network: {
    readonly egress: readonly NetworkEgress[];
    readonly names: readonly NameEgress[];
    readonly hosts: readonly string[];
    readonly podCidr?: string;
  };
  readonly storage: { readonly volumeType: "gp3" | "io2"; readonly reclaimPolicy: "Delete" | "Retain" };
  readonly encryption: { readonly deletionWindowDays: number; readonly rotationDays: number };
  readonly pool: Pool;
  readonly runtime?: Runtime;
  /** Pod Security level that is enforced (R18, R39). */
  readonly podSecurity: PodSecurityLevel;
  readonly secrets: {
    readonly engine: "vault" | "aws-secrets-manager";
    /** Secrets in AWS Secrets Manager; none with Vault. */
    readonly names: readonly string[];
    /** Seconds. */
    readonly tokenTtl: number;
    /** Seconds. */
    readonly tokenMaxTtl: number;
    readonly boundCidrs: readonly string[];
  };
  readonly backup: { readonly schedule: string; readonly retentionDays: number };
  readonly lifecycle: Lifecycle;
  /** What the file asks for; what is protected in the tenant's state says `protectionOf`. */
  readonly deletionProtection: boolean;
}
