/** The retransmission timer: RFC 6298, with Karn's rule, RFC 7323 §4 and the limits R1 and R2 of RFC 9293 §3.8.3. */

import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../../src/layers/clock.ts';
import { RoundTripTime } from '../../../../../src/layers/transport/tcp/rtt.ts';
import { RFC_SETTINGS, type TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { clockAt } from '../../clock-at.ts';
import { Conversation, type ConversationOptions, established, SEQUENCE_STARTS, write } from './conversation.ts';
import { inState } from './stage.ts';

const MS = 1_000_000;

/** RFC 6298 §2, written down once more: in seconds, with G = 1 ms. */
class Recurrence {
  srtt = 0;
  rttvar = 0;
  rto = 1;
  private first = true;
  sample(r: number): void {
    if (this.first) {
      this.srtt = r;
      this.rttvar = r / 2;
    } else {
      this.rttvar = (3 / 4) * this.rttvar + (1 / 4) * Math.abs(this.srtt - r);
      this.srtt = (7 / 8) * this.srtt + (1 / 8) * r;
    }
    this.first = false;
    this.rto = Math.min(60, Math.max(1, this.srtt + Math.max(0.001, 4 * this.rttvar)));
  }
}

describe.each(SEQUENCE_STARTS)('retransmission, from sequence number %i', (start) => {
  test('RFC 6298 §2.1, RFC 6298 §5.5 and RFC 9293 §3.8.3 (MUST-22): the first RTO is 1 s, and doubles: for a SYN', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.expects('S 0:0(0)');
    for (const seconds of [1, 2, 4, 8, 16, 32, 60]) {
      peer.after(`${seconds * 1000 - 1}ms`);
      peer.expectsNothing();
      peer.after('1ms');
      peer.expects('S 0:0(0) win 65535 <mss 1460>');
      peer.expectsNothing();
    }
    expect(connection.state).toBe('SYN-SENT');
  });

  test('RFC 9293 §3.8.3 (MUST-23): R2 for a SYN is at least 3 minutes; then ETIMEDOUT', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.after('182s');
    expect(connection.state).toBe('SYN-SENT');
    peer.after('1s');
    expect(connection.state).toBe('CLOSED');
    expect(connection.error).toBe('ETIMEDOUT');
    expect(peer.takeSent()).toHaveLength(8);
    expect(peer.time.idle).toBe(true);
  });

  test('RFC 9293 §3.8.3 (MUST-22): a SYN-ACK is sent again like a SYN, and its connection given up after 63 s', () => {
    const { peer, connection } = inState('SYN-RECEIVED', { start });
    for (const seconds of [1, 2, 4, 8, 16]) {
      peer.after(`${seconds}s`);
      peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      peer.expectsNothing();
    }
    peer.after('32s');
    expect(connection.state).toBe('CLOSED');
    expect(peer.tcp.connections.size).toBe(0);
  });

  test('RFC 6298 §2.2: SRTT, RTTVAR and RTO after the first measurement, which is the SYN’s', () => {
    const peer = new Conversation({ start });
    const { block } = peer.connect();
    peer.after('400ms');
    peer.sends('S. 0:0(0) ack 1');
    expect(block.rtt.srttNs).toBe(400 * MS);
    expect(block.rtt.rttvarNs).toBe(200 * MS);
    expect(block.rtt.rtoNs).toBe(1200 * MS);
  });

  test('RFC 6298 §2.2: a passive open measures its SYN-ACK', () => {
    const { peer, block } = inState('SYN-RECEIVED', { start });
    peer.after('600ms');
    peer.sends('. 1:1(0) ack 1');
    expect(block.rtt.rtoNs).toBe(1800 * MS);
  });

  test('RFC 6298 §2.3: later measurements follow the recurrence, one segment a round trip', () => {
    const recurrence = new Recurrence();
    const peer = new Conversation({ start });
    const connection = peer.connect();
    const { rtt } = connection.block;
    peer.after('300ms');
    recurrence.sample(0.3);
    peer.sends('S. 0:0(0) ack 1');
    let sent = 1;
    for (const ms of [250, 410, 90, 900, 30, 30, 30, 700, 120]) {
      write(connection, 500);
      sent += 500;
      peer.after(`${ms}ms`);
      recurrence.sample(ms / 1000);
      peer.sends(`. 1:1(0) ack ${sent}`);
      expect(rtt.srttNs / SECOND).toBeCloseTo(recurrence.srtt, 9);
      expect(rtt.rttvarNs / SECOND).toBeCloseTo(recurrence.rttvar, 9);
      expect(rtt.rtoNs / SECOND).toBeCloseTo(recurrence.rto, 8);
    }
    expect(recurrence.rto).toBeGreaterThan(1);
  });

  test('RFC 6298 §2.4: the RTO is not below 1 s', () => {
    const { block } = established({ start });
    expect(block.rtt.samples).toBe(1);
    expect(block.rtt.rtoNs).toBe(SECOND);
  });

  test('RFC 6298 §5.1 to §5.6 and RFC 9293 §3.8.2 (MUST-19): the earliest segment, after one RTO, then after doubled ones', () => {
    // Otherwise it would be sent in smaller pieces after a while (RFC 4821 §7.7).
    const { peer, connection } = established({ start, settings: { packetizationLayerProbing: 'off' } });
    write(connection, 4000);
    peer.expects('. 1:1461(1460) ack 1');
    peer.expects('. 1461:2921(1460) ack 1');
    peer.expectsNothing(); // Nagle: 1080 octets wait
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      peer.after(`${seconds * 1000 - 1}ms`);
      peer.expectsNothing();
      peer.after('1ms');
      peer.expects('. 1:1461(1460) ack 1');
      peer.expectsNothing();
    }
  });

  test('RFC 6298 §5.3: an ACK of new data restarts the timer for what is left', () => {
    const { peer, connection } = established({ start });
    write(connection, 2920);
    peer.takeSent();
    peer.after('900ms');
    peer.sends('. 1:1(0) ack 1461');
    const { rtoNs } = connection.block.rtt;
    expect(connection.block.timers?.retransmission.deadline).toBe(peer.time.now() + rtoNs);
    peer.after('900ms');
    peer.expectsNothing();
  });

  test('RFC 6298 §5.3: a duplicate ACK does not', () => {
    const { peer, connection } = established({ start });
    write(connection, 2920);
    peer.takeSent();
    peer.after('900ms');
    peer.sends('. 1:1(0) ack 1');
    peer.after('100ms');
    peer.expects('. 1:1461(1460) ack 1');
  });

  test('RFC 6298 §5.2: when all is acknowledged the timer is off', () => {
    const { peer, connection } = established({ start });
    write(connection, 100);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 101');
    expect(peer.time.idle).toBe(true);
  });

  test('RFC 6298 §3, Karn and RFC 9293 §3.8.1 (MUST-18): without timestamps, what was sent twice is not measured, and the back-off stays', () => {
    const { peer, connection, block } = established({ start });
    write(connection, 1460);
    peer.after('1s');
    peer.after('100ms');
    const { srttNs, samples } = block.rtt;
    peer.sends('. 1:1(0) ack 1461');
    expect(block.rtt.samples).toBe(samples);
    expect(block.rtt.srttNs).toBe(srttNs);
    peer.takeSent();
    // §5: the back-off stays until a segment that was sent once is acknowledged.
    write(connection, 1460);
    peer.expects('P. 1461:2921(1460) ack 1');
    peer.after('1999ms');
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 2921');
    expect(block.rtt.samples).toBe(samples + 1);
    expect(block.rtt.backoffs).toBe(0);
  });

  test('RFC 6298 §3, Karn: an ACK that covers one segment sent twice and others sent once is not measured', () => {
    const { peer, connection, block } = established({ start });
    write(connection, 2920);
    peer.after('1s');
    const { samples } = block.rtt;
    peer.sends('. 1:1(0) ack 2921');
    expect(block.rtt.samples).toBe(samples);
  });

  test('RFC 6298 §3 and RFC 7323 §4: with timestamps what was sent twice is measured, by its own transmission', () => {
    const settings = { timestamps: true };
    const { peer, connection, block } = established({ start, settings, peerSyn: 'mss 1460,TS val 100 ecr 0' });
    write(connection, 1448);
    peer.expects('P. 1:1449(1448) ack 1 <nop,nop,TS val 0 ecr 100>');
    peer.after('1s');
    peer.expects('P. 1:1449(1448) ack 1 <nop,nop,TS val 1000 ecr 100>');
    peer.after('70ms');
    const { samples } = block.rtt;
    peer.sends('. 1:1(0) ack 1449 <nop,nop,TS val 200 ecr 1000>');
    expect(block.rtt.samples).toBe(samples + 1);
    expect(block.rtt.latestNs).toBe(70 * MS);
    expect(block.rtt.backoffs).toBe(0);
  });

  test('RFC 7323 §4.1 (RTTM rule): an echo is used only if SND.UNA moves', () => {
    const settings = { timestamps: true };
    const { peer, connection, block } = established({ start, settings, peerSyn: 'mss 1460,TS val 100 ecr 0' });
    write(connection, 1448);
    const { samples } = block.rtt;
    peer.after('500ms');
    peer.sends('. 1:1(0) ack 1 <nop,nop,TS val 200 ecr 0>');
    peer.sends('. 1:11(10) ack 1 <nop,nop,TS val 200 ecr 0>');
    expect(block.rtt.samples).toBe(samples);
  });

  test('RFC 6298 §5.7: after a lost SYN the RTO is 3 s when data transmission begins', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.after('1s');
    peer.sends('S. 0:0(0) ack 1');
    peer.takeSent();
    expect(connection.block.rtt.samples).toBe(0);
    write(connection, 100);
    peer.expects('P. 1:101(100) ack 1');
    peer.after('2999ms');
    peer.expectsNothing();
    peer.after('1ms');
    peer.expects('P. 1:101(100) ack 1');
    peer.after('6s');
    peer.expects('P. 1:101(100) ack 1');
  });

  test('RFC 6298 §5.7: the same whatever the first RTO is, and for a lost SYN-ACK', () => {
    const settings = { retransmissionTimeoutInitialNs: SECOND / 2, retransmissionTimeoutMinimumNs: SECOND / 5 };
    const { peer, block } = inState('SYN-RECEIVED', { start, settings });
    peer.after('500ms');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    expect(block.rtt.rtoNs).toBe(3 * SECOND);
  });

  describe('R2', () => {
    const unanswered = (from: ConversationOptions) => {
      const stage = established({ start, ...from });
      write(stage.connection, 100);
      return stage;
    };

    test('RFC 9293 §3.8.3 (MUST-20, SHLD-11): data is given up at R2, after well over 100 s, with ETIMEDOUT', () => {
      const { peer, connection } = unanswered({});
      peer.after('100s');
      expect(connection.state).toBe('ESTABLISHED');
      peer.after('1000s');
      expect(connection.state).toBe('CLOSED');
      expect(connection.error).toBe('ETIMEDOUT');
      // 15 retransmissions after the first transmission, and the reset that says good-bye.
      expect(peer.takeSent()).toHaveLength(17);
      expect(peer.time.idle).toBe(true);
    });

    test('RFC 9293 §3.8.3 (MUST-21): R2 can be set for a connection', () => {
      const { peer, connection } = unanswered({ settings: { dataRetries: 2 } });
      peer.after('6999ms');
      expect(connection.state).toBe('ESTABLISHED');
      peer.after('1ms');
      expect(connection.error).toBe('ETIMEDOUT');
    });

    test('RFC 9293 §3.8.3: R2 is of the same segment: progress starts the count again', () => {
      const { peer, connection } = established({ start, settings: { dataRetries: 3 } });
      write(connection, 1460 * 4);
      for (let acked = 1461; acked <= 1460 * 3 + 1; acked += 1460) {
        peer.after('7s'); // 1 + 2 s, and the rest of a third wait
        peer.sends(`. 1:1(0) ack ${acked}`);
        expect(connection.state).toBe('ESTABLISHED');
        expect(connection.block.retries).toBe(0);
      }
    });

    test('RFC 9293 §3.9.2.2 (SHLD-25): at R2 the reason that ICMP gave is told', () => {
      const { peer, connection } = unanswered({});
      peer.icmp('host-unreachable', 1);
      peer.after('2000s');
      expect(connection.error).toBe('EHOSTUNREACH');
    });
  });
});

