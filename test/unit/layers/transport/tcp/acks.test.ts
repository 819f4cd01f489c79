/** When and what the receiver acknowledges: RFC 9293 §3.8.6.3, RFC 5681 §4.2, SACK RFC 2018, timestamps RFC 7323. */
import { describe, expect, test } from 'vitest';
import { established, readAll, SEQUENCE_STARTS, write } from './conversation.ts';

const SACK = { settings: { selectiveAcknowledgment: true }, peerSyn: 'mss 1460,sackOK' } as const;
const TIMESTAMPS = { settings: { timestamps: true }, peerSyn: 'mss 1460,TS val 100 ecr 0' } as const;

describe.each(SEQUENCE_STARTS)('acknowledging, from sequence number %i', (start) => {
  describe('delayed ACK', () => {
    test('RFC 9293 §3.8.6.3 (MUST-40, SHLD-18): one segment is acknowledged within 0.5 s, and not at once', () => {
      const { peer, connection } = established({ start });
      peer.sends('. 1:101(100) ack 1');
      peer.after('99ms');
      peer.expectsNothing();
      peer.after('1ms');
      peer.expects('. 1:1(0) ack 101');
      expect(connection.settings.delayedAckNs).toBeLessThan(500_000_000);
      peer.after('10s');
      peer.expectsNothing();
    });

    test('RFC 9293 §3.8.6.3 (SHLD-19): every second segment at once, whatever its size', () => {
      const { peer } = established({ start });
      for (let at = 1; at < 10_000; at += 200) {
        peer.sends(`. ${at}:${at + 100}(100) ack 1`);
        peer.expectsNothing();
        peer.sends(`. ${at + 100}:${at + 200}(100) ack 1`);
        peer.expects(`. 1:1(0) ack ${at + 200}`);
      }
      peer.after('1s');
      peer.expectsNothing();
    });

    test('RFC 1122 §4.2.3.2: what the program reads and writes at once goes with the acknowledgment: window, data and ACK in one', () => {
      const { peer, connection } = established({ start, settings: { receiveBufferBytes: 4000 } });
      let answer = 0;
      connection.user = {
        changed: () => {
          readAll(connection);
          if (answer > 0) write(connection, answer);
          answer = 0;
        },
      };
      peer.sends('. 1:1461(1460) ack 1');
      peer.expectsNothing();
      peer.sends('. 1461:2921(1460) ack 1');
      peer.expects('. 1:1(0) ack 2921 win 4000');
      answer = 10;
      peer.sends('. 2921:4381(1460) ack 1');
      peer.expects('P. 1:11(10) ack 4381 win 4000');
      peer.after('1s');
      peer.expects('P. 1:11(10) ack 4381 win 4000'); // nobody has acknowledged it; no ACK of ours besides
    });

    test('RFC 9293 §3.10.7.4 seventh: data that goes the other way carries the acknowledgment', () => {
      const { peer, connection } = established({ start });
      peer.sends('. 1:101(100) ack 1');
      write(connection, 10);
      peer.expects('P. 1:11(10) ack 101');
      peer.after('900ms');
      peer.expectsNothing();
    });

    test('how long it waits is a setting', () => {
      const { peer } = established({ start, settings: { delayedAckNs: 20e6 } });
      peer.sends('. 1:101(100) ack 1');
      peer.after('19ms');
      peer.expectsNothing();
      peer.after('1ms');
      peer.expects('. 1:1(0) ack 101');
    });

    test('without it, every segment at once', () => {
      const { peer } = established({ start, settings: { delayedAck: false } });
      peer.sends('. 1:101(100) ack 1');
      peer.expects('. 1:1(0) ack 101');
      peer.sends('. 101:201(100) ack 1');
      peer.expects('. 1:1(0) ack 201');
    });

    test('RFC 9293 §3.5: a segment without data is not acknowledged: ACKs are not ACKed', () => {
      const { peer } = established({ start });
      peer.sends('. 1:1(0) ack 1');
      peer.sends('P. 1:1(0) ack 1 win 100');
      peer.after('1s');
      peer.expectsNothing();
    });
  });

  describe('acknowledged at once', () => {
    test('RFC 5681 §4.2: out of order: one duplicate ACK for each segment, at once', () => {
      const { peer } = established({ start });
      for (const at of [101, 201, 401, 301]) {
        peer.sends(`. ${at}:${at + 100}(100) ack 1`);
        peer.expects('. 1:1(0) ack 1');
        peer.expectsNothing();
      }
    });

    test('RFC 5681 §4.2: a gap filled, in part and wholly: an ACK at once', () => {
      const { peer } = established({ start });
      peer.sends('. 101:201(100) ack 1');
      peer.sends('. 301:401(100) ack 1');
      peer.takeSent();
      peer.sends('. 1:51(50) ack 1');
      peer.expects('. 1:1(0) ack 51');
      peer.sends('. 51:101(50) ack 1');
      peer.expects('. 1:1(0) ack 201');
      peer.sends('. 201:301(100) ack 1');
      peer.expects('. 1:1(0) ack 401');
      peer.expectsNothing();
    });

    test('RFC 9293 §3.10.7.4 first: a duplicate: an ACK at once', () => {
      const { peer } = established({ start });
      peer.sends('. 1:101(100) ack 1');
      peer.sends('. 1:101(100) ack 1');
      peer.expects('. 1:1(0) ack 101');
      peer.sends('. 201:301(100) ack 1');
      peer.expects('. 1:1(0) ack 101');
      peer.sends('. 201:301(100) ack 1');
      peer.expects('. 1:1(0) ack 101');
      peer.expectsNothing();
    });

    test('RFC 5681 §4.2: not more than one ACK for a segment: a delayed ACK that was due goes with it, and not again', () => {
      const { peer } = established({ start });
      peer.sends('. 1:101(100) ack 1');
      peer.sends('. 201:301(100) ack 1');
      peer.expects('. 1:1(0) ack 101');
      peer.after('1s');
      peer.expectsNothing();
    });
  });

  describe('SACK', () => {
    test('RFC 2018 §4: not sent to a peer that has not offered it', () => {
      const { peer } = established({ start, settings: { selectiveAcknowledgment: true } });
      peer.sends('. 101:201(100) ack 1');
      peer.expects('. 1:1(0) ack 1 win 65535');
      expect(peer.story()).not.toContain('sack ');
    });

    test('RFC 2018 §7 case 2: the first segment is lost, the next seven arrive', () => {
      const { peer } = established({ start, ...SACK });
      peer.sends('. 1:5000(4999) ack 1');
      peer.after('100ms');
      peer.expects('. 1:1(0) ack 5000');
      for (let right = 6000; right <= 9000; right += 500) {
        peer.sends(`. ${right - 500}:${right}(500) ack 1`);
        peer.expects(`. 1:1(0) ack 5000 <nop,nop,sack 5500:${right}>`);
      }
    });

    test('RFC 2018 §7 case 3: the 2nd, 4th, 6th and 8th are lost; then the 4th and the 2nd come', () => {
      const { peer } = established({ start, ...SACK });
      peer.sends('. 1:5000(4999) ack 1');
      peer.sends('. 5000:5500(500) ack 1');
      peer.expects('. 1:1(0) ack 5500');
      peer.sends('. 6000:6500(500) ack 1');
      peer.expects('. 1:1(0) ack 5500 <nop,nop,sack 6000:6500>');
      peer.sends('. 7000:7500(500) ack 1');
      peer.expects('. 1:1(0) ack 5500 <nop,nop,sack 7000:7500 6000:6500>');
      peer.sends('. 8000:8500(500) ack 1');
      peer.expects('. 1:1(0) ack 5500 <nop,nop,sack 8000:8500 7000:7500 6000:6500>');
      peer.sends('. 6500:7000(500) ack 1');
      peer.expects('. 1:1(0) ack 5500 <nop,nop,sack 6000:7500 8000:8500>');
      peer.sends('. 5500:6000(500) ack 1');
      peer.expects('. 1:1(0) ack 7500 <nop,nop,sack 8000:8500>');
    });

    test('RFC 2018 §3: four blocks at most, the most recent ones', () => {
      const { peer } = established({ start, ...SACK });
      for (const at of [101, 301, 501, 701, 901]) peer.sends(`. ${at}:${at + 100}(100) ack 1`);
      peer.takeSent();
      peer.sends('. 1101:1201(100) ack 1');
      peer.expects('. 1:1(0) ack 1 <nop,nop,sack 1101:1201 901:1001 701:801 501:601>');
    });

    test('RFC 2018 §3: three blocks beside timestamps', () => {
      const settings = { timestamps: true, selectiveAcknowledgment: true };
      const { peer } = established({ start, settings, peerSyn: 'mss 1460,sackOK,TS val 100 ecr 0' });
      for (const at of [101, 301, 501]) peer.sends(`. ${at}:${at + 100}(100) ack 1 <nop,nop,TS val 101 ecr 0>`);
      peer.takeSent();
      peer.sends('. 701:801(100) ack 1 <nop,nop,TS val 102 ecr 0>');
      peer.expects('. 1:1(0) ack 1 <nop,nop,TS val 0 ecr 100,nop,nop,sack 701:801 501:601 301:401>');
    });

    test('RFC 2018 §4: the first block MUST be that of the segment that triggered the ACK: of a duplicate as well', () => {
      const { peer } = established({ start, ...SACK, settings: { ...SACK.settings, duplicateSack: false } });
      for (const at of [101, 301, 501]) peer.sends(`. ${at}:${at + 100}(100) ack 1`);
      peer.takeSent();
      peer.sends('. 101:151(50) ack 1');
      peer.expects('. 1:1(0) ack 1 <nop,nop,sack 101:201 501:601 301:401>');
      peer.sends('. 301:401(100) ack 1');
      peer.expects('. 1:1(0) ack 1 <nop,nop,sack 301:401 101:201 501:601>');
    });

    test('RFC 2018 §4: data that goes out while there is a gap carries the blocks too', () => {
      const { peer, connection } = established({ start, ...SACK });
      peer.sends('. 101:201(100) ack 1');
      peer.takeSent();
      write(connection, 3000);
      peer.expects('. 1:1449(1448) ack 1 <nop,nop,sack 101:201>');
    });

    test('RFC 2018 §2: offered in a SYN; in a SYN-ACK only if the SYN had it', () => {
      const active = established({ start, ...SACK });
      expect(active.peer.ladder[0]).toContain('<mss 1460,nop,nop,sackOK>');
      const passive = established({ start, ...SACK, passive: true });
      expect(passive.peer.ladder[1]).toContain('> S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,sackOK>');
      const without = established({ start, settings: SACK.settings, passive: true });
      expect(without.peer.ladder[1]).toContain('> S. 0:0(0) ack 1 win 65535 <mss 1460>');
    });

    test('RFC 2018 §3: a FIN beyond the gap is in the block', () => {
      const { peer } = established({ start, ...SACK });
      peer.sends('F. 101:201(100) ack 1');
      peer.expects('. 1:1(0) ack 1 <nop,nop,sack 101:202>');
    });
  });

  describe('timestamps', () => {
    test('RFC 7323 §3.2: a SYN offers with TSecr 0; the option is in every segment afterwards', () => {
      const { peer, connection } = established({ start, ...TIMESTAMPS });
      expect(peer.ladder[0]).toContain('> S 0:0(0) win 65535 <mss 1460,nop,nop,TS val 0 ecr 0>');
      peer.after('5ms');
      write(connection, 10);
      peer.expects('P. 1:11(10) ack 1 <nop,nop,TS val 5 ecr 100>');
      peer.sends('F. 1:1(0) ack 11 <nop,nop,TS val 103 ecr 5>');
      peer.expects('. 11:11(0) ack 2 <nop,nop,TS val 5 ecr 103>');
      connection.shutdownSend();
      peer.expects('F. 11:11(0) ack 2 <nop,nop,TS val 5 ecr 103>');
    });

    test('RFC 7323 §3.2: a SYN-ACK has it only if the SYN had it', () => {
      const without = established({ start, settings: { timestamps: true }, passive: true });
      expect(without.peer.story()).toContain('> S. 0:0(0) ack 1 win 65535 <mss 1460>');
      const having = established({ start, ...TIMESTAMPS, passive: true });
      expect(having.peer.story()).toContain('> S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,TS val 0 ecr 100>');
    });

    test('RFC 7323 §3.2: a segment without it is silently dropped, and does not end the connection', () => {
      const { peer, connection } = established({ start, ...TIMESTAMPS });
      expect(peer.sends('. 1:101(100) ack 1')).toBe('tcp-no-timestamp');
      peer.after('1s');
      peer.expectsNothing();
      expect(connection.state).toBe('ESTABLISHED');
      expect(connection.readableBytes).toBe(0);
    });

    test('RFC 7323 §3.2: received on a connection without it, it is ignored', () => {
      const { peer, connection } = established({ start });
      peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 7 ecr 9>');
      peer.sends('. 101:201(100) ack 1 <nop,nop,TS val 3 ecr 9>');
      peer.expects('. 1:1(0) ack 201');
      expect(readAll(connection)).toBe(200);
    });

    test('RFC 7323 §4.3 (A): with delayed ACKs the earliest unacknowledged segment is echoed', () => {
      const { peer } = established({ start, ...TIMESTAMPS });
      peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 101 ecr 0>');
      peer.sends('. 101:201(100) ack 1 <nop,nop,TS val 102 ecr 0>');
      peer.expects('. 1:1(0) ack 201 <nop,nop,TS val 0 ecr 101>');
      peer.sends('. 201:301(100) ack 1 <nop,nop,TS val 103 ecr 0>');
      peer.sends('. 301:401(100) ack 1 <nop,nop,TS val 104 ecr 0>');
      peer.expects('. 1:1(0) ack 401 <nop,nop,TS val 0 ecr 103>');
    });

    test('RFC 7323 §4.3 (B, C): the second example: out of order, every segment acknowledged', () => {
      const { peer } = established({ start, ...TIMESTAMPS });
      const arrives = (at: number, val: number, ack: number, echo: number): void => {
        peer.sends(`. ${at}:${at + 100}(100) ack 1 <nop,nop,TS val ${val} ecr 0>`);
        peer.after('100ms');
        const now = peer.time.now() / 1e6;
        const sent = peer.takeSent();
        expect(sent).toHaveLength(1);
        expect(sent[0]).toMatch(new RegExp(`ack ${ack} .*<nop,nop,TS val \\d+ ecr ${echo}>`));
        expect(now).toBeGreaterThan(0);
      };
      arrives(1, 101, 101, 101); // A
      arrives(201, 103, 101, 101); // C
      arrives(101, 102, 301, 102); // B
      arrives(401, 105, 301, 102); // E
      arrives(301, 104, 501, 104); // D
    });

    test('RFC 7323 §5.3 R1: PAWS: an older timestamp: dropped, and an ACK', () => {
      const { peer, connection } = established({ start, ...TIMESTAMPS });
      expect(peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 99 ecr 0>')).toBe('tcp-paws');
      peer.expects('. 1:1(0) ack 1 <nop,nop,TS val 0 ecr 100>');
      expect(connection.readableBytes).toBe(0);
      expect(peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 100 ecr 0>')).toBeUndefined();
      expect(readAll(connection)).toBe(100);
    });

    test('RFC 7323 §5.2: timestamps wrap like sequence numbers', () => {
      const peerSyn = `mss 1460,TS val ${0xffff_fffe} ecr 0`;
      const { peer, connection, block } = established({ start, settings: { timestamps: true }, peerSyn });
      expect(peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 3 ecr 0>')).toBeUndefined();
      expect(block.tsRecent).toBe(3);
      expect(peer.sends(`. 101:201(100) ack 1 <nop,nop,TS val ${0xffff_ffff} ecr 0>`)).toBe('tcp-paws');
      expect(readAll(connection)).toBe(100);
    });

    test('RFC 7323 §5.3 R4: a segment held beyond a gap is not inspected again when the gap is filled', () => {
      const { peer, connection } = established({ start, ...TIMESTAMPS });
      peer.sends('. 101:201(100) ack 1 <nop,nop,TS val 101 ecr 0>');
      peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 105 ecr 0>');
      expect(readAll(connection)).toBe(200);
    });

    test('RFC 7323 §5.5: after 24 idle days TS.Recent is invalid: the segment is accepted and R3 updates TS.Recent', () => {
      const { peer, connection, block } = established({ start, ...TIMESTAMPS });
      peer.after(`${23 * 24 * 3600}s`);
      expect(peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 50 ecr 0>')).toBe('tcp-paws');
      peer.after(`${2 * 24 * 3600}s`);
      expect(peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 50 ecr 0>')).toBeUndefined();
      expect(readAll(connection)).toBe(100);
      expect(block.tsRecent).toBe(50);
    });
  });
});
