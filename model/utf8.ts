/** Bytes as text: UTF-8 and nothing else, or the byte at which it ends. */

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The text of bytes, or what keeps them from being one. */
export function decode(bytes: Uint8Array): { text: string; fault?: string } {
  try {
    const text = UTF8.decode(bytes);
    const nul = text.indexOf("\0");
    return nul === -1
      ? { text }
      : {
          text,
          fault: `holds a NUL character at byte ${Buffer.byteLength(text.slice(0, nul)) + 1}; take it out`,
        };
  } catch {
    return { text: "", fault: `is not UTF-8 text from byte ${firstInvalidByte(bytes)}; save it as UTF-8` };
  }
}

/** Counted from 1. Bisects: every prefix up to the fault decodes, when streamed. */
function firstInvalidByte(bytes: Uint8Array): number {
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      valid = middle;
    } catch {
      invalid = middle;
    }
  }
  return invalid;
}
