/**
 * JSON of which there is only one: keys in the order of their code units, no white space, as RFC 8785 (JCS) has it; and a
 * digest of it. What is `undefined` is left out; what JSON cannot say is refused, since a row with a NaN would come back as
 * another one.
 */
import { sha256 } from '@noble/hashes/sha2.js';

/** @throws {RangeError} for a number that is not finite */
export function canonicalJson(value: unknown, name = 'value'): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`JSON has no number ${value}: ${name}`);
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null, name)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field, key)}`).join(',')}}`;
}

/** SHA-256 (FIPS 180-4) of the canonical JSON, as so many hexadecimal digits. */
export function jsonDigest(value: unknown, digits = 16): string {
  const hash = sha256(new TextEncoder().encode(canonicalJson(value)));
  return Array.from(hash, (octet) => octet.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits);
}
