/** The report as its readers see it: opened in Chromium, on a screen and on a telephone, by day and by night. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import { curvePicture } from '../../../../src/cli/bench/report/curve-picture.ts';
import { lossReport } from '../../../../src/cli/bench/report.ts';
import { LOSS_RATE } from '../../../../src/experiments/catalogue/loss-rate.ts';
import { viewOf } from '../../../../src/experiments/experiment.ts';
import { launchChromium, testInBrowser } from '../../../interop/browser.ts';
import { plausibleRun } from './plausible-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirelab-report-'));
let browser: Browser | undefined;
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const run = plausibleRun('quick', 2);
const evil = `<img src="https://example.org/x" onerror="alert(1)"><script>alert(2)</script>`;

/** What a page said and asked for while it was looked at. */
interface Seen {
  readonly page: Page;
  readonly said: string[];
  readonly asked: string[];
}

async function open(width: number, colorScheme: 'light' | 'dark'): Promise<Seen> {
  const path = join(folder, 'report.html');
  writeFileSync(path, lossReport(run.rows, run.outcomes, { ...run.meta, command: evil, preset: evil }));
  browser ??= await launchChromium();
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const seen: Seen = { page, said: [], asked: [] };
  page.on('console', (message) => seen.said.push(message.text()));
  page.on('pageerror', (error) => seen.said.push(String(error)));
  page.on('dialog', (dialog) => {
    seen.said.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => seen.asked.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  return seen;
}

/** With every fold open: how large each chart is, and which letters lie outside. */
const look = (page: Page): Promise<{ readonly charts: Chart[]; readonly wider: number }> =>
  page.evaluate(() => {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
    const charts = [...document.querySelectorAll('svg.chart')].map((chart) => {
      const { width, height, left, right } = chart.getBoundingClientRect();
      const outside = [...chart.querySelectorAll('text')]
        .filter((text) => {
          const box = text.getBoundingClientRect();
          return box.left < left - 2 || box.right > right + 2;
        })
        .map((text) => text.textContent ?? '');
      return { kind: chart.classList.contains('wide') ? 'wide' : 'narrow', width, height, outside };
    });
    return { charts, wider: document.documentElement.scrollWidth - window.innerWidth };
  });

interface Chart {
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly outside: readonly string[];
}

describe('in Chromium', () => {
  testInBrowser.each([
    [1000, 'light', 'wide'],
    [360, 'dark', 'narrow'],
  ] as const)(
    '%d pixels wide, %s: no error, no request, every chart is seen, its letters inside',
    async (width, scheme, kind) => {
      const { page, said, asked } = await open(width, scheme);
      const { charts, wider } = await look(page);
      const shown = charts.filter((chart) => chart.kind === kind);
      expect(shown.length).toBeGreaterThanOrEqual(run.meta.experiments.length);
      for (const chart of shown) {
        expect(chart.width).toBeGreaterThan(300);
        expect(chart.height).toBeGreaterThan(50);
        expect(chart.outside).toEqual([]);
      }
      // Of the two widths one is shown.
      for (const chart of charts) if (chart.kind !== kind) expect(chart.width).toBe(0);
      // Wide tables scroll in boxes of their own.
      expect(wider).toBeLessThanOrEqual(0);
      expect(said).toEqual([]);
      expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([page.url()]);
      await page.close();
    },
  );

  testInBrowser('names are text and no markup; the page is whole', async () => {
    const { page } = await open(1000, 'light');
    const facts = await page.evaluate(() => ({
      foreign: document.querySelectorAll('script, img, iframe').length,
      command: document.querySelector('pre')?.textContent,
      mode: document.compatMode,
      sections: document.querySelectorAll('main > section').length,
      headings: document.querySelectorAll('h1').length,
      nameless: [...document.querySelectorAll('[role=img], [role=region]')].filter(
        (one) => !one.getAttribute('aria-label'),
      ).length,
      dangling: [...document.querySelectorAll('a')].filter(
        (link) => document.querySelector(`[id="${link.hash.slice(1)}"]`) === null,
      ).length,
      twice:
        [...document.querySelectorAll('[id]')].length -
        new Set([...document.querySelectorAll('[id]')].map(({ id }) => id)).size,
    }));
    expect(facts).toEqual({
      foreign: 0,
      command: evil,
      mode: 'CSS1Compat',
      sections: run.meta.experiments.length,
      headings: 1,
      nameless: 0,
      dangling: 0,
      twice: 0,
    });
    await page.close();
  });

  testInBrowser('the dark has dark paper, print is on light; a keyboard opens the tables', async () => {
    const { page } = await open(1000, 'dark');
    const paper = (): Promise<readonly string[]> =>
      page.evaluate(() => {
        const { backgroundColor, colorScheme } = getComputedStyle(document.body);
        return [backgroundColor, colorScheme];
      });
    expect(await paper()).toEqual(['rgb(21, 23, 26)', 'light dark']);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await paper()).toEqual(['rgb(255, 255, 255)', 'light']);
    await page.emulateMedia({ media: 'screen' });
    const fold = page.locator('section details').last();
    await fold.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await fold.getAttribute('open')).not.toBeNull();
    // The box with the table is the next stop: arrows scroll it.
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('scroll');
    await page.close();
  });
});

describe('the curve by itself', () => {
  testInBrowser.each(['light', 'dark'] as const)('%s: no letter on another, none outside, no error', async (scheme) => {
    const { rows } = plausibleRun('standard', 1, [LOSS_RATE]);
    const path = join(folder, 'curve.svg');
    writeFileSync(path, curvePicture(viewOf(LOSS_RATE, rows), rows, ['100Mbit/s, 50ms', 'wirelab bench loss']));
    browser ??= await launchChromium();
    const page = await browser.newPage({ viewport: { width: 900, height: 700 }, colorScheme: scheme });
    const said: string[] = [];
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('request', (request) => said.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    const seen = await page.evaluate(() => {
      const root = document.documentElement.getBoundingClientRect();
      const boxes = [...document.querySelectorAll('text')].map((text) => ({
        text: text.textContent ?? '',
        box: text.getBoundingClientRect(),
      }));
      const outside = boxes.filter(({ box }) => box.left < 0 || box.right > root.right || box.bottom > root.bottom);
      // A pixel of the space above and below letters may be shared.
      const onOthers = boxes.flatMap((one, index) =>
        boxes
          .slice(index + 1)
          .filter(
            (other) =>
              one.box.left < other.box.right &&
              other.box.left < one.box.right &&
              one.box.top + 1 < other.box.bottom &&
              other.box.top + 1 < one.box.bottom,
          )
          .map((other) => `${one.text} / ${other.text}`),
      );
      const paper = getComputedStyle(document.querySelector('.paper')!).fill;
      return { letters: boxes.length, outside: outside.map(({ text }) => text), onOthers, paper };
    });
    expect(seen.letters).toBeGreaterThan(25);
    expect(seen).toMatchObject({ outside: [], onOthers: [] });
    expect(seen.paper).toBe(scheme === 'dark' ? 'rgb(21, 23, 26)' : 'rgb(253, 253, 251)');
    expect(said.filter((text) => !text.startsWith('data:'))).toEqual([pathToFileURL(path).href]);
    await page.close();
  });
});
