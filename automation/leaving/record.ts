/** What has been seen of a tenant's leaving so far. It lies on disk after every step, so that no run loses what one before it saw. */

import { presenceOf } from "../../model/lifecycle";
import type { Tenant } from "../../model/tenant";
import { agentOf } from "../audit/agent";
import { verifyAudit } from "../audit/verify";
import { CERTIFICATE_VERSION, type Certificate, type Departed } from "./certificate";
import { readCertificate, writeCertificate } from "./certificate-file";
import { engineEnvironment } from "../identity";
import type { OperationOptions } from "../operation";

export class LeavingRecord {
  private constructor(
    private readonly options: OperationOptions,
    private current: Certificate,
  ) {}

  /** That of an earlier run; a new one where the tenant has not begun to leave, or has come back. */
  static open(options: OperationOptions, tenant: Tenant): LeavingRecord {
    const earlier = presenceOf(tenant).leaves ? readCertificate(options, tenant) : undefined;
    return new LeavingRecord(options, earlier ?? begun(options, departedOf(tenant)));
  }

  static of(options: OperationOptions, certificate: Certificate): LeavingRecord {
    return new LeavingRecord(options, certificate);
  }

  get certificate(): Certificate {
    return this.current;
  }

  /** Writes down what was seen. What is a list is taken over whole. */
  async write(seen: Partial<Certificate>): Promise<Certificate> {
    const { head } = await verifyAudit({ ...this.options, cluster: "none" });
    const actor = actorOf(this.options);
    this.current = { ...this.current, ...seen, actor, audit: head ?? null };
    writeCertificate(this.options, this.current);
    return this.current;
  }
}

function begun(options: OperationOptions, tenant: Departed): Certificate {
  return {
    version: CERTIFICATE_VERSION,
    stage: "offboarding",
    list: options.stack,
    tenant,
    actor: actorOf(options),
    began: new Date().toISOString(),
    gone: [],
    waits: [],
    retained: [],
    credentials: { tried: [], untried: [] },
    references: [],
    volumes: [],
    lostPods: [],
    released: [],
    plans: [],
    audit: null,
  };
}

export function departedOf(tenant: Tenant): Departed {
  const { name, id, displayName, tier, namespaces, secrets } = tenant;
  return {
    name,
    id,
    displayName,
    tier,
    namespaces: namespaces.map((namespace) => namespace.name),
    secretsEngine: secrets.engine,
    secrets: [...secrets.names],
  };
}

function actorOf(options: OperationOptions): string {
  const agent = agentOf(engineEnvironment(options), options.actor);
  return "name" in agent ? agent.name : `${agent["prov:actedOnBehalfOf"].name} by ${agent["@id"]}`;
}
