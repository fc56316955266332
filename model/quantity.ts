/** Kubernetes quantities, read exactly: the only place that looks inside one. */

const GRAMMAR = /^([0-9]+)(?:\.([0-9]+))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** Units in thousand-millionths, the smallest step that Kubernetes knows. */
const NANO = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  "": NANO,
  k: NANO * 10n ** 3n,
  M: NANO * 10n ** 6n,
  G: NANO * 10n ** 9n,
  T: NANO * 10n ** 12n,
  P: NANO * 10n ** 15n,
  E: NANO * 10n ** 18n,
  Ki: NANO * 2n ** 10n,
  Mi: NANO * 2n ** 20n,
  Gi: NANO * 2n ** 30n,
  Ti: NANO * 2n ** 40n,
  Pi: NANO * 2n ** 50n,
  Ei: NANO * 2n ** 60n,
};
const LARGEST = (2n ** 63n - 1n) * NANO;

/**
 * The amount, in thousand-millionths of the unit (cores, bytes, pieces).
 *
 * @returns undefined for what is no quantity, is larger than 2^63-1, or finer than a thousand-millionth.
 */
export function quantity(text: string): bigint | undefined {
  const [, whole = "", fraction = "", suffix = ""] = GRAMMAR.exec(text) ?? [];
  const unit = UNITS[suffix];
  if (whole === "" || unit === undefined || fraction.length > 18) {
    return undefined;
  }
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * unit;
  const amount = scaled / scale;
  return scaled % scale !== 0n || amount > LARGEST ? undefined : amount;
}

/** Lists of thousands of tenants hold a handful of different quantities. */
const read = new Map<string, bigint>();

/** The amount of a quantity that is known to be one: of the tier table, or checked before. */
export function amountOf(text: string): bigint {
  const amount = read.get(text) ?? quantity(text);
  if (amount === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is not a quantity`);
  }
  read.set(text, amount);
  return amount;
}

/** The larger of two quantities, as it was written. */
export function larger(a: string, b: string): string {
  return amountOf(a) >= amountOf(b) ? a : b;
}

/** An amount of whole thousandths as a quantity of cores or pieces. */
export function decimalOf(amount: bigint): string {
  return amount % NANO === 0n ? String(amount / NANO) : `${amount / (NANO / 1000n)}m`;
}

/** An amount of whole thousandths as a quantity, in the largest binary unit that holds it without a fraction. */
export function textOf(amount: bigint): string {
  const unit = ["Ti", "Gi", "Mi", "Ki"].find((name) => amount > 0n && amount % (UNITS[name] ?? NANO) === 0n);
  return unit === undefined ? decimalOf(amount) : `${amount / (UNITS[unit] ?? NANO)}${unit}`;
}
