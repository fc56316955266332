const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration like `1h30m`, `300s` or `300` in seconds, or NaN. */
export function seconds(text: unknown): number {
  if (typeof text === "number") return text;
  if (typeof text !== "string" || !/^(\d+|(\d+[smhd])+)$/.test(text)) return Number.NaN;
  if (/^\d+$/.test(text)) return Number(text);
  const parts = text.match(/\d+[smhd]/g) ?? [];
  return parts.reduce(
    (sum, part) => sum + Number(part.slice(0, -1)) * (UNIT_SECONDS[part.slice(-1)] ?? Number.NaN),
    0,
  );
}
