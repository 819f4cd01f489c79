/** What the README shows is run: its program prints what stands under it, and its commands are there. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { parseFaultList } from '../../src/sim/medium/fault-list.ts';
import { wirelab } from './cli/command-line.ts';

const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
// Beside the sources, so that the program finds the package's dependencies.
const folder = mkdtempSync(join('test', 'unit', 'readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the program prints what the README says', async () => {
  const at = blocks.findIndex(({ language }) => language === 'ts');
  const program = blocks[at]!.text.replace("from 'wirelab'", "from '../../../src/index.ts'");
  const path = join(folder, 'program.ts');
  writeFileSync(path, program);
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', path]);
  expect(blocks[at + 1]?.language).toBe('text');
  expect(stdout).toBe(blocks[at + 1]!.text);
  expect(program.trim().split('\n').length).toBeLessThanOrEqual(12);
});

test('the fault list is one', () => {
  const list: unknown = JSON.parse(blocks.find(({ language }) => language === 'json')!.text);
  expect(parseFaultList(list)).toHaveLength(3);
});

const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line.startsWith('wirelab transfer --size') || line === 'wirelab demo');

test.each(commands)('%s', async (command) => {
  expect(commands.length).toBeGreaterThan(1);
  const { code, stderr } = await wirelab(command.split(' ').slice(1));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
