/** The few ASN.1 types that a certificate is written in, in DER. */

type Bytes = Uint8Array;

/** A value with its tag and its length. */
function tagged(tag: number, ...contents: readonly Bytes[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

/** Below 128 the length is one byte, from there on the number of its bytes goes before it. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) {
    return Buffer.from([length]);
  }
  const bytes = base256(length);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function base256(value: number): number[] {
  return value < 0x100 ? [value] : [...base256(Math.floor(value / 0x100)), value % 0x100];
}

export const sequence = (...items: readonly Bytes[]): Buffer => tagged(0x30, ...items);
export const set = (...items: readonly Bytes[]): Buffer => tagged(0x31, ...items);
export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]));
export const octets = (value: Bytes): Buffer => tagged(0x04, value);
export const utf8 = (value: string): Buffer => tagged(0x0c, Buffer.from(value, "utf8"));
/** A bit string of whole bytes, but for `unused` bits at its end. */
export const bits = (value: Bytes, unused = 0): Buffer => tagged(0x03, Buffer.from([unused]), value);
/** A tag that only its place gives a meaning to; `constructed` when it holds other values. */
export const context = (number: number, contents: Bytes, constructed: boolean): Buffer =>
  tagged((constructed ? 0xa0 : 0x80) | number, contents);

/** A whole number that is not negative; a leading 1 bit would make it so. */
export function integer(value: Bytes): Buffer {
  const negative = ((value[0] ?? 0) & 0x80) !== 0;
  return tagged(0x02, negative ? Buffer.from([0]) : Buffer.alloc(0), value);
}

/** An object identifier, such as "2.5.4.3". */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const encoded = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) {
      septets.unshift(0x80 | (left & 0x7f));
    }
    return septets;
  });
  return tagged(0x06, Buffer.from(encoded));
}

/** A point in time before 2050, to the second. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[^0-9]/g, "");
  return tagged(0x17, Buffer.from(`${digits.slice(2, 14)}Z`, "ascii"));
}
