/** The objects below a tenant's prefix of the backup bucket, in every version: counted, and deleted at the end (R68, R90). */

import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { RunFailure } from "../outcome";

/** What lies below a prefix. */
export interface Stock {
  /** Objects that can be read by their name. */
  readonly objects: number;
  /** All versions of them, and of objects that were deleted; marks of deletion not counted. */
  readonly versions: number;
  readonly bytes: number;
}

/** A prefix with its closing slash: without it `tenants/1` would be the beginning of `tenants/12`. */
export interface Place {
  readonly bucket: string;
  readonly prefix: `${string}/`;
}

export async function countObjects(s3: S3Client, place: Place): Promise<Stock> {
  const stock = { objects: 0, versions: 0, bytes: 0 };
  for await (const { Versions = [] } of pages(s3, place)) {
    for (const { IsLatest = false, Size = 0 } of Versions) {
      stock.objects += IsLatest ? 1 : 0;
      stock.versions++;
      stock.bytes += Size;
    }
  }
  return stock;
}

/**
 * Deletes every version, every mark of deletion and every upload that was never finished. Interrupted, it goes on.
 *
 * @param told is told after each page how many are gone.
 * @throws RunFailure `resource` naming what S3 refuses to delete.
 */
export async function deleteObjects(
  s3: S3Client,
  place: Place,
  told: (deleted: number) => void,
  signal?: AbortSignal,
): Promise<number> {
  await abortUploads(s3, place);
  let deleted = 0;
  // Always the first page: what is deleted makes room for the rest.
  for (;;) {
    signal?.throwIfAborted();
    const { Versions = [], DeleteMarkers = [] } = await pageOf(s3, place);
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) {
      return deleted;
    }
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: place.bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first !== undefined) {
      throw new RunFailure(
        "resource",
        `S3 refuses to delete ${Errors.length} objects, the first ${first.Key} (${first.Code}: ${first.Message}); put right what it says, then run this again`,
      );
    }
    deleted += Objects.length;
    told(deleted);
  }
}

async function abortUploads(s3: S3Client, { bucket, prefix }: Place): Promise<void> {
  let more = true;
  while (more) {
    const { Uploads = [], IsTruncated = false } = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }),
    );
    for (const { Key, UploadId } of Uploads) {
      await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
    more = IsTruncated && Uploads.length > 0;
  }
}

function pageOf(
  s3: S3Client,
  { bucket, prefix }: Place,
  after: Marker = {},
): Promise<ListObjectVersionsCommandOutput> {
  const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = after;
  return s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, KeyMarker, VersionIdMarker }),
  );
}

type Marker = Pick<ListObjectVersionsCommandOutput, "NextKeyMarker" | "NextVersionIdMarker">;

async function* pages(s3: S3Client, place: Place): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let after: Marker | undefined = {};
  while (after !== undefined) {
    const page: ListObjectVersionsCommandOutput = await pageOf(s3, place, after);
    yield page;
    after = page.IsTruncated ? page : undefined;
  }
}
