/** Whatever the text, reading it as a packetdrill script ends, with a script or with the place of what is wrong. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScript } from '../../src/packetdrill/language/parse.ts';
import { ScriptError } from '../../src/packetdrill/language/script-error.ts';
import { runScript } from '../../src/packetdrill/run/run-script.ts';

const SCRIPT = `#!/usr/bin/env packetdrill
--ip_version=ipv4
--define=COOKIE=12abcdef
-D FLAGS=MSG_PEEK|MSG_DONTWAIT
// A bit of everything.
\`sysctl -q net.ipv4.tcp_sack=1
 sysctl -q net.ipv4.tcp_ecn=0\`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0
+0 bind(3, {sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.168.0.1")}, ...) = 0
+0 listen(3, 1) = 0 /* a comment
  of two lines */
+0 < [ect0, ttl 9] 5000 > 8080 SEW 0:0(0) win 32792 <mss 1000,sackOK,TS val 1 ecr 0,nop,wscale 7,FO COOKIE>
+0~+.05 > [noecn] SE. 0:0(0) ack 1 win 64240 <...>
+.1...0.2 accept(3, ..., ...) = -1 EAGAIN (Resource temporarily unavailable)
+0 recv(4, "a\\x41\\n", 0x10, FLAGS) = 010 * (1 + 2)
* %{ assert tcpi_snd_cwnd == 10, "no" }%
0.5 < icmp unreachable frag_needed mtu 1200 [1:1001(1000)]
0.6 < ipv4 10.0.0.1 > 10.0.0.2 [ce]: gre key 5: mpls (label 16,tc 1,[S],ttl 9): 53 > 54 udp (10) csum bad
< icmp echo_request id 7 seq 1 (56)
+0 > sock(4) P.5 1:11(10) ack 1 <ECN e0b 1 ceb 0,sack 1:2 3:4,md5 any,uto 10m,option 99 length 4 0x0102>
+0 sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0}, 0) = 1000
`;

/** Marks that begin or end something, and what stands at the bounds of numbers. */
const PIECES = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '...',
  '"',
  '\\',
  '`',
  '%{',
  '}%',
  '//',
  '/*',
  '*/',
  '~',
  '+',
  '-',
  '*',
  '|',
  '=',
  ':',
  ',',
  '.',
  '\n',
  '\r\n',
  '0x',
  '0',
  '5',
  '99999999999',
  '1e999',
  'COOKIE',
  'FLAGS',
  '-D A=B|B\n-D B=A|A\nA',
  'toString',
  '\0',
  '😀',
];

const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }));

const mutilated = fc
  .array(fc.record({ at: fc.nat({ max: SCRIPT.length }), remove: fc.nat({ max: 12 }), insert: piece }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((changes) =>
    changes.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), SCRIPT),
  );

/** Pieces of scripts in any order. */
const shuffled = fc
  .array(fc.oneof(piece, fc.constantFrom(...SCRIPT.split(/(?<=\s)/))), { maxLength: 30 })
  .map((parts) => parts.join(''));

const anyText = fc.oneof(
  { weight: 4, arbitrary: mutilated },
  { weight: 2, arbitrary: shuffled },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
);

const defines = fc.dictionary(fc.constantFrom('socket', 'S', 'ack', 'win', 'A', 'mss', 'COOKIE'), piece);

/** An error lies in the text, the end of a line and of the text included. */
function expectPlaceWithin(text: string, { place, message }: ScriptError): void {
  const line = text.split('\n')[place.line - 1];
  expect(line).toBeDefined();
  expect(place.column).toBeGreaterThanOrEqual(1);
  expect(place.column).toBeLessThanOrEqual(line!.length + 1);
  expect(message).not.toBe('');
  expect(message.length).toBeLessThan(400);
}

describe('any text', () => {
  test('the text that others are made of is a script', () => expect(parseScript(SCRIPT).events).toHaveLength(15));

  test('is a script, or is told where it is none', () => {
    fc.assert(
      fc.property(anyText, defines, (text, given) => {
        try {
          const { events } = parseScript(text, new Map(Object.entries(given)));
          for (const event of events) expect(text).toContain(event.text);
        } catch (error) {
          if (!(error instanceof ScriptError)) throw error;
          expectPlaceWithin(text, error);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('ends wherever it ends', () => {
    for (let length = 0; length <= SCRIPT.length; length++) {
      const text = SCRIPT.slice(0, length);
      try {
        parseScript(text);
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error;
        expectPlaceWithin(text, error);
      }
    }
  });

  test('is run to a verdict', () => {
    fc.assert(
      fc.property(mutilated, (text) => {
        expect(['pass', 'fail', 'unsupported']).toContain(runScript('any', text).verdict);
      }),
      { numRuns: 400 },
    );
  });
});
