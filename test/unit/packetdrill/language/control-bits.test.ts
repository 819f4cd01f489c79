import { describe, expect, test } from 'vitest';
import { problem, tcp } from './reading.ts';

describe('control bits', () => {
  test.each([
    ['F', 0x001],
    ['S', 0x002],
    ['R', 0x004],
    ['P', 0x008],
    ['.', 0x010],
    ['U', 0x020],
    ['E', 0x040],
    ['W', 0x080],
    ['A', 0x100],
    ['-', 0],
    ['F.', 0x011],
    ['.F', 0x011],
    ['SEWA', 0x1c2],
    ['FSRP.UEWA', 0x1ff],
  ])('%s', (text, flags) => expect(tcp(`> ${text} 0:0(0)`)).toMatchObject({ flags, ace: undefined }));

  test.each([
    ['.5', 5, 0x10],
    ['5.', 5, 0x10],
    ['P.7', 7, 0x18],
    ['S0.', 0, 0x12],
    ['S.5', 5, 0x12],
    ['3', 3, 0],
  ])('the ACE field as a digit: %s', (text, ace, flags) =>
    expect(tcp(`> ${text} 0:0(0)`)).toMatchObject({ ace, flags }),
  );

  test.each([
    ['0 < Q 0:0(0)', '1:5: control bits belong here: letters of S F R P . U E W A, a digit for ACE, or - for none;'],
    ['0 < 0:0(0)', '1:5: control bits belong here'],
    ['0 < .8 0:0(0)', '1:5: control bits belong here'],
    ['0 < S- 0:0(0)', '1:5: control bits belong here'],
    ['0 < -- 0:0(0)', '1:5: control bits belong here'],
    ['0 < sctp', 'or ports, sock(…), udp, icmp, icmpv6, and here is "sctp"'],
    ['0 < SS 0:0(0)', "1:5: 'S' is one too many: a bit stands here once, and one digit for ACE"],
    ['0 < .5.6 0:0(0)', "1:5: '.' is one too many"],
    ['0 < .56 0:0(0)', "1:5: '6' is one too many"],
    ['0 < E.5 0:0(0)', '1:5: the ACE field 5 is A, W and E in one: write the digit or the letters'],
    ['0 <', '1:4: control bits belong here'],
  ])('%s', (text, expected) => expect(problem(text)).toContain(expected));
});
