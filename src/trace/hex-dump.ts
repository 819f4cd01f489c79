/**
 * Bytes as a dump: offset, sixteen bytes in hexadecimal, and what they are in ASCII.
 */

const BYTES_PER_LINE = 16;

/** One line for sixteen bytes; no lines for none. */
export function hexDump(bytes: Uint8Array, indent = '\t'): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_PER_LINE) {
    const row = bytes.subarray(at, at + BYTES_PER_LINE);
    const pairs: string[] = [];
    for (let index = 0; index < row.length; index += 2) {
      pairs.push(`${octet(row[index]!)}${index + 1 < row.length ? octet(row[index + 1]!) : ''}`);
    }
    const text = Array.from(row, (value) => (value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '.')).join(
      '',
    );
    lines.push(`${indent}0x${at.toString(16).padStart(4, '0')}:  ${pairs.join(' ').padEnd(39)}  ${text}`);
  }
  return lines;
}

const octet = (value: number): string => value.toString(16).padStart(2, '0');
