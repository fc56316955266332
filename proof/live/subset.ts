/** Whether a live document says everything that a declared one does; servers fill in defaults beside it. */

/** Lists must be of one length: one more rule in a list is one more permission. */
export function says(live: unknown, declared: unknown): boolean {
  if (Array.isArray(declared)) {
    return (
      Array.isArray(live) &&
      live.length === declared.length &&
      declared.every((item, index) => says(live[index], item))
    );
  }
  if (typeof declared === "object" && declared !== null) {
    return (
      typeof live === "object" &&
      live !== null &&
      Object.entries(declared).every(([key, value]) => says((live as Record<string, unknown>)[key], value))
    );
  }
  return live === declared;
}
