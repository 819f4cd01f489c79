/** How much may be in the network: RFC 5681 §3.1 and §4.1, initial window RFC 6928. Segments have 1000 octets. */
import { describe, expect, test } from 'vitest';
import { CONTROLLER_NAMES, createController } from '../../../../../src/layers/transport/tcp/congestion/controllers.ts';
import { Conversation, type ConversationOptions, established, SEQUENCE_STARTS, write } from './conversation.ts';
import { inState } from './stage.ts';

const MSS = 1000;

describe.each(SEQUENCE_STARTS)('congestion control, from sequence number %i', (start) => {
  const stage = (from: ConversationOptions = {}) => established({ start, peerSyn: `mss ${MSS}`, ...from });

  describe('the initial window', () => {
    test.each([
      [536, 5360],
      [1000, 10_000],
      [1460, 14_600],
      [1461, 14_600],
      [4000, 14_600],
      [7300, 14_600],
      [8960, 17_920],
    ])('RFC 6928 §2: min(10 * MSS, max(2 * MSS, 14600)) for an MSS of %i is %i', (mss, window) => {
      const { peer, connection, block } = stage({ mtu: 9000, peerSyn: `mss ${mss}` });
      expect(block.congestion.cwnd).toBe(window);
      write(connection, 60_000);
      const sent = peer.takeSent();
      expect(sent).toHaveLength(Math.floor(window / mss));
    });

    test('RFC 6928 §2: the number of segments in the initial window is a setting', () => {
      const { peer, connection } = stage({ settings: { initialWindowSegments: 3 } });
      write(connection, 60_000);
      expect(peer.takeSent()).toHaveLength(3);
    });

    test('RFC 5681 §3.1: "the SYN/ACK and the acknowledgment of the SYN/ACK MUST NOT increase" it', () => {
      const { block } = stage({ passive: true });
      expect(block.congestion.cwnd).toBe(10 * MSS);
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
    });

    test('RFC 5681 §3.1: after a lost SYN it is one segment', () => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.after('1s');
      peer.sends(`S. 0:0(0) ack 1 <mss ${MSS}>`);
      expect(connection.block.congestion.cwnd).toBe(MSS);
      peer.takeSent();
      write(connection, 5 * MSS);
      expect(peer.takeSent()).toHaveLength(1);
    });

    test('RFC 5681 §3.1: after a lost SYN-ACK too', () => {
      const { peer, block } = inState('SYN-RECEIVED', { start, peerSyn: `mss ${MSS}` });
      peer.after('1s');
      peer.sends('. 1:1(0) ack 1');
      expect(block.congestion.cwnd).toBe(MSS);
    });
  });

  describe('slow start', () => {
    test('RFC 5681 §3.1: slow start, equation 2: cwnd += min(N, SMSS) for each ACK of new data', () => {
      const { peer, connection, block } = stage();
      write(connection, 60 * MSS);
      const grows = (ack: number, by: number): void => {
        const before = block.congestion.cwnd;
        peer.sends(`. 1:1(0) ack ${ack}`);
        expect(block.congestion.cwnd - before).toBe(by);
      };
      grows(1001, MSS);
      grows(3001, MSS); // one ACK for two segments
      grows(3101, 100); // ACK division gains nothing
      grows(3101, 0);
      grows(4001, 900);
    });

    test('RFC 5681 §3.1 and RFC 9293 §3.8.2 (MUST-19): slow start: the flight doubles in a round trip when each segment is acknowledged', () => {
      const { peer, connection } = stage();
      write(connection, 60 * MSS);
      expect(peer.takeSent()).toHaveLength(10);
      for (let index = 1; index <= 10; index++) peer.sends(`. 1:1(0) ack ${index * MSS + 1}`);
      expect(peer.takeSent()).toHaveLength(20);
    });

    test('RFC 7661: it does not grow while the program, and not the window, is what holds back', () => {
      const { peer, connection, block } = stage();
      for (let index = 0; index < 40; index++) {
        write(connection, MSS);
        peer.sends(`. 1:1(0) ack ${(index + 1) * MSS + 1}`);
      }
      expect(block.congestion.cwnd).toBe(10 * MSS);
    });

    test('RFC 5681 §3.1: never more in flight than cwnd and the window of the peer allow', () => {
      const { peer, connection, block } = stage({ peerWindow: 30_000 });
      write(connection, 500 * MSS);
      let acked = 1;
      for (let round = 0; round < 150; round++) {
        const inFlight = (block.sndNxt - block.sndUna) | 0;
        expect(inFlight).toBeLessThanOrEqual(Math.min(block.congestion.cwnd, 30_000));
        acked += 2 * MSS;
        peer.sends(`. 1:1(0) ack ${acked} win 30000`);
        peer.takeSent();
      }
    });
  });

  describe('the retransmission timer', () => {
    test('RFC 5681 §3.1: a timeout, equation 4 and the loss window: ssthresh = max(FlightSize / 2, 2 * SMSS), cwnd = 1 segment', () => {
      const { peer, connection, block } = stage();
      write(connection, 10 * MSS);
      peer.after('1s');
      expect(block.congestion.ssthresh).toBe(5 * MSS);
      expect(block.congestion.cwnd).toBe(MSS);
    });

    test('RFC 5681 §3.1: equation 4 wants FlightSize: "an easy mistake to make is to simply use cwnd"', () => {
      const { peer, connection, block } = stage();
      write(connection, 6 * MSS);
      peer.after('1s');
      expect(block.congestion.ssthresh).toBe(3 * MSS);
    });

    test('RFC 5681 §3.1: equation 4: ssthresh is not below 2 * SMSS', () => {
      const { peer, connection, block } = stage();
      write(connection, MSS);
      peer.after('1s');
      expect(block.congestion.ssthresh).toBe(2 * MSS);
    });

    test('RFC 5681 §3.1: at a timeout for the same segment once more, ssthresh is held', () => {
      const { peer, connection, block } = stage({ settings: { packetizationLayerProbing: 'off' } });
      write(connection, 10 * MSS);
      peer.after('100s');
      expect(block.retries).toBeGreaterThan(4);
      expect(block.congestion.ssthresh).toBe(5 * MSS);
      expect(block.congestion.cwnd).toBe(MSS);
    });

    test('RFC 5681 §3.1 and RFC 9293 §3.8.2 (MUST-19): after a timeout slow start up to ssthresh, and congestion avoidance from there', () => {
      const { peer, connection, block } = stage({ settings: { forwardRtoRecovery: false } });
      write(connection, 60 * MSS);
      peer.after('1s');
      const cwnds: number[] = [];
      for (let index = 1; index <= 15; index++) {
        peer.sends(`. 1:1(0) ack ${index * MSS + 1}`);
        cwnds.push(block.congestion.cwnd / MSS);
      }
      // Four ACKs of slow start, then 5, 6 … for one segment each.
      expect(cwnds).toEqual([2, 3, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7]);
    });
  });

  describe('restart after idle', () => {
    const grown = (from: ConversationOptions = {}) => {
      const loaded = stage(from);
      const { peer, connection, block } = loaded;
      write(connection, 20 * MSS);
      for (let index = 1; index <= 20; index++) peer.sends(`. 1:1(0) ack ${index * MSS + 1}`);
      peer.takeSent();
      expect(block.congestion.cwnd).toBeGreaterThan(15 * MSS);
      return loaded;
    };

    test('RFC 5681 §4.1: nothing sent for longer than the RTO: cwnd is no more than RW = min(IW, cwnd)', () => {
      const { peer, connection, block } = grown();
      peer.after('1001ms');
      write(connection, 40 * MSS);
      expect(peer.takeSent()).toHaveLength(10);
      expect(block.congestion.cwnd).toBe(10 * MSS);
    });

    test('RFC 5681 §4.1: what the peer sends in between does not count: the time of our own sending does', () => {
      const { peer, connection } = grown();
      peer.after('1001ms');
      peer.sends(`P. 1:101(100) ack ${20 * MSS + 1}`);
      write(connection, 40 * MSS);
      expect(peer.takeSent()).toHaveLength(10);
    });

    test('RFC 5681 §4.1: no restart before the RTO has passed', () => {
      const { peer, connection, block } = grown();
      const { cwnd } = block.congestion;
      peer.after('1s');
      write(connection, 40 * MSS);
      expect(block.congestion.cwnd).toBe(cwnd);
      expect(peer.takeSent()).toHaveLength(cwnd / MSS);
    });

    test('RFC 5681 §4.1: a restart never raises cwnd', () => {
      const { peer, connection, block } = stage();
      write(connection, 10 * MSS);
      peer.after('1s');
      peer.sends(`. 1:1(0) ack ${10 * MSS + 1}`);
      const { cwnd } = block.congestion;
      expect(cwnd).toBeLessThan(10 * MSS);
      peer.takeSent();
      peer.after('60s');
      write(connection, 20 * MSS);
      expect(block.congestion.cwnd).toBe(cwnd);
    });

    test('RFC 5681 §4.1: the restart can be switched off', () => {
      const { peer, connection, block } = grown({ settings: { slowStartAfterIdle: false } });
      const { cwnd } = block.congestion;
      peer.after('60s');
      write(connection, 40 * MSS);
      expect(block.congestion.cwnd).toBe(cwnd);
    });
  });

  test('"none": only the peer’s window bounds the flight', () => {
    const { peer, connection } = stage({ settings: { congestionControl: 'none' } });
    write(connection, 100 * MSS);
    expect(peer.takeSent()).toHaveLength(65);
  });
});

test('every controller can be made by its name, and no other', () => {
  for (const name of CONTROLLER_NAMES) expect(createController(name).name).toBe(name);
  expect(() => createController('bic')).toThrow(RangeError);
});
