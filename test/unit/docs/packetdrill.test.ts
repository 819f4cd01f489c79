/** The examples of docs/packetdrill.md pass as they stand there. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runScript } from '../../../src/packetdrill/run/run-script.ts';

const page = readFileSync('docs/packetdrill.md', 'utf8');
const examples = [...page.matchAll(/```packetdrill\n([\s\S]*?)```/g)].map(([, text = '']) => text);

test('there are three examples', () => expect(examples).toHaveLength(3));

test.each(examples)('%s', (text) => {
  const { verdict, place, reason } = runScript('example', text);
  expect({ verdict, place, reason }).toEqual({ verdict: 'pass', place: undefined, reason: '' });
});
