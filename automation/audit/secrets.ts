/**
 * The last net before the audit log: what looks like a credential is withheld, whatever step handed it over (R93). It
 * knows credentials by their form, so that one without a form (a password, an AppRole's secret id) passes: steps must
 * not hand such over in the first place.
 */

/** Forms of credentials, by what they are. */
const FORMS: readonly RegExp[] = [
  // JSON Web Tokens: ServiceAccounts, OIDC.
  /\beyJ[\w-]{6,}\.eyJ[\w-]{6,}\.[\w-]*/,
  // Tokens of Vault and OpenBao: service, batch, recovery; with and without the newer prefix.
  /\bhv[sbr]\.[\w-]{8,}/,
  /(?<![\w.])[sbr]\.[A-Za-z0-9]{20,}/,
  // Ids of AWS keys, lasting and of sessions; the secret half has no form.
  /\bA(?:KIA|SIA)[A-Z0-9]{12,}/,
  /-----BEGIN [A-Z0-9 ]+-----/,
  // GitHub, GitLab, Pulumi Cloud.
  /\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bpul-[0-9a-f]{32,}/,
  // A password inside a URL, and a header that was copied whole.
  /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i,
  /\b(?:Bearer|Basic)\s+[\w+/=.-]{12,}/i,
];

export const WITHHELD = "[withheld]";

/** Whether the text holds what has the form of a credential. */
export function looksSecret(text: string): boolean {
  return FORMS.some((form) => form.test(text));
}

/** The same plain value with every text that looks secret replaced, keys of maps too. */
export function withoutSecrets<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") {
    return looksSecret(value) ? WITHHELD : value;
  }
  if (Array.isArray(value)) {
    return value.map(clean);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [looksSecret(key) ? WITHHELD : key, clean(item)]),
    );
  }
  return value;
}
