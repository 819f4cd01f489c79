import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DROP_REASONS, type DropReason, explainDrop } from '../../../src/layers/drop.ts';

/** Every source file that may drop something: the table itself and the texts for people are left out. */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('layers/drop.ts') && !path.startsWith('trace'))
  .map((path) => readFileSync(join('src', path), 'utf8'))
  .join('\n');

describe('drop reasons', () => {
  test.each(Object.keys(DROP_REASONS) as DropReason[])('%s is given somewhere, and explained', (reason) => {
    expect(sources).toContain(`'${reason}'`);
    expect(explainDrop(reason).what).not.toBe('');
  });
});
