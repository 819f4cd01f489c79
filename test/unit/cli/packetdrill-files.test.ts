/** Which scripts a folder holds, and what they include. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { includedFiles } from '../../../src/cli/packetdrill/included-files.ts';
import { loadScripts } from '../../../src/cli/packetdrill/script-files.ts';
import { PASS, temporaryFolder, write } from './packetdrill-scripts.ts';

const top = temporaryFolder();
afterAll(() => rmSync(top, { recursive: true }));

const namesOf = async (...paths: string[]): Promise<string[]> =>
  (await loadScripts(paths.map((path) => join(top, path)))).map(({ name }) => name.slice(top.length + 1));

describe('the scripts of a folder', () => {
  test('are all *.pkt below it, by the order of their paths', async () => {
    write(join(top, 'plain'), {
      'z.pkt': '1',
      'b/y.pkt': '2',
      'b/a/x.pkt': '3',
      'b.pkt': '4',
      'c.pkt.bak': '5',
      c: '6',
    });
    expect(await namesOf('plain')).toEqual(['plain/b.pkt', 'plain/b/a/x.pkt', 'plain/b/y.pkt', 'plain/z.pkt']);
  });

  test('are there through links too, but none twice, and no circle of links is without end', async () => {
    write(join(top, 'links'), { 'real/a.pkt': '1' });
    write(join(top, 'elsewhere'), { 'b.pkt': '2' });
    symlinkSync('.', join(top, 'links', 'again'));
    symlinkSync('../..', join(top, 'links', 'real', 'up'));
    symlinkSync('real', join(top, 'links', 'alias'));
    symlinkSync('../elsewhere', join(top, 'links', 'out'));
    symlinkSync('real/a.pkt', join(top, 'links', 'file.pkt'));
    const names = await namesOf('links');
    expect(names.filter((name) => name.endsWith('a.pkt'))).toEqual(['links/real/a.pkt']);
    expect(names).toContain('links/out/b.pkt');
    expect(names).toContain('links/file.pkt');
    expect(new Set(names).size).toBe(names.length);
    expect(await namesOf('links')).toEqual(names);
  });

  test('a file that is meant twice is there once; what was asked for first stands first', async () => {
    expect(await namesOf('plain/z.pkt', 'plain', './plain/z.pkt')).toEqual([
      'plain/z.pkt',
      'plain/b.pkt',
      'plain/b/a/x.pkt',
      'plain/b/y.pkt',
    ]);
  });

  test('a link that leads nowhere is told, not left out', async () => {
    write(join(top, 'dangling'), { 'a.pkt': PASS });
    symlinkSync('nowhere', join(top, 'dangling', 'b.pkt'));
    await expect(namesOf('dangling')).rejects.toThrow(/b\.pkt cannot be read: no such file or directory\.$/);
  });
});

describe('an included file is found', () => {
  write(join(top, 'suite'), {
    'common/defaults.sh': 'of the suite',
    'net/common/defaults.sh': 'of net',
    'net/tcp/common.sh': 'of tcp',
    'net/tcp/rto/own.sh': 'of rto',
  });
  const scriptFolder = join(top, 'suite', 'net', 'tcp', 'rto');
  const include = includedFiles(scriptFolder);

  test.each([
    ['own.sh', 'of rto', 'beside the script'],
    ['./own.sh', 'of rto', 'beside the script'],
    ['../common.sh', 'of tcp', 'relative to the script'],
    ['../../common/defaults.sh', 'of net', 'relative to the script'],
    ['common/defaults.sh', 'of net', 'from a folder above: the nearest'],
    ['../common/defaults.sh', 'of net', 'from a folder above, whose neighbour it is'],
    ['net/common/defaults.sh', 'of net', 'from further above'],
    ['suite/common/defaults.sh', 'of the suite', 'from above the suite'],
    [join(top, 'suite', 'common', 'defaults.sh'), 'of the suite', 'at its absolute path'],
  ])('%s: %s, %s', (path, text) => {
    expect(include(path)).toBe(text);
  });

  test.each([
    ['defaults.sh', 'which lies in no folder above'],
    ['gone/net/common/defaults.sh', 'whose first folder is not there'],
    ['common', 'which is a folder'],
    ['/common/defaults.sh', 'whose absolute path is another'],
  ])('but not %s, %s', (path) => {
    expect(include(path)).toBeUndefined();
  });

  test('beside what a link means, where a folder is a link', () => {
    const far = write(join(top, 'far'), { 'side.sh': 'far', 'place/x.pkt': PASS });
    mkdirSync(join(top, 'near'));
    symlinkSync(join(far, 'place'), join(top, 'near', 'place'));
    expect(includedFiles(join(top, 'near', 'place'))('../side.sh')).toBe('far');
  });
});
