import { describe, expect, test } from 'vitest';
import { packet, problem } from './reading.ts';

describe('wrappings', () => {
  test('none', () => expect(packet('< . 1:1(0)').wrappings).toEqual([]));

  test('the outermost first, fields of IP each with their own header', () => {
    const { wrappings, ip, payload } = packet(
      '< ipv4 10.0.0.1 > 10.0.0.2 [ce]: gre key 7 seq 1: mpls (label 16,tc 1,[S],ttl 9): ipv6 fd00::1 > fd00::2: [ect0] 1 > 2 . 1:1(0)',
    );
    expect(wrappings).toEqual([
      { kind: 'ipv4', source: '10.0.0.1', destination: '10.0.0.2', ip: { ecn: 'ce' } },
      { kind: 'gre', key: 7, sequence: 1 },
      { kind: 'mpls', labels: [{ label: 16, trafficClass: 1, isBottom: true, ttl: 9 }] },
      { kind: 'ipv6', source: 'fd00::1', destination: 'fd00::2', ip: {} },
    ]);
    expect(ip).toEqual({ ecn: 'ect0' });
    expect(payload).toMatchObject({ protocol: 'tcp', ports: { source: 1, destination: 2 } });
  });

  test.each([
    ['ipv4 [ttl 3] 10.0.0.1 > 10.0.0.2:', { ttl: 3 }],
    ['ipv4 10.0.0.1 > 10.0.0.2 [ttl 3]:', { ttl: 3 }],
    ['ipv4 10.0.0.1 > 10.0.0.2 (ttl 3) :', { ttl: 3 }],
    ['[ttl 3] ipv4 10.0.0.1>10.0.0.2:', { ttl: 3 }],
    ['[ttl 3] ipv4 [ect0] 10.0.0.1 > 10.0.0.2 [tos 4]:', { ttl: 3, ecn: 'ect0', tos: 4 }],
  ])('where its fields may stand: %s', (text, ip) => {
    const wrapped = packet(`< ${text} . 1:1(0)`);
    expect(wrapped.wrappings).toEqual([{ kind: 'ipv4', source: '10.0.0.1', destination: '10.0.0.2', ip }]);
    expect(wrapped.ip).toEqual({});
  });

  test.each([
    ['fd00::1 > fd00::2:', 'fd00::1', 'fd00::2'],
    [':: > ::1:', '::', '::1'],
    ['fd00:: > fe80:::', 'fd00::', 'fe80::'],
    ['::1 > :::', '::1', '::'],
    ['::1 > :: :', '::1', '::'],
    ['::ffff:192.0.2.1 > 1:2:3:4:5:6:7:8:', '::ffff:192.0.2.1', '1:2:3:4:5:6:7:8'],
    ['::1 > 1:2:3:4:5:6:7:: :', '::1', '1:2:3:4:5:6:7::'],
  ])('the last colon is not the address’s: ipv6 %s', (text, source, destination) =>
    expect(packet(`< ipv6 ${text} . 1:1(0)`).wrappings).toEqual([{ kind: 'ipv6', source, destination, ip: {} }]),
  );

  test('gre', () => {
    expect(packet('< gre: . 1:1(0)').wrappings).toEqual([{ kind: 'gre' }]);
    expect(packet('< gre flags 0x2000 proto 0x0800 key 4294967295, seq 1 sum 0xffff: . 1:1(0)').wrappings).toEqual([
      { kind: 'gre', flags: 0x2000, protocol: 0x0800, key: 4_294_967_295, sequence: 1, checksum: 0xffff },
    ]);
  });

  test('mpls', () =>
    expect(packet('< mpls (label 0xfffff tc 7 ttl 255) (label 0,tc 0,[S],ttl 0): . 1:1(0)').wrappings).toEqual([
      {
        kind: 'mpls',
        labels: [
          { label: 0xf_ffff, trafficClass: 7, isBottom: false, ttl: 255 },
          { label: 0, trafficClass: 0, isBottom: true, ttl: 0 },
        ],
      },
    ]));

  test.each([
    ['ipv4 fd00::1 > fd00::2:', '1:10: an address of ipv4 belongs here, and here is "fd00"'],
    ['ipv4 10.0.0.256 > 10.0.0.2:', '1:10: an address of ipv4 belongs here, and here is "10.0.0.256"'],
    ['ipv6 10.0.0.1 > 10.0.0.2:', '1:10: an address of ipv6 belongs here'],
    ['ipv6 fd00::1::2 > fd00::2:', '1:10: an address of ipv6 belongs here'],
    ['ipv4 10.0.0.1 10.0.0.2:', "1:19: '>' belongs between the addresses"],
    ['ipv4 10.0.0.1 > 10.0.0.2 .', "1:30: ':' belongs behind the header of ipv4"],
    ['ipv4 10.0.0.1 > 10.0.0.2 [flowlabel 1]:', '1:10: ipv4 has no flow label'],
    ['ipv4 [ttl 1] 10.0.0.1 > 10.0.0.2 [ttl 2]:', '1:39: ttl stands here a second time'],
    ['[ce] gre:', '1:5: gre has no field of IP'],
    ['[ce] mpls (label 1,tc 0,ttl 1):', '1:5: mpls has no field of IP'],
    ['gre kye 5:', '1:9: gre has flags, proto, key, seq, sum, and then \':\', and here is "kye"'],
    ['gre toString 5:', '1:9: gre has'],
    ['gre flags 65536:', '1:15: flags is a number from 0 to 65535'],
    ['gre key 1 key 2:', '1:15: key stands here a second time'],
    ['gre . 1:1(0)', '1:9: gre has'],
    ['mpls:', "1:9: '(' belongs before a label: mpls (label 16,tc 0,[S],ttl 255)"],
    ['mpls (label 1048576,tc 0,ttl 1):', '1:17: label is a number from 0 to 1048575'],
    ['mpls (label 1,tc 8,ttl 1):', '1:22: tc is a number from 0 to 7'],
    ['mpls (label 1,ttl 1):', '1:19: a label is (label 16,tc 0,[S],ttl 255) and has "tc" here, and here is "ttl"'],
    ['mpls (label 1,tc 1,[X],ttl 1):', '1:25: the bottom of the stack is [S], and here is "X"'],
    ['mpls (label 1,tc 1,ttl 1:', "1:29: ')' belongs behind a label"],
  ])('%s', (text, expected) => expect(problem(`0 < ${text} . 1:1(0)`)).toContain(expected));
});
