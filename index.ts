/** The program behind every stack: `platform` declares what a cluster's tenants share, any other a tenant list. */

import * as pulumi from "@pulumi/pulumi";
import { Platform as PlatformComponent } from "./components/platform";
import { readFacts } from "./components/facts";
import { providers } from "./components/providers";
import { declareTenants } from "./components/tenant-list";
import { checkRuleNames } from "./guardrails/enforcement";
import { InputFaults } from "./model/fault";
import { readPlatform, readPlatformOutput, type Platform } from "./model/platform";
import { checkAgainstPlatform, readTenantList, type TenantList } from "./model/read";
import { recordedKeys, standingKeys } from "./proof/adoption";
import { connect, type Connections } from "./proof/connect";
import { formatProblems, preflight } from "./proof/preflight";
import { formatFindings, type Finding } from "./proof/ledger";
import { readBack } from "./proof/readback";

const PLATFORM_STACK = "platform";

export = async (): Promise<pulumi.Inputs> => {
  const config = new pulumi.Config();
  const stack = pulumi.getStack();
  return stack === PLATFORM_STACK ? declarePlatform(config) : declareTenantList(stack, config);
};

async function declarePlatform(config: pulumi.Config): Promise<pulumi.Inputs> {
  const spec = orRefuse(() => readPlatform(config.requireObject("platform")));
  const facts = await readFacts(spec, config.get("kubeconfig"));
  orRefuse(() => checkRuleNames({ ...spec, ...facts }));
  const platform = new PlatformComponent(
    PLATFORM_STACK,
    { platform: spec, facts },
    { providers: providers(spec, config) },
  );
  const { clusterUid, launchTemplates } = platform;
  return { platform: { ...spec, ...facts, clusterUid, launchTemplates } };
}

async function declareTenantList(stack: string, config: pulumi.Config): Promise<pulumi.Inputs> {
  const list = orRefuse(() => readTenantList(`tenants/${stack}`, stack));
  const platform = await platformOf(stackName(PLATFORM_STACK));
  orRefuse(() => checkAgainstPlatform(list, platform));

  const connections = connect(platform, config.get("kubeconfig"));
  const problems = await preflight(list.tenants, connections);
  if (problems.length > 0) {
    throw new pulumi.RunError(formatProblems(problems));
  }
  const own = new pulumi.StackReference(stackName(stack));
  const before: unknown = (await own.getOutputDetails("tenants")).value;
  const standing = await standingKeys(list.tenants, platform, recordedKeys(before));
  if (standing.problems.length > 0) {
    throw new pulumi.RunError(formatProblems(standing.problems));
  }
  const tenants = await declareTenants(list.tenants, platform, providers(platform, config), standing.keys);
  return pulumi.runtime.isDryRun() ? { tenants } : { tenants, verified: await verify(list, connections) };
}

function stackName(stack: string): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

/** The platform stack's output; plain values, so that everything derived from them is known at preview. */
async function platformOf(name: string): Promise<Platform> {
  const details = await new pulumi.StackReference(name).getOutputDetails("platform");
  const value: unknown = details.value;
  if (value === undefined) {
    throw new pulumi.RunError(
      `stack ${name} has no output yet, and every tenant list builds on it; run: pulumi up --stack ${PLATFORM_STACK}`,
    );
  }
  return readPlatformOutput(value);
}

/**
 * Reads the live servers once every resource stands, and fails the run where a declared guardrail is missing: the
 * state alone would call a namespace that somebody deleted by hand "unchanged" (R102). A run that may change one tenant
 * (`TENANTRY_ONLY`) is only warned of what happened to others: it must not stop somebody who is shutting a tenant out.
 */
async function verify({ tenants }: TenantList, connections: Connections): Promise<pulumi.Inputs> {
  const { checked, findings } = await readBack(tenants, connections);
  const { TENANTRY_ONLY: only } = process.env;
  const isOthers = ({ tenant }: Finding) =>
    only !== undefined && tenant !== only && tenants.some(({ name }) => name === tenant);
  const others = findings.filter(isOthers);
  if (others.length > 0) {
    await pulumi.log.warn(formatFindings(others));
  }
  if (findings.length > others.length) {
    throw new pulumi.RunError(formatFindings(findings.filter((finding) => !isOthers(finding))));
  }
  return { guardrails: checked };
}

/** Faults in what people wrote end the run with their text alone, before the first resource. */
function orRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputFaults ? new pulumi.RunError(error.message) : error;
  }
}
