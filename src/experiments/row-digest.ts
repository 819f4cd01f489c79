/** The digest that closes a row: a changed byte of the run moves the figures, and any moved figure the digest. */
import { jsonDigest } from './canonical-json.ts';
import type { ResultRow } from './row.ts';

/** The row with its digest. */
export const sealed = (row: Omit<ResultRow, 'digest'>): ResultRow => ({ ...row, digest: jsonDigest(row) });

/** Whether the digest is that of the rest. */
export function isIntact({ digest, ...rest }: ResultRow): boolean {
  return digest === jsonDigest(rest);
}
