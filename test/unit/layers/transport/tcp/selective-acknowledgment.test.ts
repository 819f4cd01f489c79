/** The receiver of data and its SACK blocks, RFC 2018; and that what is SACKed is not acknowledged. */
import { describe, expect, test } from 'vitest';
import { established, readAll, SEQUENCE_STARTS, write } from './conversation.ts';

const SACK = { settings: { selectiveAcknowledgment: true }, peerSyn: 'mss 1000,sackOK' } as const;

/** The blocks of an ACK as text: `[101, 201]`. */
const blocksOf = (text: string | undefined): number[][] =>
  [...(/sack ([\d: -]+)/.exec(text ?? '')?.[1] ?? '').matchAll(/(-?\d+):(-?\d+)/g)].map(([, from, to]) => [
    Number(from),
    Number(to),
  ]);

describe.each(SEQUENCE_STARTS)('selective acknowledgment, from sequence number %i', (start) => {
  const stage = () => established({ start, ...SACK });

  test('RFC 2018 §2: SACK-permitted is in a SYN only; in another segment it permits nothing', () => {
    const { peer, connection } = stage();
    write(connection, 10);
    peer.sends('. 101:201(100) ack 11');
    connection.shutdownSend();
    const others = peer.ladder.slice(1).filter((line) => line.includes(' > '));
    expect(others.length).toBeGreaterThan(2);
    expect(others.some((line) => line.includes('sackOK'))).toBe(false);
    const without = established({ start, settings: SACK.settings, peerSyn: 'mss 1000' });
    without.peer.sends('. 101:201(100) ack 1 <sackOK>');
    without.peer.expects('. 1:1(0) ack 1 win 65535');
    expect(without.peer.story()).not.toContain('sack 101');
  });

  test('RFC 2018 §3: a block is contiguous and isolated: what touches is one block', () => {
    const { peer } = stage();
    for (const at of [101, 301, 201, 501]) peer.sends(`. ${at}:${at + 100}(100) ack 1`);
    const last = peer.takeSent().at(-1);
    expect(blocksOf(last)).toEqual([
      [501, 601],
      [101, 401],
    ]);
  });

  test('RFC 2018 §4: once generated, SACK is on every ACK that leaves a gap, and on none without', () => {
    const { peer } = stage();
    peer.sends('. 101:201(100) ack 1');
    peer.sends('. 101:201(100) ack 1'); // a duplicate
    peer.sends('. 1:51(50) ack 1'); // fills part of the gap
    peer.sends('. 90000:90000(0) ack 1'); // outside the window
    const within = peer.takeSent();
    expect(within).toHaveLength(4);
    expect(within.every((text) => text.includes('101:201'))).toBe(true);
    peer.sends('. 51:101(50) ack 1');
    peer.sends('. 201:301(100) ack 1');
    peer.sends('. 301:401(100) ack 1');
    const after = peer.takeSent();
    expect(after.length).toBeGreaterThan(0);
    expect(after.some((text) => text.includes('sack'))).toBe(false);
  });

  test('RFC 2018 §4: "in at least three successive SACK options": each block is reported three times and more', () => {
    const { peer } = stage();
    const reported = new Map<number, number>();
    for (let hole = 0; hole < 30; hole++) {
      const at = 101 + 200 * hole;
      peer.sends(`. ${at}:${at + 100}(100) ack 1`);
      const blocks = blocksOf(peer.takeSent()[0]);
      expect(blocks[0]).toEqual([at, at + 100]);
      for (const [from = 0] of blocks) reported.set(from, (reported.get(from) ?? 0) + 1);
    }
    for (let hole = 0; hole < 27; hole++) expect(reported.get(101 + 200 * hole)).toBeGreaterThanOrEqual(3);
  });

  test('RFC 2018 §4: the first block is left out when its segment advanced the ACK', () => {
    const { peer } = stage();
    peer.sends('. 201:301(100) ack 1');
    peer.sends('. 401:501(100) ack 1');
    peer.takeSent();
    peer.sends('. 1:101(100) ack 1');
    expect(peer.takeSent()).toEqual([expect.stringMatching(/ack 101 .*sack 401:501 201:301>/)]);
  });

  test('RFC 2018 §4: blocks hold what is held: the part of a segment that the window trims off is not reported', () => {
    const { peer, connection } = established({
      start,
      peerSyn: 'mss 1000,sackOK',
      settings: { selectiveAcknowledgment: true, receiveBufferBytes: 1000 },
    });
    peer.sends('. 501:1501(1000) ack 1');
    expect(blocksOf(peer.takeSent()[0])).toEqual([[501, 1001]]);
    peer.sends('. 1:501(500) ack 1');
    expect(readAll(connection)).toBe(1000);
  });

  test('RFC 2018 §7 case 1: what comes in order is acknowledged without the option', () => {
    const { peer } = stage();
    for (let at = 1; at < 2001; at += 500) peer.sends(`. ${at}:${at + 500}(500) ack 1`);
    expect(peer.takeSent()).toEqual([
      expect.stringMatching(/^\. 1:1\(0\) ack 1001 win \d+$/),
      expect.stringMatching(/^\. 1:1\(0\) ack 2001 win \d+$/),
    ]);
  });

  test('RFC 2018 §8: what is SACKed stays in the send buffer until it is acknowledged, and can be sent again', () => {
    const { peer, connection, block } = stage();
    write(connection, 3000);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1001:3001>');
    expect(block.sendBuffer.length).toBe(3000);
    expect((block.sndUna - block.iss) | 0).toBe(1);
    // The peer reneges, and then falls silent: the timer gets everything through.
    peer.after('1s');
    peer.sends('. 1:1(0) ack 1001');
    peer.after('30s');
    const again = peer.takeSent().map((text) => text.slice(0, text.indexOf(')') + 1).replace('P', ''));
    expect(again).toContain('. 1001:2001(1000)');
    peer.sends('. 1:1(0) ack 2001');
    peer.after('30s');
    expect(peer.takeSent().some((text) => text.includes(' 2001:3001(1000)'))).toBe(true);
  });
});
