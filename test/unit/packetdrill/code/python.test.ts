/** The blocks of one script are one program, whose names come anew with each. */
import { describe, expect, test } from 'vitest';
import { CodeFailure } from '../../../../src/packetdrill/code/code-failure.ts';
import { Missing } from '../../../../src/packetdrill/code/missing.ts';
import { PythonProgram } from '../../../../src/packetdrill/code/python.ts';
import { names } from './running.ts';

const at = (line: number) => ({ line, column: 4 });
const NONE = names({});

describe('from block to block', () => {
  test('variables, functions and modules stay', () => {
    const program = new PythonProgram();
    program.run('import math as m\nx = [1]\ndef grow(): x.append(len(x))', at(1), NONE);
    program.run('grow(); grow()', at(5), NONE);
    expect(program.run('print(x, m.floor(1.5))', at(7), NONE)).toEqual(['[1, 1, 2] 1']);
  });

  test('programs have nothing in common', () => {
    new PythonProgram().run('x = 1', at(1), NONE);
    expect(() => new PythonProgram().run('x', at(1), NONE)).toThrow("NameError: name 'x' is not defined");
  });

  test('each block prints its own lines', () => {
    const program = new PythonProgram();
    expect(program.run('print 1', at(1), NONE)).toEqual(['1']);
    expect(program.run('print 2', at(2), NONE)).toEqual(['2']);
  });

  test('each has its own number of steps', () => {
    const program = new PythonProgram();
    const loop = 'n = 0\nwhile n < 150000: n += 1';
    for (let block = 0; block < 4; block++) program.run(loop, at(1), NONE);
    expect(program.run('print n', at(9), NONE)).toEqual(['150000']);
  });

  test('what was done before a failure stays done', () => {
    const program = new PythonProgram();
    expect(() => program.run('x = 1\nassert 0\nx = 2', at(1), NONE)).toThrow(CodeFailure);
    expect(program.run('print x', at(5), NONE)).toEqual(['1']);
  });

  test('a failure in a function of another block is told where that stands', () => {
    const program = new PythonProgram();
    program.run('\ndef check(x):\n  assert x == 1', at(1), NONE);
    const run = (): unknown => program.run('check(2)', at(20), NONE);
    expect(run).toThrow(expect.objectContaining({ place: { line: 3, column: 3 }, message: 'assert x == 1: x is 2' }));
  });

  test('after exit() nothing runs any more, but it is still read', () => {
    const program = new PythonProgram();
    expect(program.run('print 1; exit(0)', at(1), NONE)).toEqual(['1']);
    expect(program.run('print 2; assert 0', at(2), NONE)).toEqual([]);
    expect(() => program.run('x = = 1', at(3), NONE)).toThrow('= was not expected here');
  });
});

describe('the names of the moment', () => {
  test('have the values of the block that uses them, also in a function of an earlier one', () => {
    const program = new PythonProgram();
    program.run('def window(): return tcpi_snd_cwnd\nbefore = tcpi_snd_cwnd', at(1), names({ tcpi_snd_cwnd: 10n }));
    expect(program.run('print(before, window(), tcpi_snd_cwnd)', at(2), names({ tcpi_snd_cwnd: 11n }))).toEqual([
      '10 11 11',
    ]);
    expect(() => program.run('window()', at(3), NONE)).toThrow("name 'tcpi_snd_cwnd' is not defined");
  });

  test('can be given another value, until the next block', () => {
    const program = new PythonProgram();
    const given = names({ tcpi_snd_cwnd: 10n });
    expect(program.run('tcpi_snd_cwnd += 5; print(tcpi_snd_cwnd)', at(1), given)).toEqual(['15']);
    expect(program.run('print(tcpi_snd_cwnd)', at(2), given)).toEqual(['10']);
  });

  test('one without a value can be given one', () => {
    const given = new Map([['tcpi_rehash', new Missing('tcp_info field tcpi_rehash')]]);
    expect(new PythonProgram().run('tcpi_rehash = 3; print(tcpi_rehash)', at(1), given)).toEqual(['3']);
  });

  test('what is built in can be given another value, for good', () => {
    const program = new PythonProgram();
    program.run('len = 3', at(1), NONE);
    expect(program.run('print(len)', at(2), NONE)).toEqual(['3']);
  });
});
