import { describe, expect, test } from 'vitest';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import { argument, bare, call, only, packet, problem, tcp } from './reading.ts';

const defines = (...pairs: (readonly [string, string])[]): ReadonlyMap<string, string> => new Map(pairs);

describe('defined names', () => {
  test('stand for one token or several, in calls', () => {
    expect(bare(argument('LEVEL', defines(['LEVEL', 'SOL_IP'])))).toEqual({ kind: 'symbol', name: 'SOL_IP' });
    expect(bare(argument('X | 4', defines(['X', '1|2'])))).toEqual(bare(argument('1 | 2 | 4')));
    expect(call('f(X, 3) = 0', defines(['X', '1, 2'])).arguments).toHaveLength(3);
    expect(bare(argument('[X]', defines(['X', '{fd=3}, [1], "a", -2, ...'])))).toEqual(
      bare(argument('[{fd=3}, [1], "a", -2, ...]')),
    );
    expect(call('X(3) = Y', defines(['X', 'close'], ['Y', '-1 EBADF (bad)']))).toMatchObject({
      name: 'close',
      errno: 'EBADF',
      note: 'bad',
    });
  });

  test('and in packets and times', () => {
    const names = defines(
      ['SOURCE', '1000'],
      ['DESTINATION', '2000'],
      ['NEXT', '1001'],
      ['COOKIE', '12abcd'],
      ['OPTIONS', '<mss 1460,nop>'],
      ['LATER', '+.5'],
      ['FIELDS', '[ect0, ttl 9]'],
      ['HOST', 'fd00::1'],
    );
    expect(tcp('< SOURCE > DESTINATION . 1:NEXT(1000) ack NEXT win SOURCE', names)).toMatchObject({
      ports: { source: 1000, destination: 2000 },
      length: 1000,
      acknowledgment: 1001,
      window: 1000,
    });
    expect(tcp('< S 0:0(0) <FO COOKIE>', names).options).toEqual([
      { name: 'FO', cookie: Uint8Array.of(0x12, 0xab, 0xcd) },
    ]);
    expect(tcp('< S 0:0(0) OPTIONS', names).options).toHaveLength(2);
    expect(packet('< FIELDS . 1:1(0)', names).ip).toEqual({ ecn: 'ect0', ttl: 9 });
    expect(packet('< ipv6 HOST > HOST : . 1:1(0)', names).wrappings).toHaveLength(1);
    expect(only('LATER > . 1:1(0)', names).time).toEqual({ kind: 'relative', ns: 500_000_000 });
  });

  test('but not in texts, notes, comments, code and commands, nor as parts of words and numbers', () => {
    const names = defines(['A', 'wrong'], ['x10', 'wrong']);
    const { events } = parseScript('`A`\n%{A}%\n0 f("A", AA, 0x10) = -1 EPERM (A) // A\n/* A */', names);
    expect(events.map(({ action }) => action)).toMatchObject([
      { command: 'A' },
      { code: 'A' },
      {
        arguments: [
          { kind: 'string', value: 'A' },
          { kind: 'symbol', name: 'AA' },
          { kind: 'number', value: 16 },
        ],
        note: 'A',
      },
    ]);
  });

  test('by other names, and within their own text they stand for themselves', () => {
    expect(bare(argument('A', defines(['A', 'B|B'], ['B', 'C'], ['C', '7'])))).toEqual(bare(argument('7|7')));
    expect(bare(argument('A', defines(['A', 'A|B'], ['B', 'A'])))).toEqual(bare(argument('A|A')));
    expect(bare(argument('[A,A]', defines(['A', 'A'])))).toEqual(bare(argument('[A,A]')));
  });

  test('may stand for nothing, or for a comment', () => {
    expect(tcp('< EMPTY . EMPTY 1:1(0) EMPTY', defines(['EMPTY', '']))).toMatchObject({ sequence: 1 });
    expect(call('f(EMPTY) = 0', defines(['EMPTY', '/* nothing */ // at all'])).arguments).toEqual([]);
  });

  test('their tokens stand where the name does', () => {
    const [first, second] = call('f(X, X) = 0', defines(['X', '1 | Y'], ['Y', '  2'])).arguments as readonly [
      unknown,
      unknown,
    ];
    const at = (column: number) => ({ line: 1, column });
    expect(first).toMatchObject({ place: at(5), left: { place: at(5) }, right: { place: at(5) } });
    expect(second).toMatchObject({ place: at(8), right: { place: at(8) } });
  });

  test('the text of an event shows the names', () => {
    const names = defines(['WIN', 'win 5'], ['CALL', 'f() = 0']);
    const { events } = parseScript('0 < . 1:1(0) WIN // wide\n+0 CALL\n', names);
    expect(events.map(({ text }) => text)).toEqual(['0 < . 1:1(0) WIN', '+0 CALL']);
  });

  test('options of the script define them too, the last of a name counts, the caller’s win', () => {
    const text = '--define=N=1\n-D N=2\n-D M=3\n0 > . 0:0(0) win N urg M';
    const read = (given?: ReadonlyMap<string, string>): unknown => parseScript(text, given).events[0]!.action;
    expect(read()).toMatchObject({ packet: { payload: { window: 2, urgent: 3 } } });
    expect(read(defines(['N', '4']))).toMatchObject({ packet: { payload: { window: 4, urgent: 3 } } });
  });

  test('options themselves are not read for names', () => {
    expect(parseScript('--mtu=N', defines(['N', '4'])).options[0]!.value).toBe('N');
    expect(parseScript('-D A=--x\n-D B=1\n0 f(B) = 0').options).toHaveLength(2);
  });

  test.each([
    ['0 < . 0:0(0) win N', '1:18: win is a whole number or a defined name, and here is "N"'],
    [
      '0 < . 0:0(0) <FO TFO_COOKIE>',
      '1:18: a cookie is hexadecimal digits or a defined name that stands for them, and',
    ],
    ['-D N=abc\n0 < . 0:0(0) win N', '2:18: win is a whole number or a defined name, and here is "abc", for which N'],
    ['-D N=/*\n0 f(N) = 0', '2:5: this comment has no end'],
    ['-D N="\n0 f(N) = 0', '2:5: this text has no end on its line'],
    ['-D N=`\n0 N', '2:3: this command has no end'],
    ['-D N=70000\n0 < . 0:0(0) win N', '2:18: win is a number from 0 to 65535, and here is "70000"'],
  ])('%j', (text, expected) => expect(problem(text)).toContain(expected));

  test('names upon names come to an end', () => {
    const doubling = Array.from({ length: 40 }, (_, index) => `-D A${index}=A${index + 1}|A${index + 1}\n`).join('');
    expect(problem(`${doubling}0 f(A0) = 0`)).toContain('41:5: a value has at most 1000 operators');
    const wide = Array.from({ length: 40 }, (_, index) => `-D A${index}=A${index + 1},A${index + 1}\n`).join('');
    expect(problem(`${wide}0 f(A0) = 0`)).toBe('41:5: what "A0" stands for is too long, or is names upon names');
    const chain = Array.from({ length: 100 }, (_, index) => `-D A${index}=A${index + 1}\n`).join('');
    expect(problem(`${chain}0 f(A0) = 0`)).toContain('101:5: what "A0" stands for');
    expect(problem(`${chain}0 f(A60) = 0`)).toBe('none');
  });
});
