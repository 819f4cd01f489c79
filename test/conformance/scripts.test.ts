/** Every script of `scripts/` passes, for both families where it does not name one. */
import { describe, expect, test } from 'vitest';
import { runScript } from '../../src/packetdrill/run/run-script.ts';
import { familiesOf, scriptFiles } from './script-files.ts';

const files = scriptFiles();

test('there are at least 150 scripts', () => {
  expect(files.length).toBeGreaterThanOrEqual(150);
});

describe.each(files)('$name', (file) => {
  test.each(familiesOf(file))('$family', ({ settings }) => {
    const { verdict, place, reason, details } = runScript(file.name, file.text, settings);
    const story = verdict === 'pass' ? '' : `${file.name}:${place?.line}: ${reason}\n${details.join('\n')}`;
    expect(story).toBe('');
    expect(verdict).toBe('pass');
  });
});
