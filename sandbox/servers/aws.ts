import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { answers } from "../http";
import type { Ports } from "../record";
import type { Tools } from "../tools";
import { launch, type RunningServer, type Surroundings } from "./server";

/** The account that the emulator keeps everything in. */
export const AWS_ACCOUNT = "000000000000";
/** Region of the sandbox. */
export const AWS_REGION = "eu-central-1";
/** The emulator, with what it gets wrong of a request put right. */
const PROGRAM = join(__dirname, "..", "tools", "ministack", "serve.py");
/** What Tenantry and its tenants ask of AWS; the emulator's other services stay off. */
const SERVICES = ["account", "ec2", "eks", "iam", "kms", "s3", "secretsmanager", "sts", "tagging"];

/** The AWS emulator. */
export interface AwsOptions {
  readonly ministack: Tools["ministack"];
  /** Folder of what it keeps. */
  readonly folder: string;
  readonly ports: Ports;
  /** Secret of its root user, who has every right. */
  readonly rootSecret: string;
}

/** Starts the AWS emulator with signatures checked and IAM enforced. */
export async function startAws(options: AwsOptions, surroundings: Surroundings): Promise<RunningServer> {
  const { folder, ministack, ports } = options;
  const endpoint = `http://127.0.0.1:${ports.aws}`;
  const health = `${endpoint}/_ministack/ready`;
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  const pid = await launch(
    {
      name: "aws",
      command: ministack.python,
      args: [PROGRAM],
      env: {
        PYTHONPATH: ministack.path,
        PYTHONDONTWRITEBYTECODE: "1",
        GATEWAY_PORT: String(ports.aws),
        // It binds every address unless told otherwise, and a second, MQTT port unless that is off.
        BIND_HOST: "127.0.0.1",
        IOT_MTLS_ENABLED: "0",
        SFTP_ENABLED: "0",
        SERVICES: SERVICES.join(","),
        AUTH: "true",
        MINISTACK_ACCOUNT_ID: AWS_ACCOUNT,
        MINISTACK_REGION: AWS_REGION,
        // An account id is the access key id of that account's root user; this is the secret that goes with it.
        AWS_ACCESS_KEY_ID: AWS_ACCOUNT,
        AWS_SECRET_ACCESS_KEY: options.rootSecret,
        // Otherwise it looks for containers of its own in the machine's Docker.
        DOCKER_HOST: `unix://${join(folder, "no-docker.sock")}`,
        PERSIST_STATE: "1",
        STATE_DIR: join(folder, "state"),
        S3_PERSIST: "1",
        S3_DATA_DIR: join(folder, "s3"),
        TMPDIR: temporary,
        HOME: folder,
      },
      health,
      ready: () => answers(health),
    },
    surroundings,
  );
  return { pid, endpoint };
}
