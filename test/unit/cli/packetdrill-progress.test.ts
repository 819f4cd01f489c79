/** What a person at a terminal sees while scripts run. */
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { showProgress } from '../../../src/cli/packetdrill/progress.ts';

test('counts scripts, and is away while something else is written', () => {
  let shown = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      shown += String(chunk);
      done();
    },
  });
  // A bar draws on terminals alone.
  const progress = showProgress(3, Object.assign(stream, { isTTY: true, columns: 120 }));
  progress.finished();
  expect(shown).toContain('0 of 3 scripts');
  progress.clear();
  expect(shown).toContain('1 of 3 scripts');
  expect(shown.endsWith(CLEARED)).toBe(true);

  shown = '';
  progress.clear();
  expect(shown).toBe('');
  progress.finished();
  expect(shown).toContain('2 of 3 scripts');
  progress.clear();
  expect(shown.endsWith(CLEARED)).toBe(true);
});

/** The cursor at the start of an empty line. */
const CLEARED = '\x1b[1G\x1b[2K';
