/** What else `tcp_info` tells: states, options, sizes, and what controllers know. Segments have 1000 octets. */
import { describe, expect, test } from 'vitest';
import type { TcpObserver } from '../../../../../src/layers/transport/tcp/environment.ts';
import type { TcpInfo } from '../../../../../src/layers/transport/tcp/info.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { type ConversationOptions, established, readAll, SEQUENCE_STARTS, write } from './conversation.ts';
import { classic } from './ecn/negotiated.ts';

const MSS = 1000;
const SACK = `mss ${MSS},nop,nop,sackOK`;

describe.each(SEQUENCE_STARTS)('tcp_info, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}) =>
    established({ start, peerSyn: `mss ${MSS}`, roundTrip: '100ms', ...from, settings });
  const withSack = (settings: Partial<TcpSettings> = {}) =>
    stage({ selectiveAcknowledgment: true, ...settings }, { peerSyn: SACK });

  describe('the state of congestion avoidance by Linux’s names', () => {
    const stateOf = ({ connection }: ReturnType<typeof stage>): TcpInfo['caState'] => connection.info().caState;

    test('Open, Disorder, Recovery, and Open again', () => {
      const staged = withSack();
      write(staged.connection, 10 * MSS);
      staged.peer.after('100ms');
      expect(stateOf(staged)).toBe('Open');
      staged.peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1001:2001>');
      expect(stateOf(staged)).toBe('Disorder');
      staged.peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1001:5001>');
      expect(stateOf(staged)).toBe('Recovery');
      staged.peer.sends('. 1:1(0) ack 5001');
      expect(stateOf(staged)).toBe('Recovery');
      staged.peer.sends('. 1:1(0) ack 10001');
      expect(stateOf(staged)).toBe('Open');
    });

    test('Disorder by a duplicate ACK without SACK', () => {
      const staged = stage();
      write(staged.connection, 10 * MSS);
      staged.peer.sends('. 1:1(0) ack 1');
      expect(stateOf(staged)).toBe('Disorder');
      staged.peer.sends('. 1:1(0) ack 1001');
      expect(stateOf(staged)).toBe('Open');
    });

    test('Disorder while a probe of the tail is out; CWR once it has repaired a loss', () => {
      const staged = withSack();
      write(staged.connection, 3 * MSS);
      staged.peer.after('500ms');
      expect(staged.block.probe.inFlight).toBe(true);
      expect(stateOf(staged)).toBe('Disorder');
      write(staged.connection, MSS);
      staged.peer.sends('. 1:1(0) ack 3001');
      expect(stateOf(staged)).toBe('Open');
      staged.peer.sends('. 1:1(0) ack 4001');
      expect([stateOf(staged), staged.connection.info().ssthresh < Infinity]).toEqual(['Open', true]);
    });

    test('CWR from a mark until all that was in flight is acknowledged', () => {
      const staged = classic({ start, peerSyn: `mss ${MSS}` });
      write(staged.connection, 20 * MSS);
      staged.peer.sends('E. 1:1(0) ack 1001');
      expect(stateOf(staged)).toBe('CWR');
      expect(staged.connection.info().lossState).toBe('open');
      staged.peer.sends('. 1:1(0) ack 9001');
      expect(stateOf(staged)).toBe('CWR');
      staged.peer.sends('. 1:1(0) ack 10001');
      expect(stateOf(staged)).toBe('Open');
    });

    test('Loss after a timeout', () => {
      const staged = stage();
      write(staged.connection, MSS);
      staged.peer.after('1s');
      expect(stateOf(staged)).toBe('Loss');
      staged.peer.sends('. 1:1(0) ack 1001');
      expect(stateOf(staged)).toBe('Open');
    });
  });

  describe('after each acknowledgment', () => {
    /** Who watches, and what it hears in turn. */
    const watched = (asks: boolean) => {
      const staged = stage();
      const heard: (TcpInfo | 'acked')[] = [];
      const ignore = (): void => undefined;
      const observer: TcpObserver = {
        dropped: ignore,
        notSent: ignore,
        tcpState: ignore,
        tcpRetransmit: ignore,
        tcpTimer: ignore,
        call: ignore,
        tcpAcked: () => heard.push('acked'),
        ...(asks && { tcpInfo: (_connection, info) => heard.push(info) }),
      };
      (staged.peer.tcp.environment as { observer?: TcpObserver }).observer = observer;
      return { ...staged, heard };
    };

    test('who wants it is given a record of its own, of before anything else is sent', () => {
      const { peer, connection, heard } = watched(true);
      write(connection, 15 * MSS);
      peer.sends('. 1:1(0) ack 2001');
      peer.sends('. 1:1(0) ack 99999'); // of what was never sent
      peer.sends('. 1:1(0) ack 3001');
      const [first, one, second, other] = heard;
      expect([first, second, heard.length]).toEqual(['acked', 'acked', 4]);
      expect(one).toMatchObject({ ackedBytes: 2000, unackedSegments: 8, sentDataSegments: 10, receivedSegments: 2 });
      expect(other).toMatchObject({ ackedBytes: 3000, unackedSegments: 10, sentDataSegments: 13, receivedSegments: 4 });
    });

    test('for who does not, none is made', () => {
      const { peer, connection, heard } = watched(false);
      write(connection, MSS);
      peer.sends('. 1:1(0) ack 1001');
      expect(heard).toEqual(['acked']);
    });
  });

  describe('what was agreed on', () => {
    test.each([true, false])('options: %s', (on) => {
      const settings = { timestamps: on, selectiveAcknowledgment: on, windowScaling: on };
      const peerSyn = `mss ${MSS},nop,nop,sackOK,nop,nop,TS val 1 ecr 0,nop,wscale 3`;
      const { connection } = stage({ ...settings, receiveBufferBytes: 1 << 20 }, { peerSyn });
      expect(connection.info()).toMatchObject({
        timestampsOk: on,
        sackOk: on,
        windowScaleOk: on,
        sndWndShift: on ? 3 : 0,
        rcvWndShift: on ? 5 : 0,
        smss: on ? MSS - 12 : MSS,
      });
    });

    test('sizes: what the peer takes, what we announce, what the path carries', () => {
      const { connection } = stage({}, { mtu: 1400, family: 4 });
      expect(connection.info()).toMatchObject({ smss: MSS, announcedMss: 1360, pathMtu: 1400 });
      const asked = stage({ maximumSegmentSize: 700 }, { mtu: 1400, family: 4 });
      expect(asked.connection.info()).toMatchObject({ smss: 700, announcedMss: 700, pathMtu: 1400 });
    });

    test('the path as probes have found it, which ICMP does not know', () => {
      const probing = { packetizationLayerProbing: 'always', probingBaseMss: 500 } as const;
      expect(stage(probing, { peerSyn: 'mss 1460', family: 4 }).connection.info().pathMtu).toBe(540);
    });

    test('how long an acknowledgment may wait', () => {
      expect(stage({ delayedAckNs: 40e6 }).connection.info().delayedAckNs).toBe(40e6);
      expect(stage({ delayedAck: false }).connection.info().delayedAckNs).toBe(0);
    });
  });

  describe('windows', () => {
    test('what is left of ours, and the largest that there is room for', () => {
      const { peer, connection } = stage({ receiveBufferBytes: 30_000 });
      peer.sends('. 1:1001(1000) ack 1');
      peer.sends('. 1001:2001(1000) ack 1');
      expect(connection.info()).toMatchObject({ rcvWnd: 28_000, rcvWndLimit: 30_000, readableBytes: 2000 });
    });

    test('a field without scale ends at 65535; with one, rounding keeps something back', () => {
      expect(stage({ receiveBufferBytes: 1 << 20 }).connection.info().rcvWndLimit).toBe(65535);
      const scaled = stage(
        { receiveBufferBytes: 1 << 20, windowScaling: true },
        { peerSyn: `mss ${MSS},nop,wscale 0` },
      );
      expect(scaled.connection.info().rcvWndLimit).toBe((1 << 20) - 31);
    });

    test('the receiver’s round trip, and what its program reads in one', () => {
      const autotuning = { receiveBufferAutotuning: true, receiveBufferMaximumBytes: 1 << 20 };
      const { peer, connection } = stage({ ...autotuning, receiveBufferBytes: 4000 });
      expect(connection.info()).toMatchObject({ receiverRttNs: 0, receiverSpaceBytes: 0 });
      for (let round = 0; round < 4; round++) {
        const at = 2000 * round + 1;
        peer.sends(`. ${at}:${at + 1000}(1000) ack 1`);
        peer.sends(`. ${at + 1000}:${at + 2000}(1000) ack 1`);
        readAll(connection);
        peer.after('100ms');
      }
      expect(connection.info()).toMatchObject({ receiverRttNs: 100e6, receiverSpaceBytes: 2000 });
      expect(stage().connection.info()).toMatchObject({ receiverRttNs: 0, receiverSpaceBytes: 0 });
    });
  });

  test('what waits to be sent', () => {
    const { connection } = stage({ initialWindowSegments: 2 });
    connection.block.congestion.resize(MSS);
    write(connection, 10 * MSS);
    expect(connection.info().unsentBytes).toBe(10 * MSS - connection.info().unackedBytes);
    expect(connection.info()).toMatchObject({ unackedSegments: 2, unackedBytes: 2000, pipeBytes: 2000 });
  });

  test('rates: what paces at most, Infinity for no limit', () => {
    expect(stage().connection.info()).toMatchObject({ pacingRate: Infinity, maximumPacingRate: Infinity });
    const { connection } = stage({ maximumPacingRate: 50_000 });
    expect(connection.info()).toMatchObject({ pacingRate: 50_000, maximumPacingRate: 50_000 });
  });

  describe('what the controller knows', () => {
    const controllerOf = (name: string, segments = 3) => {
      const staged = withSack({ congestionControl: name });
      write(staged.connection, 30 * MSS);
      staged.peer.after('100ms');
      for (let acked = 1; acked <= segments; acked++) staged.peer.sends(`. 1:1(0) ack ${acked * MSS + 1}`);
      return { ...staged, controller: staged.connection.info().controller };
    };

    test.each(['none', 'reno', 'cubic'])('%s: nothing that its window does not say', (name) => {
      expect(controllerOf(name).controller).toBeUndefined();
    });

    test('bbr: its phase, its model of the path, and the gains', () => {
      const { controller, block } = controllerOf('bbr', 2); // which left together: the third was paced
      expect(controller).toEqual({
        kind: 'bbr',
        phase: 'startup',
        bandwidth: block.rate.latestRate,
        minimumRttNs: 100e6,
        pacingGain: 2.77,
        cwndGain: 2,
      });
      expect(block.rate.latestRate).toBeGreaterThan(0);
    });

    test('bbr: nothing before it is established', () => {
      const { peer } = stage();
      peer.tcp.settings.congestionControl = 'bbr';
      const binding = peer.tcp.ports.bind(peer.there, 81, true, false);
      if (typeof binding === 'string') throw new Error(binding);
      const other = peer.tcp.connect({ binding, remote: peer.there, remotePort: 9, user: { changed: () => {} } });
      expect(typeof other !== 'string' && other.info().controller).toBeUndefined();
    });

    test('bbr1: the same by the names of the first version', () => {
      const { controller, block } = controllerOf('bbr1', 2);
      expect(controller).toEqual({
        kind: 'bbr1',
        phase: 'startup',
        bandwidth: block.rate.latestRate,
        minimumRttNs: 100e6,
        pacingGain: 2.89,
        cwndGain: 2.89,
      });
    });

    test('dctcp: the share of octets that are marked, and the counts of the window under way', () => {
      const { controller } = controllerOf('dctcp');
      // The first acknowledgment ended a window: one octet in sixteen of the first estimate is gone.
      expect(controller).toEqual({ kind: 'dctcp', alpha: 15 / 16, markedBytes: 0, ackedBytes: 2000 });
    });

    test('vegas: the round trip under way and the shortest', () => {
      const { peer, connection, controller } = controllerOf('vegas');
      expect(controller).toEqual({ kind: 'vegas', samples: 3, roundRttNs: 100e6, minimumRttNs: 100e6 });
      peer.after('20ms');
      peer.sends('. 1:1(0) ack 4001');
      expect(connection.info().controller).toMatchObject({ samples: 4, minimumRttNs: 100e6 });
    });

    test('westwood: its estimate of the bandwidth in bytes per second, and the shortest round trip', () => {
      const { peer, connection, controller } = controllerOf('westwood');
      expect(controller).toEqual({ kind: 'westwood', bandwidth: 0, minimumRttNs: 100e6 });
      peer.after('200ms');
      peer.sends('. 1:1(0) ack 4001');
      // Three segments since the first acknowledgment, 200 ms ago.
      expect(connection.info().controller).toMatchObject({ bandwidth: 15_000 });
    });
  });
});
