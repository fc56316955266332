import { awsEndpoint } from "./servers/aws-tls";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./acquire/cache";
import { startAccount, startCluster, startVault, type Start } from "./clouds";
import { stopServers } from "./down";
import { DATA_DIR, layout, type Layout } from "./layout";
import { installPlugins } from "./plugins/install";
import { choosePorts } from "./ports";
import { isRunning } from "./processes";
import type { Progress } from "./progress";
import { findRecord, writeRecord, type Ports, type SandboxRecord, type ServerRecord } from "./record";
import { kubernetesEndpoint } from "./servers/kubernetes";
import { tools, type Tools } from "./tools";

/** How a sandbox is started. */
export interface StartOptions {
  /** Folder of everything it keeps; `.sandbox` in the repository by default. */
  readonly dataDir?: string;
  /** Told what is going on; says nothing by default. */
  readonly progress?: Progress;
}

/**
 * Starts the sandbox and returns when everything answers. Of a running one only the plugins are renewed; of one
 * that is half dead the rest is stopped and all is started again on the kept data.
 * @throws with the last lines of a server's log when it does not start; whatever was started is stopped then.
 */
export async function startSandbox(options: StartOptions = {}): Promise<SandboxRecord> {
  const { dataDir = DATA_DIR, progress = () => undefined } = options;
  const place = layout(dataDir);
  mkdirSync(place.root, { recursive: true, mode: 0o700 });
  return withLock(place.lock, progress, async () => {
    const former = findRecord(dataDir);
    if (former && former.servers.length > 0 && former.servers.every(isRunning)) {
      progress(`the sandbox in ${place.root} is running already`);
      // The code may have moved on since it was started: another SDK asks for another plugin.
      const plugins = await installPlugins({
        pulumi: former.programs.pulumi,
        pulumiHome: place.pulumiHome,
        progress,
      });
      const current = { ...former, plugins };
      writeRecord(dataDir, current);
      return current;
    }
    const needed = await tools(progress);
    if (former) {
      await stopServers(former, true);
    }
    return startAll(dataDir, needed, await choosePorts(former?.ports), progress);
  });
}

async function startAll(
  dataDir: string,
  needed: Tools,
  ports: Ports,
  progress: Progress,
): Promise<SandboxRecord> {
  const place = layout(dataDir);
  for (const folder of [place.config, place.logs, place.pulumiHome, place.state]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  keepPulumiQuiet(place);

  let record: SandboxRecord = {
    ports,
    endpoints: {
      kubernetes: kubernetesEndpoint(ports),
      vault: `http://127.0.0.1:${ports.vault}`,
      aws: awsEndpoint(ports),
    },
    programs: { pulumi: needed.pulumi, kubectl: needed.kubectl },
    plugins: {},
    servers: [],
  };
  const keep = (change: Partial<SandboxRecord>): void => {
    record = { ...record, ...change };
    writeRecord(dataDir, record);
  };
  const start: Start = {
    dataDir,
    tools: needed,
    ports,
    surroundings: {
      logs: place.logs,
      started: (server: ServerRecord) => keep({ servers: [...record.servers, server] }),
    },
    progress,
  };

  const parts = [
    startCluster(start),
    startVault(start),
    startAccount(start),
    installPlugins({ pulumi: needed.pulumi, pulumiHome: place.pulumiHome, progress }).then((plugins) =>
      keep({ plugins }),
    ),
  ];
  try {
    await Promise.all(parts);
  } catch (error) {
    // The other parts may be about to start one more server: stop only when none of them can any more.
    await Promise.allSettled(parts);
    await stopServers(record, false);
    throw error;
  }
  return record;
}

/**
 * The engine writes a debug log of every run to a folder in its home, which costs it 62% of its processor time. A
 * file in that folder's place turns the log off.
 */
function keepPulumiQuiet({ pulumiHome }: Layout): void {
  const logs = join(pulumiHome, "logs");
  rmSync(logs, { recursive: true, force: true });
  writeFileSync(logs, "");
}