describe('RoundTripTime', () => {
  test('RFC 6298 §2.2: RTO <- SRTT + max(G, K*RTTVAR): G counts when there is no variation', () => {
    const rtt = new RoundTripTime({ ...RFC_SETTINGS, clockGranularityNs: 500 * MS });
    for (let samples = 0; samples < 200; samples++) rtt.sample(2 * SECOND, 1, clockAt(0));
    expect(rtt.rtoNs).toBe(2500 * MS);
  });

  test('RFC 6298 §2.5: the RTO stays below its maximum, by measurement and by back-off', () => {
    const rtt = new RoundTripTime(RFC_SETTINGS);
    rtt.sample(50 * SECOND, 1, clockAt(0));
    expect(rtt.rtoNs).toBe(60 * SECOND);
    rtt.backOff();
    expect(rtt.rtoNs).toBe(60 * SECOND);
  });

  test('RFC 6298 §2.4, §2.5: the bounds are settings', () => {
    const bounds = { retransmissionTimeoutMinimumNs: 300 * MS, retransmissionTimeoutMaximumNs: 3 * SECOND };
    const rtt = new RoundTripTime({ ...RFC_SETTINGS, ...bounds });
    rtt.sample(10 * MS, 1, clockAt(0));
    expect(rtt.rtoNs).toBe(300 * MS);
    const timeouts = Array.from({ length: 5 }, () => {
      rtt.backOff();
      return rtt.rtoNs / MS;
    });
    expect(timeouts).toEqual([600, 1200, 2400, 3000, 3000]);
  });

  test('what kernels add to it: a least variation, and a slop on top of the minimum', () => {
    const timeoutMs = (more: Partial<TcpSettings>): number => {
      const rtt = new RoundTripTime({ ...RFC_SETTINGS, retransmissionTimeoutMinimumNs: 30 * MS, ...more });
      for (let samples = 0; samples < 200; samples++) rtt.sample(10 * MS, 1, clockAt(0));
      return rtt.rtoNs / MS;
    };
    expect(timeoutMs({})).toBe(30);
    expect(timeoutMs({ retransmissionTimeoutVarianceMinimumNs: 200 * MS })).toBe(210);
    expect(timeoutMs({ retransmissionTimeoutSlopNs: 200 * MS })).toBe(230);
  });

  test.each([
    [10, 50],
    [300, 10],
  ])('RFC 8985 §6.2 step 1: the shortest round trip counts for %i s: then it is %i ms', (windowSeconds, shortestMs) => {
    const rtt = new RoundTripTime({ ...RFC_SETTINGS, minimumRttWindowNs: windowSeconds * SECOND });
    rtt.sample(10 * MS, 1, clockAt(0));
    for (let second = 1; second <= 12; second++) rtt.sample(50 * MS, 1, clockAt(second * SECOND));
    expect(rtt.minimumNs).toBe(shortestMs * MS);
  });

  test('RFC 7323 appendix G: with n samples expected a round trip the gains are divided by n', () => {
    const rtt = new RoundTripTime(RFC_SETTINGS);
    rtt.sample(800 * MS, 4, clockAt(0));
    rtt.sample(1600 * MS, 4, clockAt(0));
    expect(rtt.rttvarNs).toBe(400 * MS * (15 / 16) + (800 * MS) / 16);
    expect(rtt.srttNs).toBe(800 * MS * (31 / 32) + (1600 * MS) / 32);
  });
});
