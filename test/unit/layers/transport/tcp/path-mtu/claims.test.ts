/** Claims of ICMP about the path's MTU: RFC 5927 §4.1 and §7.2. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { established, SEQUENCE_STARTS, write } from '../conversation.ts';

describe.each(SEQUENCE_STARTS)('claimed path MTUs, from sequence number %i', (start) => {
  const careful = (settings: Partial<TcpSettings> = {}) =>
    established({ start, family: 4, settings: { pathMtuClaimTimeouts: 1, ...settings } });

  /** A full segment has got through, and another is on its way. */
  const proven = (settings: Partial<TcpSettings> = {}) => {
    const stage = careful(settings);
    write(stage.connection, 1460);
    stage.peer.takeSent();
    stage.peer.sends('. 1:1(0) ack 1461');
    write(stage.connection, 1460);
    stage.peer.expects('P. 1461:2921(1460) ack 1');
    return stage;
  };

  test('RFC 5927 §7.2: Initial Path-MTU Discovery: nothing so large has got through, so the claim is believed at once', () => {
    const { peer, connection, block } = careful();
    write(connection, 1460);
    peer.takeSent();
    peer.icmp('packet-too-big', 1, 1000);
    peer.expects('. 1:961(960) ack 1');
    expect(block.smss).toBe(1460); // followed with the next output
    peer.sends('. 1:1(0) ack 961');
    expect(block.smss).toBe(960);
  });

  test('RFC 5927 §7.2: a claim equal to the largest packet that was acknowledged belongs to the initial stage', () => {
    const { peer, connection } = careful({ noDelay: true });
    write(connection, 960);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 961');
    write(connection, 1460);
    peer.takeSent();
    peer.icmp('packet-too-big', 961, 1000);
    peer.expects('. 961:1921(960) ack 1');
  });

  test('RFC 5927 §7.2: Path-MTU Update: a claim against what got through is only recorded', () => {
    const { peer, connection } = proven();
    peer.icmp('packet-too-big', 1461, 1000);
    peer.expectsNothing();
    expect(peer.path.mtu).toBe(1500);
    peer.sends('. 1:1(0) ack 2921');
    write(connection, 1460);
    peer.expects('P. 2921:4381(1460) ack 1');
  });

  test('RFC 5927 §7.2: it is honoured when the segment has timed out', () => {
    const { peer } = proven();
    peer.icmp('packet-too-big', 1461, 1000);
    peer.after('1s');
    peer.expects('. 1461:2421(960) ack 1');
    expect(peer.path.mtu).toBe(1000);
  });

  test('RFC 5927 §7.2: MAXSEGRTO: not before it has timed out as often as is set', () => {
    const { peer } = proven({ pathMtuClaimTimeouts: 2 });
    peer.icmp('packet-too-big', 1461, 1000);
    peer.after('1s');
    peer.expects('P. 1461:2921(1460) ack 1');
    peer.after('2s');
    peer.expects('. 1461:2421(960) ack 1');
  });

  test('RFC 5927 §7.2: a claim that comes when it has timed out so often already is honoured at once', () => {
    const { peer } = proven();
    peer.after('1s');
    peer.expects('P. 1461:2921(1460) ack 1');
    peer.icmp('packet-too-big', 1461, 1000);
    expect(peer.path.mtu).toBe(1000);
    peer.expects('. 1461:2421(960) ack 1');
  });

  test('RFC 5927 §7.2: an acknowledgment of the quoted segment clears the pending claim', () => {
    const { peer, connection } = proven();
    peer.icmp('packet-too-big', 1461, 1000);
    peer.sends('. 1:1(0) ack 2921');
    write(connection, 1460);
    peer.takeSent();
    peer.after('1s');
    peer.expects('P. 2921:4381(1460) ack 1');
    expect(peer.path.mtu).toBe(1500);
  });

  test('RFC 5927 §7.2: a claim larger than the largest packet sent is not legitimate', () => {
    const { peer, connection } = careful({ noDelay: true });
    write(connection, 500);
    peer.takeSent();
    peer.icmp('packet-too-big', 1, 541);
    expect(peer.path.mtu).toBe(1500);
    peer.icmp('packet-too-big', 1, 540);
    expect(peer.path.mtu).toBe(540);
  });

  test('RFC 5927 §7.2: a claim that was honoured late counts as acknowledged, and nothing as sent: the next waits as well', () => {
    const { peer } = proven();
    peer.icmp('packet-too-big', 1461, 1000);
    peer.after('1s');
    peer.expects('. 1461:2421(960) ack 1');
    peer.icmp('packet-too-big', 1461, 600);
    peer.expectsNothing();
    expect(peer.path.mtu).toBe(1000);
    peer.after('2s');
    peer.expects('. 1461:2021(560) ack 1');
  });

  test('RFC 5927 §7.2: MAXSEGRTO 0, the default, is RFC 1191: each claim is believed at once', () => {
    const { peer } = proven({ pathMtuClaimTimeouts: 0 });
    peer.icmp('packet-too-big', 1461, 1000);
    peer.expects('. 1461:2421(960) ack 1');
  });

  test('RFC 5927 §4.1: a claim that quotes no sequence number in flight is dropped, pending or not', () => {
    const { peer } = proven();
    for (const guess of [1, 1460, 2921, 100_000]) peer.icmp('packet-too-big', guess, 1000);
    peer.after('1s');
    peer.expects('P. 1461:2921(1460) ack 1');
    expect(peer.path.mtu).toBe(1500);
  });
});
