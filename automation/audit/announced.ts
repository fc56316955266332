/** What Events announced of the audit log: the witness that is not in the folder of the log (R94). */

import { z } from "zod";
import { AUDIT_HASH, AUDIT_SEQUENCE, LIST } from "../../model/labels";
import { announcer, eventNamespace, eventsPath } from "./event";
import { accepted, type Cluster } from "../cluster";
import type { Project } from "../workspace";

export interface VerifyOptions extends Project {
  /** Where the Events are read; default: the cluster, as the operator. `none` for a log that is all there is. */
  readonly cluster?: Cluster | "none";
}

export interface Announcement {
  readonly event: string;
  readonly sequence: number;
  readonly hash: string;
}

const eventList = z.object({
  metadata: z.object({ continue: z.string().default("") }).default({ continue: "" }),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
    }),
  ),
});

/** What Events of the list say; why they cannot be read, where they cannot. */
export async function announcements(options: VerifyOptions): Promise<Announcement[] | string> {
  if (options.cluster === "none") {
    return "the cluster was not asked";
  }
  try {
    const cluster = options.cluster ?? (await announcer(options));
    const path = `${eventsPath(eventNamespace(options))}?labelSelector=${LIST}%3D${options.stack}&limit=500`;
    const found: Announcement[] = [];
    for (let next: string | undefined = ""; next !== undefined;) {
      const page = next === "" ? path : `${path}&continue=${encodeURIComponent(next)}`;
      const { items, metadata } = eventList.parse(
        accepted("list Events", await cluster.request("GET", page)),
      );
      for (const { name, annotations } of items.map((item) => item.metadata)) {
        const { [AUDIT_SEQUENCE]: sequence, [AUDIT_HASH]: hash } = annotations;
        if (sequence !== undefined && hash !== undefined) {
          found.push({ event: name, sequence: Number(sequence), hash });
        }
      }
      next = metadata.continue || undefined;
    }
    return found;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
