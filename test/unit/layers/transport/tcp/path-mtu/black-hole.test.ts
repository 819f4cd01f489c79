/** Paths that swallow what is too large and say nothing: RFC 2923 §2.1, RFC 4821 §7.7. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { type ConversationOptions, established, SEQUENCE_STARTS, write } from '../conversation.ts';

describe.each(SEQUENCE_STARTS)('a black hole, from sequence number %i', (start) => {
  const stalled = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}) => {
    const stage = established({
      start,
      family: 4,
      ...from,
      settings: { packetizationLayerProbing: 'after-black-hole', ...settings },
    });
    write(stage.connection, 1460);
    stage.peer.expects('P. 1:1461(1460) ack 1');
    return stage;
  };

  /** The first three retransmissions are as large as the segment was: 1, 2 and 4 seconds. */
  const threeInVain = (stage: ReturnType<typeof stalled>) => {
    for (const wait of ['1s', '2s', '4s']) {
      stage.peer.after(wait);
      stage.peer.expects('P. 1:1461(1460) ack 1');
    }
    return stage;
  };

  test('RFC 4821 §7.7: a full-stop timeout, after R1 = 3 retransmissions: eff_pmtu is search_low', () => {
    const { peer, block } = threeInVain(stalled());
    peer.after('8s');
    peer.expects('. 1:1025(1024) ack 1');
    expect(block.search).toMatchObject({ effective: 1064, low: 1064, high: 1500, searching: true });
    peer.sends('. 1:1(0) ack 1025');
    peer.expects('P. 1025:1461(436) ack 1');
  });

  test('RFC 9293 §3.8.3: R1 is a setting', () => {
    const { peer } = stalled({ pathRetries: 1 });
    peer.after('1s');
    peer.expects('P. 1:1461(1460) ack 1');
    peer.after('2s');
    peer.expects('. 1:1025(1024) ack 1');
  });

  test('RFC 4821 §7.7: upon further timeouts it is halved, not below 68 bytes, nor below the floor that is set', () => {
    for (const [floor, sizes] of [
      [48, [1024, 492, 226, 93, 48, 48]],
      [10, [1024, 492, 226, 93, 28, 28]],
      [300, [1024, 492, 300, 300]],
    ] as const) {
      const { peer } = threeInVain(stalled({ probingFloorMss: floor }));
      for (const [turn, size] of sizes.entries()) {
        peer.after(['8s', '16s', '32s'][turn] ?? '60s');
        expect(peer.takeSent()[0]).toBe(`. 1:${1 + size}(${size}) ack 1 win 65535`);
      }
    }
  });

  test('RFC 4821 §7.7: off: the same segment again and again, until the connection is given up', () => {
    const { peer, connection } = stalled({ packetizationLayerProbing: 'off' });
    for (let turn = 0; turn < 200; turn++) peer.after('5s');
    const sent = peer.takeSent().filter((text) => !text.startsWith('R'));
    expect(new Set(sent)).toEqual(new Set(['P. 1:1461(1460) ack 1 win 65535']));
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 2923 §2.1: without probing the size is lowered as well, if that is set, and stays so', () => {
    const { peer, connection, block } = threeInVain(
      stalled({ packetizationLayerProbing: 'off', blackHoleDetection: true }),
    );
    peer.after('8s');
    peer.expects('. 1:1025(1024) ack 1');
    peer.sends('. 1:1(0) ack 1025');
    peer.sends('. 1:1(0) ack 1461');
    peer.takeSent();
    for (let turn = 0; turn < 12; turn++) {
      write(connection, 10_240);
      while (block.log.count > 0) peer.sends(`. 1:1(0) ack ${(block.sndMax - block.iss) | 0}`);
      peer.after('60s');
    }
    expect(new Set(peer.takeSent().map((text) => /\((\d+)\)/.exec(text)![1]))).toEqual(new Set(['1024']));
  });

  test('RFC 4821 §7.7: afterwards the path is searched upwards', () => {
    const { peer, connection, block } = threeInVain(stalled());
    peer.after('8s');
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1461');
    write(connection, 200_000);
    for (let turn = 0; turn < 100 && block.smss < 1460; turn++) {
      peer.after('100ms');
      peer.sends(`. 1:1(0) ack ${(block.sndMax - block.iss) | 0}`);
    }
    expect(block.search).toMatchObject({ effective: 1500, low: 1500 });
  });

  test('RFC 4821 §7.1: what was acknowledged was an implicit probe: first down to that, then to the initial size', () => {
    const { peer, connection, block } = established({
      start,
      family: 4,
      settings: { packetizationLayerProbing: 'after-black-hole', noDelay: true },
    });
    write(connection, 1200);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1201');
    write(connection, 1460);
    peer.after('15s');
    expect(block.search.effective).toBe(1240);
    expect(peer.takeSent().at(-1)).toBe('. 1201:2401(1200) ack 1 win 65535');
    peer.after('16s');
    expect(peer.takeSent().at(-1)).toBe('. 1201:2225(1024) ack 1 win 65535');
    peer.after('32s');
    expect(peer.takeSent().at(-1)).toBe('. 1201:1693(492) ack 1 win 65535');
  });

  test('RFC 4821 §7.7: a path that got smaller: everything of this size got through before, so down to the initial size', () => {
    const { peer, connection } = established({
      start,
      family: 4,
      settings: { packetizationLayerProbing: 'after-black-hole' },
    });
    write(connection, 1460);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1461');
    write(connection, 1460);
    peer.after('15s');
    expect(peer.takeSent().at(-1)).toBe('. 1461:2485(1024) ack 1 win 65535');
  });

  test('RFC 4821 §7.7: not when an ICMP message says what is the matter', () => {
    const { peer } = stalled();
    peer.icmp('host-unreachable', 1);
    peer.after('60s');
    expect(new Set(peer.takeSent())).toEqual(new Set(['P. 1:1461(1460) ack 1 win 65535']));
  });

  test('RFC 4821 §7.7: an explanation holds until something is acknowledged', () => {
    const { peer, connection } = stalled();
    peer.icmp('host-unreachable', 1);
    peer.sends('. 1:1(0) ack 1461');
    write(connection, 1460);
    peer.after('15s');
    expect(peer.takeSent().at(-1)).toBe('. 1461:2485(1024) ack 1 win 65535');
  });

  test('RFC 2923 §2.1: what is small already is not lost for its size', () => {
    const { peer, connection, block } = established({
      start,
      family: 4,
      settings: { packetizationLayerProbing: 'after-black-hole' },
    });
    write(connection, 500);
    peer.after('15s');
    expect(new Set(peer.takeSent())).toEqual(new Set(['P. 1:501(500) ack 1 win 65535']));
    expect(block.smss).toBe(1460);
  });

  test('RFC 4821 §7.7: where routers may fragment, segments are not lost for their size', () => {
    const { peer, block } = stalled();
    block.path.dontFragment = false;
    peer.after('60s');
    expect(new Set(peer.takeSent())).toEqual(new Set(['P. 1:1461(1460) ack 1 win 65535']));
  });
});
