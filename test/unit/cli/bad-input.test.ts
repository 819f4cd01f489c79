import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wirelab } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirelab-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** What is given, the exit code, and what the sentence says: what, and what to do. */
const CASES: readonly (readonly [arguments_: readonly string[], code: number, says: RegExp])[] = [
  [['frobnicate'], 2, /unknown command 'frobnicate'/],
  [['transfer', '--frobnicate'], 2, /unknown option '--frobnicate'/],
  [['transfer', '--delay', '20'], 2, /--delay needs a unit: write 20ms, not 20/],
  [['transfer', '--rate', '10'], 2, /--rate needs a unit: write 10Mbit\/s, not 10/],
  [['transfer', '--size', '5'], 2, /--size needs a unit: write 5B, not 5/],
  [['transfer', '--loss', '150%'], 2, /'150%' is more than 1/],
  [['transfer', '--loss', '1%/2%/3%'], 2, /a link has two directions/],
  [['transfer', '--seed', 'x'], 2, /--seed is a whole number/],
  [['transfer', '--mtu', '20'], 2, /--mtu is a whole number from 68 on/],
  [['transfer', '--ipv6', '--mtu', '600'], 2, /no room for IPv6, which needs 1280/],
  [['transfer', '--cc', 'bic'], 2, /'bic' is invalid\. Allowed choices are none, reno/],
  [['transfer', '--queue', 'fifo'], 2, /there is no queue 'fifo': use droptail, red, codel, .*, or a number of frames/],
  [['transfer', '--queue', '100/codel:limt=5'], 2, /the queue codel does not know 'limt': use limit, target/],
  [['transfer', '--queue', 'pie:target=15'], 2, /pie: target needs a unit: write 15ms, not 15/],
  [['transfer', '--queue', '0'], 2, /frames is a whole number, 1 or more, not 0/],
  [['transfer', '--json', '--ladder'], 2, /cannot be used with/],
  [['read', 'package.json', '--json', '-v'], 2, /cannot be used with/],
  [['transfer', '--duration', '0s'], 2, /--duration is longer than 0s/],
  [['transfer', '--mtu', '70000'], 2, /^wirelab: an MTU of 70000 is impossible/],
  [['transfer', '--pcap', '-'], 2, /--pcap needs a file/],
  [['transfer', 'LICENSE', '--pcap', './LICENSE'], 2, /would overwrite the file that is sent/],
  [['transfer', '--pcap', '/dev/full'], 2, /cannot be written: no space left/],
  [['transfer', '--tcp-info', '-'], 2, /--tcp-info needs a file: standard output is for the report/],
  [['transfer', '--tcp-info', 'info.txt'], 2, /--tcp-info writes \.csv or \.jsonl: end the name of info\.txt with one/],
  [['transfer', '--tcp-info', 'info.constructor'], 2, /--tcp-info writes \.csv or \.jsonl/],
  [['transfer', '--tcp-info', join(folder, 'no', 'such.csv')], 2, /cannot be written: no such file or directory/],
  [['transfer', '--tcp-info', 'a.csv', '--pcap', './a.csv'], 2, /both name \.\/a\.csv: give each a file of its own/],
  [['transfer', file('sent.csv', 'x'), '--tcp-info', join(folder, 'sent.csv')], 2, /would overwrite the file that is/],
  [['transfer', '--burst', '3'], 2, /--burst needs --loss/],
  [['transfer', '--size', '1MB', '--duration', '5s'], 2, /cannot be used with/],
  [['transfer', '--duration', '5s', '--warmup', '6s'], 2, /leaves nothing/],
  [['transfer', 'package.json', '--size', '1MB'], 2, /a file or --size, not both/],
  [['transfer', '--rate', '0bit/s'], 2, /carries nothing/],
  [['transfer', '--pcap', join(folder, 'no', 'such')], 2, /cannot be written: no such file or directory/],
  [['transfer', join(folder, 'none')], 3, /cannot be read: no such file or directory\.$/m],
  [['transfer', '--faults', file('text.json', '# no\n')], 3, /is no list of faults: .*not valid JSON/],
  [['transfer', '--faults', file('object.json', '{}')], 3, /a fault list is an array/],
  [
    ['transfer', '--faults', file('entry.json', '[{"direction":"aToB","ordinal":1,"action":"eat"}]')],
    3,
    /fault 0 has the action .eat.: use one of drop/,
  ],
  [['demo', 'nope'], 2, /there is no demo 'nope': use one of udp-upper/],
  [['read', join(folder, 'none')], 3, /no such file/],
  [['read', 'package.json'], 3, /byte offset 0/],
  [['read'], 2, /missing required argument 'file'/],
];

describe('bad input gets one clear sentence and its exit code', () => {
  test.each(CASES)('%j exits %i', async (arguments_, code, says) => {
    const ended = await wirelab(arguments_);
    expect(ended.stderr).toMatch(says);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });
});
