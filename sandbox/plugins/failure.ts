/** What a plugin throws, as the gRPC status that the engine understands. */

import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { encode, type Properties } from "./wire";

/** The plugin does not do this at all. */
export class Unimplemented extends Error {}

/** The resource exists, but something about it failed: the engine records it, so that it is not lost. */
export class PartialFailure extends Error {
  constructor(
    readonly id: string,
    readonly state: Properties,
    readonly reasons: string[],
    readonly inputs: Properties,
  ) {
    super(reasons.join("\n"));
  }
}

export function statusOf(error: unknown): Partial<grpc.ServiceError> {
  if (error instanceof Unimplemented) {
    return { code: grpc.status.UNIMPLEMENTED, details: error.message };
  }
  if (!(error instanceof PartialFailure)) {
    return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
  }
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.state));
  detail.setInputs(encode(error.inputs));
  detail.setReasonsList(error.reasons);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
