/** The scripts catch: of their mutants at least 98 % fail, and why the others do not is known. */
import { describe, expect, test } from 'vitest';
import { parseScript } from '../../src/packetdrill/language/parse.ts';
import { mutate } from './mutants.ts';
import { scriptFiles } from './script-files.ts';
import { mutantsOf } from './script-mutants.ts';

test('at least 98 % of all mutants of the scripts fail, and the others for a known reason', () => {
  const reports = scriptFiles().map(mutate);
  const mutants = reports.reduce((sum, report) => sum + report.mutants, 0);
  const survivors = reports.flatMap((report) => report.survivors);
  const unexplained = survivors.filter(({ reason }) => reason === undefined);
  expect(unexplained.map(({ script, line, what }) => `${script}:${line}: ${what}`)).toEqual([]);
  expect(mutants).toBeGreaterThan(10_000);
  expect(survivors.length / mutants).toBeLessThanOrEqual(0.02);
}, 300_000);

describe('the mutants of a script change', () => {
  const kinds = (script: string): Record<string, number> => {
    const found: Record<string, number> = {};
    for (const { kind } of mutantsOf(parseScript(script))) found[kind] = (found[kind] ?? 0) + 1;
    return found;
  };

  test('each field of a packet that is expected, its time, and whether it is', () => {
    expect(kinds('+.1 > [ect0] P. 1:11(10) ack 1 win 9 <nop,nop,TS val 1 ecr 2,sack 1:2 5:6>')).toEqual({
      'ip field': 1,
      sequence: 1,
      length: 2,
      flag: 6,
      acknowledgment: 1,
      window: 1,
      // One more, one less of each of the four, the echo, and two edges.
      option: 8,
      'timestamp value': 1,
      time: 2,
      'dropped packet': 1,
      'added packet': 1,
    });
  });

  test('nothing of a packet that is injected', () => {
    expect(kinds('0 < P. 1:11(10) ack 1 win 9 <nop>')).toEqual({});
  });

  test('results, errors and what is filled in', () => {
    expect(kinds('0 read(3, ..., 5) = -1 EAGAIN\n0 write(3, ..., 5) = 5\n0 accept(3, ..., ...) = 4')).toEqual({
      errno: 1,
      result: 1,
    });
    expect(kinds('0 poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, 0) = 1')).toEqual({ result: 1, 'filled in': 1 });
    expect(kinds('0 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0')).toEqual({ result: 1, 'filled in': 1 });
  });

  test('each number that an assertion compares with', () => {
    expect(kinds('0 %{ assert tcpi_snd_cwnd == 10 and 5 < tcpi_unacked <= 7, tcpi_snd_cwnd }%')).toEqual({
      assertion: 2,
    });
  });
});
