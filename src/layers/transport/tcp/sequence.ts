/**
 * Arithmetic on sequence numbers: RFC 9293 §3.4, modulo 2^32.
 *
 * A sequence number is a signed 32-bit integer, which V8 keeps unboxed; it is printed `>>> 0`. Comparison is by the sign
 * of the difference, so it holds while two numbers are less than 2^31 apart. Exactly 2^31 apart, each is below the other
 * (RFC 1982 §3.2 calls that undefined); a window of at most 2^30 (RFC 7323 §2.3) never gets there.
 */

/** `a` comes before `b`. */
export const lessThan = (a: number, b: number): boolean => ((a - b) | 0) < 0;
export const lessOrEqual = (a: number, b: number): boolean => ((b - a) | 0) >= 0;
/** `a` comes after `b`. */
export const greaterThan = (a: number, b: number): boolean => ((b - a) | 0) < 0;
export const greaterOrEqual = (a: number, b: number): boolean => ((a - b) | 0) >= 0;

/** The number `n` octets after `a`; before it for a negative `n`. */
export const add = (a: number, n: number): number => (a + n) | 0;

/** How many octets `to` comes after `from`; negative if before. */
export const distance = (from: number, to: number): number => (to - from) | 0;

/** Whether `sequence` is one of the `size` numbers from `left` on. An empty window holds none. */
export const inWindow = (sequence: number, left: number, size: number): boolean => (sequence - left) >>> 0 < size;

/** The later of the two. */
export const maximum = (a: number, b: number): number => (((a - b) | 0) >= 0 ? a : b);
