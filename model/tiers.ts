/**
 * The tier table: what a tenant gets that does not say otherwise, and how far it may go. One row a tier; the
 * planes receive numbers and names from here and never test for the word.
 */

/** Kubernetes quantities by quota field; counts are plain numbers. */
export interface Quota {
  /** Sum of CPU requests of all pods, as a quantity. */
  readonly cpu: string;
  /** Sum of memory requests. */
  readonly memory: string;
  /** Sum of CPU limits. */
  readonly cpuLimit: string;
  /** Sum of memory limits. */
  readonly memoryLimit: string;
  /** Sum of ephemeral-storage requests, and of limits. */
  readonly ephemeralStorage: string;
  /** Sum of the sizes of all PersistentVolumeClaims. */
  readonly storage: string;
  readonly pods: number;
  readonly persistentVolumeClaims: number;
  readonly services: number;
  readonly loadBalancers: number;
  readonly nodePorts: number;
  readonly secrets: number;
  readonly configMaps: number;
  readonly jobs: number;
  readonly cronJobs: number;
}

/** Amounts of one container. */
export interface ContainerResources {
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
}

/** LimitRange values (R35). */
export interface Containers {
  /** Limits of a container that names none. */
  readonly default: ContainerResources;
  /** Requests of a container that names none. */
  readonly defaultRequest: ContainerResources;
  /** No container may ask for more. */
  readonly max: ContainerResources;
}

export interface Tier {
  /** One sentence for people. */
  readonly summary: string;
  readonly quota: Quota;
  /** The most a tenant of this tier may ask for, field by field. */
  readonly ceiling: Quota;
  readonly containers: Containers;
  /** Value of the tier's PriorityClass; platform pods stand far above (R37). */
  readonly priority: number;
  /** Days that a KMS key waits between deletion and destruction, 7 to 30. */
  readonly keyDeletionWindowDays: number;
  /** Days between automatic rotations of the key's material, 90 to 2560. */
  readonly keyRotationDays: number;
  readonly backup: { readonly schedule: string; readonly retentionDays: number };
  /** Days that a tenant's data is kept once the tenant has left, 0 to 3650 (R89). */
  readonly retentionDays: number;
  /** Whose nodes its tenants run on unless they say otherwise: the tier's, or their own (R40). */
  readonly pool: "shared" | "dedicated";
  /** Sandboxed runtimes that a tenant may ask for; only the sensitive nodes bring them (R42). */
  readonly runtimes: readonly Runtime[];
  /** Whether removing the tenant is refused until its file says `lifecycle.deletionProtection: false`. */
  readonly deletionProtection: boolean;
}

/** Container runtimes that put a second wall between a pod and its node. */
export const runtimeNames = ["gvisor", "kata"] as const;
export type Runtime = (typeof runtimeNames)[number];

const STANDARD_QUOTA: Quota = {
  cpu: "4",
  memory: "8Gi",
  cpuLimit: "8",
  memoryLimit: "16Gi",
  ephemeralStorage: "20Gi",
  storage: "100Gi",
  pods: 50,
  persistentVolumeClaims: 10,
  services: 20,
  loadBalancers: 0,
  nodePorts: 0,
  secrets: 50,
  configMaps: 50,
  jobs: 50,
  cronJobs: 10,
};

const LARGE_QUOTA: Quota = {
  cpu: "16",
  memory: "32Gi",
  cpuLimit: "32",
  memoryLimit: "64Gi",
  ephemeralStorage: "100Gi",
  storage: "500Gi",
  pods: 100,
  persistentVolumeClaims: 40,
  services: 40,
  loadBalancers: 0,
  nodePorts: 0,
  secrets: 100,
  configMaps: 100,
  jobs: 100,
  cronJobs: 20,
};

const CEILING: Quota = {
  cpu: "512",
  memory: "2Ti",
  cpuLimit: "1024",
  memoryLimit: "4Ti",
  ephemeralStorage: "2Ti",
  storage: "100Ti",
  pods: 3000,
  persistentVolumeClaims: 500,
  services: 500,
  loadBalancers: 5,
  nodePorts: 0,
  secrets: 500,
  configMaps: 500,
  jobs: 1000,
  cronJobs: 200,
};

const CONTAINERS: Containers = {
  default: { cpu: "500m", memory: "512Mi", ephemeralStorage: "1Gi" },
  defaultRequest: { cpu: "100m", memory: "128Mi", ephemeralStorage: "128Mi" },
  max: { cpu: "4", memory: "8Gi", ephemeralStorage: "10Gi" },
};

export const tiers = {
  standard: {
    summary: "internal teams that trust each other; shared nodes",
    quota: STANDARD_QUOTA,
    ceiling: { ...CEILING, cpu: "64", memory: "256Gi", cpuLimit: "128", memoryLimit: "512Gi", pods: 500 },
    containers: CONTAINERS,
    priority: 1000,
    keyDeletionWindowDays: 7,
    keyRotationDays: 365,
    backup: { schedule: "0 3 * * *", retentionDays: 30 },
    retentionDays: 30,
    pool: "shared",
    runtimes: [],
    deletionProtection: false,
  },
  sensitive: {
    summary: "regulated or customer data; nodes only for sensitive tenants, longer retention",
    quota: STANDARD_QUOTA,
    ceiling: { ...CEILING, cpu: "128", memory: "512Gi", cpuLimit: "256", memoryLimit: "1Ti", pods: 1000 },
    containers: CONTAINERS,
    priority: 2000,
    keyDeletionWindowDays: 30,
    keyRotationDays: 180,
    backup: { schedule: "0 */6 * * *", retentionDays: 90 },
    retentionDays: 90,
    pool: "shared",
    runtimes: runtimeNames,
    deletionProtection: true,
  },
  dedicated: {
    summary: "one paying customer; nodes of its own",
    quota: LARGE_QUOTA,
    ceiling: CEILING,
    containers: { ...CONTAINERS, max: { cpu: "16", memory: "64Gi", ephemeralStorage: "50Gi" } },
    priority: 3000,
    keyDeletionWindowDays: 30,
    keyRotationDays: 180,
    backup: { schedule: "0 */6 * * *", retentionDays: 90 },
    retentionDays: 90,
    pool: "dedicated",
    runtimes: [],
    deletionProtection: true,
  },
} as const satisfies Record<string, Tier>;

export type TierName = keyof typeof tiers;
export const tierNames = Object.keys(tiers) as TierName[];

/** The row of a tier. */
export function tier(name: TierName): Tier {
  return tiers[name];
}
