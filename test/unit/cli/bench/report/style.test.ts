/** What is written on the page can be read on it, by day and by night: WCAG 2.2, success criterion 1.4.3. */
import { describe, expect, test } from 'vitest';
import { STYLE } from '../../../../../src/cli/bench/report/style.ts';

const [light, dark] = [...STYLE.matchAll(/--paper:[^}]*/g)].map(([text]) =>
  Object.fromEntries([...text.matchAll(/--(\w+):(#\w{6})/g)].map(([, name, colour]) => [name!, colour!])),
);

describe.each([
  ['light', light!],
  ['dark', dark!],
])('%s', (_, colours) => {
  test.each(['ink', 'quiet', 'good', 'bad', ...Array.from({ length: 8 }, (__, index) => `c${index}`)])(
    '%s has a contrast of at least 4.5 on the paper and in a box',
    (name) => {
      expect(contrast(colours[name]!, colours.paper!)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colours[name]!, colours.box!)).toBeGreaterThanOrEqual(4.5);
    },
  );
});

test('nothing is fetched', () => {
  expect(STYLE).not.toMatch(/url\(|@import|@font-face/);
});

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((first, second) => second - first);
  return (high! + 0.05) / (low! + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
