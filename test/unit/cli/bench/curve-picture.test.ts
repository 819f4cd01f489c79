/** The curve of an experiment as a picture by itself: what is in the file. How it looks is `report-in-browser.test.ts`. */
import { describe, expect, test } from 'vitest';
import { curvePicture } from '../../../../src/cli/bench/report/curve-picture.ts';
import { LOSS_RATE } from '../../../../src/experiments/catalogue/loss-rate.ts';
import { PAIRS_OF_CONTROLLERS } from '../../../../src/experiments/catalogue/sharing.ts';
import { viewOf } from '../../../../src/experiments/experiment.ts';
import { plausibleRun } from './plausible-rows.ts';

const { rows } = plausibleRun('standard', 1, [LOSS_RATE]);
const view = viewOf(LOSS_RATE, rows);
const MADE = ['100Mbit/s, 50ms', 'wirelab bench loss --preset standard --experiment loss-rate'];
const picture = curvePicture(view, rows, MADE);
const all = (pattern: RegExp): string[] => [...picture.matchAll(pattern)].map(([, text = '']) => text);

describe('a picture of goodput against loss', () => {
  test('stands by itself: no script, no request, no face of its own, the same bytes each time', () => {
    expect(picture).not.toMatch(/<script|href|url\(|@import|@font-face|\son\w+=|<image|<foreignObject/i);
    expect(picture.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
    expect(all(/font-family:([^;}]*)/g)).toEqual(['system-ui,sans-serif']);
    expect(curvePicture(view, JSON.parse(JSON.stringify(rows)), MADE)).toBe(picture);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('is well-formed: each tag is closed in its turn', () => {
    const open: string[] = [];
    for (const [, close, name, , own] of picture.matchAll(/<(\/?)([a-z]+)((?:\s[a-z-:A-Z0-9]+="[^"<]*")*)\s*(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (own !== '/') open.push(name!);
    }
    expect(open).toEqual([]);
    expect(all(/(<)/g).length).toBe(all(/(<\/?[a-z]+(?:\s[a-z-:A-Z0-9]+="[^"<]*")*\s*\/?>)/g).length);
  });

  test('has every line by its name, the path, the command, and in words what it shows', () => {
    const names = all(/>([^<>]+)<\/text>/g).map((text) => text.replaceAll('&#39;', "'"));
    const curves = ['reno', 'cubic', 'westwood', 'bbr', 'bbr1'];
    const models = ['Mathis, C = 1.31', 'PFTK', 'CUBIC alone, RFC 9438 §5', '(1 - p) of the line'];
    const others = ['ns-3 NewReno', 'ns-3 LinuxReno', 'ns-3 CUBIC', 'ns-3 BBRv1'];
    expect(names).toEqual(expect.arrayContaining([...curves, ...models, ...others, ...MADE]));
    expect(picture).toMatch(
      /^<svg [^>]*role="img" aria-label="goodput, Mbit\/s against loss rate, both axes logarithmic/,
    );
  });

  test('tells lines apart without colour: shapes for what was measured, dashes for models, hollow marks for others', () => {
    const lines = [...picture.matchAll(/<g class="curve (\w+)[^"]*">(.*?)<\/g>/gs)];
    const dashes = lines
      .filter(([, kind]) => kind === 'model')
      .map(([, , text = '']) => /stroke-dasharray="([^"]+)"/.exec(text)?.[1]);
    expect(new Set(dashes).size).toBe(4);
    expect(dashes).not.toContain(undefined);
    // The first mark, as it lies about its own first corner.
    const shape = (text: string): string => {
      const numbers = /class="mark" d="([^"]*)"/
        .exec(text)![1]!
        .match(/-?[\d.]+/g)!
        .map(Number);
      return numbers.map((number, index) => (number - numbers[index % 2]!).toFixed(1)).join();
    };
    const marks = lines.filter(([, kind]) => kind === 'measured').map(([, , text = '']) => shape(text));
    expect(new Set(marks).size).toBe(5);
    expect(picture).toMatch(/\.simulator\{[^}]*--fill:var\(--paper\)/);
  });

  test('models are smooth: a hundred places from the least to the largest loss', () => {
    const corners = [...picture.matchAll(/<g class="curve model">.*?class="line" d="([^"]*)"/gs)].map(
      ([, path = '']) => path.split('L').length,
    );
    for (const count of corners) expect(count).toBeGreaterThan(90);
  });

  test('has a paper by day and another by night', () => {
    expect(picture).toMatch(/:root\{[^}]*--paper:#fdfdfb/);
    expect(picture).toMatch(/@media \(prefers-color-scheme:dark\)\{:root\{[^}]*--paper:#15171a/);
    expect(picture).toContain('<rect class="paper"');
  });
});

test('names from outside are text', () => {
  const evil = '<script>"&';
  const text = curvePicture({ ...view, title: evil }, rows, [evil]);
  expect(text).not.toContain('<script');
  expect(text.match(/&lt;script&gt;&quot;&amp;/g)).toHaveLength(2);
});

test('what is over names has no curve', () => {
  const run = plausibleRun('quick', 1, [PAIRS_OF_CONTROLLERS]);
  expect(() => curvePicture(viewOf(PAIRS_OF_CONTROLLERS, run.rows), run.rows, [])).toThrow(/pairs has no curve/);
});
