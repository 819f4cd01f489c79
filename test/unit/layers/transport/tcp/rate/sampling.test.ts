/**
 * Rate samples of a whole connection: when the program is what limits it, and who hears of what. Segments have 1000
 * octets, the round trip is 100 ms.
 */

import { describe, expect, test } from 'vitest';
import type { Bbr } from '../../../../../../src/layers/transport/tcp/congestion/bbr/bbr.ts';
import type { SegmentLoss } from '../../../../../../src/layers/transport/tcp/congestion/segment-loss.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { clockAt } from '../../../clock-at.ts';
import { Conversation, SEQUENCE_STARTS, write } from '../conversation.ts';

const MSS = 1000;

describe.each(SEQUENCE_STARTS)('rate samples of a connection, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings> = {}) => {
    const peer = new Conversation({ start, settings: { selectiveAcknowledgment: true, ...settings } });
    const connection = peer.connect();
    peer.after('100ms');
    peer.sends(`S. 0:0(0) ack 1 win 65535 <mss ${MSS},sackOK>`);
    peer.takeSent();
    const { block } = connection;
    return { peer, connection, block, event: block.ackEvent };
  };
  const ack = (peer: Conversation, segments: number, ...sacks: readonly (readonly [number, number])[]): void => {
    const blocks = sacks.map(([from, to]) => `${from * MSS + 1}:${to * MSS + 1}`).join(' ');
    peer.sends(`. 1:1(0) ack ${segments * MSS + 1}${blocks === '' ? '' : ` <nop,nop,sack ${blocks}>`}`);
  };

  test('draft-ietf-ccwg-bbr-06 §4.1.2.3: an acknowledgment gives a sample', () => {
    const { peer, connection, event } = stage();
    write(connection, 30 * MSS);
    peer.after('100ms');
    ack(peer, 2);
    expect(event).toMatchObject({ delivered: 2 * MSS, priorDelivered: 0, deliveredSinceSend: 2 * MSS });
    expect(event).toMatchObject({ rateIntervalNs: 100e6, deliveryRate: 20_000, latestRttNs: 100e6, appLimited: true });
    ack(peer, 2, [4, 6]);
    expect(event).toMatchObject({ delivered: 4 * MSS, deliveredSinceSend: 4 * MSS, deliveryRate: 40_000 });
    ack(peer, 2, [4, 6]);
    expect(event).toMatchObject({ delivered: 4 * MSS, priorDelivered: -1, deliveryRate: 0, latestRttNs: -1 });
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.7.1: of several segments the round trip is that of the one sent last', () => {
    const { peer, connection, event } = stage();
    write(connection, MSS);
    peer.after('40ms');
    write(connection, MSS);
    peer.after('60ms');
    ack(peer, 2);
    expect([event.latestRttNs, event.rttNs]).toEqual([60e6, 100e6]);
  });

  describe('draft-ietf-ccwg-bbr-06 §4.1.2.4: application-limited', () => {
    test('draft-ietf-ccwg-bbr-06 §4.1.2.4: the program writes when there was nothing to send', () => {
      const { connection, block } = stage();
      expect(block.rate.isAppLimited).toBe(false);
      write(connection, MSS);
      expect(block.rate.isAppLimited).toBe(true);
    });

    test('draft-ietf-ccwg-bbr-06 §4.1.2.4: not while it has more to send than the window allows', () => {
      const { peer, connection, block } = stage();
      write(connection, 30 * MSS);
      peer.after('100ms');
      ack(peer, 10);
      expect(block.rate.isAppLimited).toBe(false); // the gap before the first write is through
      write(connection, 10 * MSS);
      peer.after('100ms');
      ack(peer, 12);
      expect(block.rate.isAppLimited).toBe(false);
    });

    test('draft-ietf-ccwg-bbr-06 §4.1.2.4: not while the window is full, though there is nothing more', () => {
      const { peer, connection, block } = stage();
      write(connection, 10 * MSS);
      expect(block.log.pipe).toBe(block.congestion.cwnd);
      peer.after('100ms');
      ack(peer, 1);
      expect(block.rate.isAppLimited).toBe(false);
      ack(peer, 2); // the window has grown, and there is room now
      expect(block.rate.isAppLimited).toBe(true);
    });

    test('draft-ietf-ccwg-bbr-06 §4.1.2.4: at the beginning of an acknowledgment', () => {
      const { peer, connection, block } = stage();
      write(connection, 10 * MSS);
      peer.after('100ms');
      ack(peer, 5);
      write(connection, 2 * MSS);
      const end = 12 * MSS;
      ack(peer, 6); // the last of what was written is on its way: all of it is part of the gap
      expect(block.rate.isAppLimited).toBe(true);
      ack(peer, end / MSS);
      expect(block.rate.isAppLimited).toBe(true);
      write(connection, MSS);
      ack(peer, 13);
      expect(block.rate.deliveredBytes).toBe(13 * MSS);
    });

    test('draft-ietf-ccwg-bbr-06 §4.1.2.4: not while something that is lost waits to be sent again', () => {
      const { peer, connection, block } = stage();
      write(connection, 10 * MSS);
      peer.after('100ms');
      ack(peer, 5);
      block.log.markLost(0);
      expect([block.unsentBytes, block.rate.isAppLimited]).toEqual([0, false]);
      write(connection, 1);
      expect(block.rate.isAppLimited).toBe(false);
    });

    test('draft-ietf-ccwg-bbr-06 §4.1.2.4: at the beginning of a timer that sends', () => {
      const { peer, connection, block } = stage({ tailLossProbe: false });
      write(connection, 5 * MSS);
      peer.after('100ms');
      ack(peer, 1);
      block.rate.delivered(1_000_000, clockAt(0));
      const event = block.ackEvent;
      event.minimumRttNs = 0;
      block.rate.finish(block.log, event);
      expect(block.rate.isAppLimited).toBe(false);
      peer.after('2s');
      expect(block.lossState).toBe('loss');
      expect(block.rate.isAppLimited).toBe(true);
    });
  });

  test('tcp_info tells the rates: the last sample, but none that a gap of the program has made smaller', () => {
    const { peer, connection } = stage({ pacing: true });
    expect(connection.info()).toMatchObject({
      deliveredBytes: 0,
      deliveryRate: 0,
      everLostBytes: 0,
      pacingRate: 200_000,
    });
    write(connection, 30 * MSS);
    peer.after('100ms');
    ack(peer, 2);
    expect(connection.info()).toMatchObject({
      deliveredBytes: 2 * MSS,
      deliveryRate: 20_000,
      deliveryRateAppLimited: true,
    });
    ack(peer, 10);
    peer.after('50ms');
    ack(peer, 12);
    const { deliveryRate } = connection.info();
    expect([deliveryRate > 20_000, connection.info().deliveryRateAppLimited]).toEqual([true, false]);
    peer.after('100ms');
    ack(peer, 25);
    peer.after('100ms');
    ack(peer, 30);
    write(connection, MSS);
    peer.after('100ms');
    const before = connection.info().deliveryRate;
    ack(peer, 31);
    expect(connection.block.ackEvent.deliveryRate).toBe(10_000);
    expect(connection.info().deliveryRate).toBe(before);
  });

  const bbr = (settings: Partial<TcpSettings> = {}) => {
    const loaded = stage({ congestionControl: 'bbr', ...settings });
    return { ...loaded, model: (loaded.block.congestion as Bbr).model! };
  };

  test('draft-ietf-ccwg-bbr-06 §5.2.1: BBR starts with the round trip of the handshake, and is paced', () => {
    const { peer, connection, model, block } = bbr();
    expect(model.minRttNs).toBe(100e6);
    expect(model.hasSelectiveAcks).toBe(true);
    write(connection, 30 * MSS);
    // 2.77 * 10 segments in 100 ms: 3.6 ms for each, two at a time.
    expect(peer.takeSent()).toHaveLength(2);
    peer.after('7219us');
    expect(peer.takeSent()).toHaveLength(0);
    peer.after('2us');
    expect(peer.takeSent()).toHaveLength(2);
    expect(block.settings.pacing).toBe(false);
  });

  test('draft-ietf-ccwg-bbr-06 §2.2: without SACK BBR knows that it sees one loss per round trip', () => {
    const { model } = bbr({ selectiveAcknowledgment: false });
    expect(model.hasSelectiveAcks).toBe(false);
  });

  test('draft-ietf-ccwg-bbr-06 §5.4.1: BBR hears when sending resumes with nothing in flight', () => {
    const { peer, connection, model } = bbr();
    write(connection, MSS);
    expect(model.isIdleRestart).toBe(true);
    peer.after('100ms');
    ack(peer, 1);
    expect(model.isIdleRestart).toBe(false);
    peer.after('3s');
    write(connection, MSS);
    expect([model.isIdleRestart, model.extraAckedStartNs]).toEqual([true, peer.time.now()]);
    write(connection, MSS);
    peer.after('10ms');
    ack(peer, 2);
    write(connection, MSS);
    expect(model.isIdleRestart).toBe(false); // one is in flight
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.4.3: what is in flight in ProbeRTT gives application-limited samples', () => {
    const { peer, connection, model, block } = bbr();
    write(connection, 200 * MSS);
    for (let acked = 2; acked <= 20; acked += 2) {
      peer.after('20ms');
      ack(peer, acked);
    }
    expect(block.rate.isAppLimited).toBe(false);
    peer.after('200ms');
    model.probeRttMinStampNs -= 6e9;
    model.probeRttMinDelayNs = 1;
    ack(peer, 22);
    expect(model.phase).toBe('probe-rtt');
    expect(block.rate.isAppLimited).toBe(true);
  });

  test('draft-ietf-ccwg-bbr-06 §5.2.4: the controller hears of each segment that is lost, before the recovery', () => {
    const { peer, connection, block } = stage();
    const heard: (SegmentLoss | string)[] = [];
    block.congestion.segmentLost = (loss) => heard.push({ ...loss });
    const congestion = block.congestion.congestion.bind(block.congestion);
    block.congestion.congestion = (flightSize, cause) => {
      heard.push(cause);
      congestion(flightSize, cause);
    };
    write(connection, 10 * MSS);
    peer.after('100ms');
    ack(peer, 0, [2, 10]);
    expect(heard).toHaveLength(3);
    expect(heard[0]).toMatchObject({
      nowNs: peer.time.now(),
      start: (start + 1) | 0,
      end: (start + 1 + MSS) | 0,
      bytes: MSS,
      inflightAtSend: MSS,
      lostSinceSend: MSS,
      delivered: 8 * MSS,
    });
    expect(heard[1]).toMatchObject({ inflightAtSend: 2 * MSS, lostSinceSend: 2 * MSS });
    expect(heard[2]).toBe('loss');
  });

  test('a probe of the tail is no loss', () => {
    const { peer, connection, block } = stage();
    let losses = 0;
    block.congestion.segmentLost = () => {
      losses++;
    };
    write(connection, 3 * MSS);
    peer.takeSent();
    peer.after('250ms');
    expect(peer.takeSent()).toHaveLength(1);
    expect([losses, block.rate.lostBytes]).toEqual([0, 0]);
  });
});
