/** Packetization-layer path MTU discovery: RFC 4821, with what RFC 8899 makes clearer. */

import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../../../src/layers/clock.ts';
import { UNLIMITED } from '../../../../../../src/layers/transport/tcp/path-mtu/state.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { clockAt } from '../../../clock-at.ts';
import { type Conversation, type ConversationOptions, established, SEQUENCE_STARTS, write } from '../conversation.ts';

describe.each(SEQUENCE_STARTS)('probing the path, from sequence number %i', (start) => {
  /** An MTU of 1500 bytes at both ends; 1064 at first, then 1480 and 1500 are tried. */
  const probing = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}) =>
    established({ start, family: 4, ...from, settings: { packetizationLayerProbing: 'always', ...settings } });

  // By counting: where no time passes, RACK holds for lost what was sent at the same instant.
  const withSack = (settings: Partial<TcpSettings> = {}) =>
    probing({ selectiveAcknowledgment: true, rack: false, ...settings }, { peerSyn: 'mss 1460,sackOK' });

  /** The lengths of what was sent. */
  const lengths = (peer: Conversation): number[] => peer.takeSent().map((text) => Number(/\((\d+)\)/.exec(text)![1]));

  /** The peer acknowledges all that was sent. */
  const acknowledgeAll = (peer: Conversation): void => {
    const { sndMax, iss } = peer.onlyBlock();
    peer.sends(`. 1:1(0) ack ${(sndMax - iss) | 0}`);
  };

  test('RFC 4821 §7.2: off: the segments are as large as the first hop and the peer allow, and no probe is sent', () => {
    const { peer, connection, block } = probing({ packetizationLayerProbing: 'off' });
    expect(block.search.effective).toBe(UNLIMITED);
    write(connection, 20_000);
    expect(new Set(lengths(peer))).toEqual(new Set([1460]));
  });

  test('RFC 4821 §7.2: always: eff_pmtu starts at a size that works nearly everywhere, which is a setting', () => {
    for (const [base, smss] of [
      [1024, 1024],
      [536, 536],
      [4000, 1460],
    ] as const) {
      const { peer, connection, block } = probing({ probingBaseMss: base });
      expect(block.smss).toBe(smss);
      write(connection, 1000);
      expect(lengths(peer)[0]).toBe(Math.min(1000, smss));
    }
  });

  test('RFC 4821 §7.5: the probe is a packet of new data of just the size that is probed', () => {
    const { peer, connection } = probing();
    write(connection, 20_000);
    peer.expects('. 1:1441(1440) ack 1'); // 1480 bytes with its headers
    peer.expects('. 1441:2465(1024) ack 1');
    expect(new Set(lengths(peer))).toEqual(new Set([1024]));
  });

  test('RFC 4821 §5.1: headers are counted with their options', () => {
    const settings = { timestamps: true };
    const { peer, connection, block } = probing(settings, { peerSyn: 'mss 1460,TS val 1 ecr 0' });
    expect(block.smss).toBe(1012);
    write(connection, 20_000);
    expect(lengths(peer).slice(0, 2)).toEqual([1428, 1012]);
  });

  test('RFC 4821 §7.6.1: success: search_low and eff_pmtu are the probe’s size, and the next is tried', () => {
    const { peer, connection, block } = probing();
    write(connection, 60_000);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1441');
    expect(block.search).toMatchObject({ low: 1480, effective: 1480 });
    expect(lengths(peer)).toEqual([1460, 1440]); // the probe of 1500, and a segment as large as 1480 allows
    acknowledgeAll(peer);
    expect(block.search).toMatchObject({ low: 1500, effective: 1500 });
    expect(new Set(lengths(peer))).toEqual(new Set([1460]));
  });

  test('RFC 4821 §7.6.1: delivered is what is SACKed as well', () => {
    const { peer, connection, block } = withSack();
    write(connection, 1000);
    write(connection, 60_000);
    peer.takeSent();
    // Nagle sent 1000 octets first: the probe follows them, and they are lost.
    peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1001:2441>');
    expect(block.search).toMatchObject({ low: 1480, effective: 1480, probeSize: 0 });
  });

  test('RFC 4821 §4: when the MTU is raised the window is not raised in octets', () => {
    const { peer, connection, block } = probing();
    write(connection, 60_000);
    const before = block.congestion.cwnd;
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1441');
    expect(block.smss).toBe(1440);
    // Slow start by the one segment that was acknowledged, and nothing more.
    expect(block.congestion.cwnd).toBeLessThanOrEqual(before + 1440);
  });

  describe('a probe that is lost', () => {
    test('RFC 4821 §7.6.2: alone: no congestion signal; the gap is sent again in segments that fit', () => {
      const { peer, connection, block } = withSack();
      write(connection, 60_000);
      peer.takeSent();
      const before = block.congestion.cwnd;
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1441:2465>');
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1441:3489>');
      peer.takeSent();
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1441:4513>');
      expect(block.lossState).toBe('open');
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
      expect(block.congestion.cwnd).toBeGreaterThanOrEqual(before);
      peer.expects('. 1:1025(1024) ack 1');
      peer.expects('. 1025:1441(416) ack 1');
      expect(block.search).toMatchObject({ low: 1064, effective: 1064, probeSize: 0 });
      acknowledgeAll(peer);
      expect(block.lossState).toBe('open');
    });

    test('RFC 4821 §7.6.2: without SACK the third duplicate ACK says so, and those that follow say nothing more', () => {
      const { peer, connection, block } = probing();
      write(connection, 60_000);
      peer.takeSent();
      for (let duplicate = 1; duplicate <= 2; duplicate++) peer.sends('. 1:1(0) ack 1');
      peer.takeSent();
      peer.sends('. 1:1(0) ack 1');
      peer.expects('. 1:1025(1024) ack 1');
      for (let duplicate = 4; duplicate <= 8; duplicate++) peer.sends('. 1:1(0) ack 1');
      expect(peer.takeSent().filter((text) => text.startsWith('. 1:'))).toEqual([]);
      expect(block.lossState).toBe('open');
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
    });

    test('RFC 4821 §7.6.2: the loss of anything else with it is congestion', () => {
      const { peer, connection, block } = withSack();
      write(connection, 60_000);
      peer.takeSent();
      for (const right of [3489, 4513, 5537]) peer.sends(`. 1:1(0) ack 1 <nop,nop,sack 2465:${right}>`);
      expect(block.lossState).toBe('recovery');
      expect(block.congestion.ssthresh).toBeLessThan(10_240);
      // RFC 4821 §7.6.4: inconclusive: nothing is learnt.
      expect(block.search).toMatchObject({ low: 1064, high: 1500, attempts: 0, probeSize: 0 });
    });

    test('RFC 4821 §7.6.4: the same size is tried again when there is nothing to recover any more', () => {
      const { peer, connection } = withSack();
      write(connection, 60_000);
      peer.takeSent();
      for (const right of [3489, 4513, 5537]) peer.sends(`. 1:1(0) ack 1 <nop,nop,sack 2465:${right}>`);
      peer.takeSent();
      peer.after('10ms');
      acknowledgeAll(peer);
      peer.takeSent();
      acknowledgeAll(peer);
      expect(lengths(peer)).toContain(1440);
    });

    test('RFC 4821 §7.6.2: no probe for as many round trips as the window has segments', () => {
      const { peer, connection, block } = withSack({ probingAttempts: 1 });
      block.rtt.sample(0.1 * SECOND, 1, clockAt(0));
      write(connection, 400_000);
      peer.takeSent();
      for (const right of [2465, 3489, 4513]) peer.sends(`. 1:1(0) ack 1 <nop,nop,sack 1441:${right}>`);
      const packets = Math.ceil(block.congestion.cwnd / 1024);
      const waits = block.search.notBeforeNs - peer.time.now();
      expect(waits).toBeCloseTo(packets * block.rtt.srttNs, -2);
      const acknowledge = (): number[] => {
        peer.takeSent();
        acknowledgeAll(peer);
        return lengths(peer);
      };
      acknowledge();
      expect(new Set(acknowledge())).toEqual(new Set([1024]));
      peer.after(`${waits + 1}ns`);
      // 1400 of 1280, 1400 and 1420: the likely sizes below 1480.
      expect(acknowledge()).toContain(1360);
    });

    test('RFC 8899 §5.1.2: MAX_PROBES: a size has failed when so many probes of it were lost', () => {
      for (const probingAttempts of [1, 3]) {
        const { peer, connection, block } = withSack({ probingAttempts });
        write(connection, 1_000_000);
        let lost = 0;
        for (let turn = 0; turn < 40 && block.search.high === 1500; turn++) {
          const sent = peer.takeSent().map((text) => /(\d+):(\d+)\((\d+)\)/.exec(text)!.slice(1).map(Number));
          const probe = sent.find(([, , length]) => length === 1440);
          if (probe !== undefined) {
            lost++;
            const [from, to] = probe as [number, number];
            peer.sends(`. 1:1(0) ack ${from}`);
            for (const n of [1, 2, 3]) peer.sends(`. 1:1(0) ack ${from} <nop,nop,sack ${to}:${to + n * 1024}>`);
          } else {
            peer.after('1s');
          }
          if (block.search.high === 1500) acknowledgeAll(peer);
        }
        expect(lost).toBe(probingAttempts);
        expect(block.search).toMatchObject({ high: 1479, highWasFound: true });
        expect(block.lossState).toBe('open');
      }
    });

    test('RFC 4821 §7.6.3: found by the timer: congestion all the same, and five times the pause', () => {
      const { peer, connection, block } = probing({ probingAttempts: 1 });
      block.rtt.sample(0.1 * SECOND, 1, clockAt(0));
      write(connection, 60_000);
      peer.takeSent();
      peer.after('1s');
      expect(block.search).toMatchObject({ high: 1479, probeSize: 0 });
      expect(block.lossState).toBe('loss');
      expect(block.search.notBeforeNs - peer.time.now()).toBeCloseTo(5 * 10 * block.rtt.srttNs, -2);
      peer.expects('. 1:1025(1024) ack 1');
    });

    test('RFC 4821 §7.6.4: found by the timer, with segments before it lost too: inconclusive', () => {
      const { peer, connection, block } = probing({ probingAttempts: 1, noDelay: true });
      write(connection, 1000);
      write(connection, 60_000);
      expect(lengths(peer).slice(0, 2)).toEqual([1000, 1440]);
      peer.after('1s');
      expect(block.search).toMatchObject({ high: 1500, probeSize: 0, attempts: 0 });
    });

    test('RFC 4821 §7.6.2: ICMP speaks of the probe: search_high is the MTU that it reports; no congestion', () => {
      const { peer, connection, block } = withSack();
      write(connection, 60_000);
      peer.takeSent();
      peer.icmp('packet-too-big', 1, 1400);
      peer.expects('. 1:1025(1024) ack 1');
      acknowledgeAll(peer);
      expect(block.search.high).toBe(1400);
      expect(block.lossState).toBe('open');
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
      peer.takeSent();
    });

    test('ICMP speaks of a size that the probe does not pass: it is left alone', () => {
      const { peer, connection, block } = withSack();
      write(connection, 60_000);
      peer.takeSent();
      peer.icmp('packet-too-big', 1441, 1480);
      peer.expectsNothing();
      expect(block.search.probeSize).toBe(1480);
    });
  });

  describe('preconditions', () => {
    test('RFC 4821 §7.4: enough data is queued: the probe and three segments more', () => {
      const short = probing();
      write(short.connection, 1440 + 3 * 1024 - 1);
      expect(lengths(short.peer)).not.toContain(1440);
      const enough = probing();
      write(enough.connection, 1440 + 3 * 1024);
      expect(lengths(enough.peer)[0]).toBe(1440);
    });

    test('RFC 4821 §7.4: the window of the peer has room for them', () => {
      const { peer, connection } = probing({}, { peerWindow: 1440 + 3 * 1024 - 1 });
      write(connection, 60_000);
      expect(lengths(peer)).not.toContain(1440);
    });

    test('RFC 4821 §7.4: the congestion window has room for them', () => {
      const { peer, connection } = probing({ initialWindowSegments: 4 });
      write(connection, 60_000);
      expect(lengths(peer)).toEqual([1024, 1024, 1024, 1024]);
    });

    test('RFC 4821 §7.4: one probe at a time', () => {
      const { peer, connection } = probing();
      write(connection, 60_000);
      expect(lengths(peer).filter((length) => length !== 1024)).toEqual([1440]);
    });

    test('RFC 4821 §7.4: "protocols MAY delay sending non-probes": other data waits for a probe that the window has no room for', () => {
      const from = { mtu: 9000, peerSyn: 'mss 8960' };
      const { peer, connection, block } = probing({ initialWindowSegments: 20 }, from);
      write(connection, 200_000);
      expect(lengths(peer)).toContain(1440);
      peer.sends('. 1:1(0) ack 1441');
      expect(lengths(peer)).toContain(1460);
      // 9000 bytes are next: acknowledged segments make room for them and for nothing else.
      let acked = 1441;
      while (block.search.probeSize !== 9000) {
        expect(block.congestion.cwnd - block.log.pipe).toBeLessThan(8960);
        acked = (block.log.end(0) - block.iss) | 0;
        peer.sends(`. 1:1(0) ack ${acked}`);
        const sent = lengths(peer);
        const isOver = block.search.low < 1500 || block.search.probeSize === 9000;
        if (!isOver) expect(sent, peer.story()).toEqual([]);
        else if (block.search.probeSize === 9000) expect(sent[0]).toBe(8960);
      }
      expect(acked).toBeLessThan(25_000);
    });

    test('RFC 5681 §4.1: after an idle time the window is restarted before a probe is sent in it', () => {
      const { peer, connection, block } = probing({ initialWindowSegments: 6 });
      write(connection, 30_000);
      while (block.log.count > 0) acknowledgeAll(peer);
      expect(block.congestion.cwnd).toBeGreaterThan(6 * 1460);
      Object.assign(block.search, { low: 1064, effective: 1064 }); // another size to try
      block.search.againAtNs = 0;
      peer.after('10s');
      peer.takeSent();
      write(connection, 60_000);
      const sent = lengths(peer);
      expect(sent[0]).toBe(1440);
      expect(sent.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(6 * 1460);
    });

    test('RFC 4821 §4: where routers may fragment there is nothing to find out', () => {
      const { peer, connection, block } = probing();
      block.path.dontFragment = false;
      write(connection, 60_000);
      expect(new Set(lengths(peer))).toEqual(new Set([1024]));
    });
  });

  test('RFC 4821 §7.3: when it has converged a timer is set, after which the search begins again', () => {
    const { peer, connection, block } = probing({ probingIntervalNs: 100 * SECOND });
    block.search.high = 1070;
    block.search.highWasFound = true;
    const sendAll = (): number => {
      write(connection, 60_000);
      while (block.log.count > 0) acknowledgeAll(peer);
      return Math.max(...lengths(peer));
    };
    expect(sendAll()).toBe(1024);
    peer.after('99s');
    expect(sendAll()).toBe(1024);
    peer.after('1s');
    expect(sendAll()).toBe(1460);
    expect(block.search.high).toBe(1500);
  });

  describe('verification', () => {
    /** Raised to 1480 bytes; then `lost` of every ten segments are lost, for as many timeouts. */
    const raised = (lostInTen: number, intervals: number) => {
      const stage = withSack({ probingThresholdBytes: 32 });
      const { peer, connection, block } = stage;
      write(connection, 1_000_000);
      peer.takeSent();
      peer.sends('. 1:1(0) ack 1441');
      expect(block.search.effective).toBe(1480);
      for (let interval = 0; interval < intervals; interval++) {
        peer.after('600ms');
        acknowledgeAll(peer);
        block.search.deliveredBytes = (10 - lostInTen) * 146_000;
        block.search.lostBytes = lostInTen * 146_000;
        peer.after('401ms');
        acknowledgeAll(peer);
        peer.takeSent();
      }
      return stage;
    };

    test('RFC 4821 §7.8: a tenth is lost and more for two timeouts: eff_pmtu is what it was, search_high below what failed', () => {
      const { block } = raised(3, 2);
      expect(block.search).toMatchObject({ effective: 1064, low: 1064, high: 1479, highWasFound: true });
      expect(block.smss).toBe(1024);
    });

    test('RFC 4821 §7.8: for one timeout only: it may have been congestion', () => {
      expect(raised(3, 1).block.search.effective).toBe(1480);
    });

    test('RFC 4821 §7.8: less than a tenth is lost: verified', () => {
      const { block } = raised(0, 1);
      expect(block.search).toMatchObject({ verifyUntilNs: -1, effective: 1480 });
    });
  });
});
