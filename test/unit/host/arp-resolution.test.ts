import { describe, expect, test } from 'vitest';
import type { PingResult } from '../../../src/host/ping.ts';
import { formatIpAddress, ipAddress } from '../../../src/layers/address-text.ts';
import { arpFrame, line, lines, pattern, STRANGER, udpFrame } from './frames.ts';
import { Lab } from './lab.ts';

const stranger = { mac: STRANGER, ip: '10.0.0.9' };

describe('ARP', () => {
  test('RFC 826: a request for our address is answered to who asked, and teaches his address', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    hub.inject(arpFrame(1, stranger, { ip: '10.0.0.2' }));
    lab.pass(1);
    expect(lines(hub.sent)).toEqual(['arp 10.0.0.2 is at 02:00:00:00:00:02 (unicast)']);
    expect(bob.interface('eth0')!.neighbours4!.get(ipAddress('10.0.0.9'))).toMatchObject({
      state: 'STALE',
      mac: STRANGER,
    });
    expect(lab.reasons('alice')).toContain('arp-not-for-us');
  });

  test('RFC 826: who speaks to others is not learnt, but who is known is updated (the merge flag)', () => {
    const lab = new Lab();
    const { alice, bob, hub } = lab.pair();
    hub.inject(arpFrame(1, stranger, { ip: '10.0.0.2' }));
    lab.pass(1);
    expect(alice.interface('eth0')!.neighbours4!.size).toBe(0);
    hub.inject(arpFrame(1, { mac: STRANGER + 1, ip: '10.0.0.9' }, { ip: '10.0.0.77' }));
    lab.pass(1);
    expect(alice.interface('eth0')!.neighbours4!.size).toBe(0);
    expect(bob.interface('eth0')!.neighbours4!.get(ipAddress('10.0.0.9'))?.mac).toBe(STRANGER + 1);
  });

  test('RFC 1812 §3.3.2: a broadcast or multicast MAC address is never believed', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    for (const mac of [0xffff_ffff_ffff, 0x0100_5e00_0001, 0])
      hub.inject(arpFrame(1, { mac, ip: '10.0.0.9' }, { ip: '10.0.0.2' }));
    lab.pass(1);
    expect(bob.interface('eth0')!.neighbours4!.size).toBe(0);
  });

  test('RFC 1122 §2.3.2.1: three requests a second apart, then the program is told', () => {
    const lab = new Lab();
    const { alice, hub } = lab.pair();
    const results: PingResult[] = [];
    alice.ping('10.0.0.77', { timeoutNs: 60e9 }, (result) => results.push(result));
    lab.pass(2.9);
    expect(lines(hub.sent)).toEqual(Array(3).fill('arp who has 10.0.0.77 tell 10.0.0.1'));
    expect(results).toEqual([]);
    lab.pass(0.2);
    expect(results).toMatchObject([{ kind: 'host-unreachable', roundTripNs: 3e9 }]);
    expect(lab.reasons('alice')).toEqual(['neighbour-unreachable']);
    lab.pass(60);
    expect(hub.sent.length).toBe(3);
    lab.expectAtRest();
  });

  test('RFC 1122 §2.3.2.1 (2) and RFC 4861 §7.3.3: an idle neighbour is polled by unicast before he is given up', () => {
    const lab = new Lab();
    const { alice, bob, hub } = lab.pair();
    const ping = (): void => alice.ping('10.0.0.2', {}, () => {});
    ping();
    lab.pass(50);
    hub.sent.length = 0;
    ping();
    lab.pass(4.5);
    expect(lines(hub.sent).filter((each) => each.startsWith('arp'))).toEqual([]);
    lab.pass(1);
    expect(lines(hub.sent)).toContain('arp who has 10.0.0.2 tell 10.0.0.1 (unicast)');
    expect(alice.interface('eth0')!.neighbours4!.get(ipAddress('10.0.0.2'))?.state).toBe('REACHABLE');
    lab.pass(50);
    bob.interface('eth0')!.detach();
    hub.passes = () => false;
    hub.sent.length = 0;
    ping();
    lab.pass(20);
    expect(lines(hub.sent).filter((each) => each.includes('(unicast)')).length).toBe(3);
    expect(alice.interface('eth0')!.neighbours4!.size).toBe(0);
  });
});

describe('address conflict detection', () => {
  test('RFC 5227 §2.3: an address is announced when the interface comes up, or when it is configured later', () => {
    const lab = new Lab();
    const hub = lab.hub();
    const host = lab.host('host');
    const station = lab.plug(host, hub, ['10.0.0.1/24']);
    expect(lines(hub.sent)).toEqual(['arp who has 10.0.0.1 tell 10.0.0.1']);
    host.addAddress(station, '10.0.0.5/24');
    lab.pass(10);
    expect(lines(hub.sent)).toEqual(['arp who has 10.0.0.1 tell 10.0.0.1', 'arp who has 10.0.0.5 tell 10.0.0.5']);
  });

  test('RFC 5227 §2.3: as many announcements as are asked for, two seconds apart; none if none', () => {
    for (const arpAnnouncements of [0, 1, 2, 3]) {
      const lab = new Lab();
      const hub = lab.hub();
      lab.plug(lab.host('host', { settings: { arpAnnouncements } }), hub, ['10.0.0.1/24']);
      if (arpAnnouncements > 1) {
        lab.pass(2 * (arpAnnouncements - 1) - 0.1);
        expect(hub.sent.length).toBe(arpAnnouncements - 1);
      }
      lab.pass(10);
      expect(hub.sent.length).toBe(arpAnnouncements);
    }
  });

  test('RFC 5227 §2.4 (c): a conflict is reported and answered by one announcement in ten seconds', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    const conflicts: string[] = [];
    bob.arp.conflict = (address, mac) => conflicts.push(`${formatIpAddress(address)} ${mac.toString(16)}`);
    const usurper = arpFrame(1, { mac: STRANGER, ip: '10.0.0.2' }, { ip: '10.0.0.2' });
    for (let i = 0; i < 3; i++) {
      hub.inject(usurper);
      lab.pass(1);
    }
    expect(conflicts).toEqual(Array(3).fill('10.0.0.2 200000000ee'));
    expect(bob.counters.addressConflicts).toBe(3);
    expect(lines(hub.sent)).toEqual(['arp who has 10.0.0.2 tell 10.0.0.2']);
    lab.pass(10);
    hub.inject(usurper);
    lab.pass(1);
    expect(hub.sent.length).toBe(2);
  });

  test('RFC 5227 §2.1: probing, an address is used only after nobody answered', () => {
    const lab = new Lab();
    const hub = lab.hub();
    const host = lab.host('host', { settings: { arpProbes: 3 } });
    lab.plug(host, hub, ['10.0.0.1/24']);
    expect(host.path(ipAddress('10.0.0.2'))).toBe('EADDRNOTAVAIL');
    lab.pass(9);
    expect(lines(hub.sent)).toEqual([
      ...Array(3).fill('arp who has 10.0.0.1 tell 0.0.0.0'),
      'arp who has 10.0.0.1 tell 10.0.0.1',
    ]);
    expect(host.path(ipAddress('10.0.0.2'))).toMatchObject({ onLink: true });
  });

  test.each(['answers', 'probes it too'])('RFC 5227 §2.1.1: probing, an address is not used if somebody %s', (how) => {
    const lab = new Lab();
    const hub = lab.hub();
    const host = lab.host('host', { settings: { arpProbes: 3 } });
    lab.plug(host, hub, ['10.0.0.1/24']);
    lab.pass(1.5);
    const answers = how === 'answers';
    hub.inject(arpFrame(answers ? 2 : 1, { mac: STRANGER, ip: answers ? '10.0.0.1' : '0.0.0.0' }, { ip: '10.0.0.1' }));
    lab.pass(20);
    expect(host.addresses.find((own) => formatIpAddress(own.address) === '10.0.0.1')?.state).toBe('duplicate');
    expect(lines(hub.sent).every((each) => each.endsWith('tell 0.0.0.0'))).toBe(true);
    expect(host.counters.addressConflicts).toBe(1);
    hub.inject(arpFrame(1, stranger, { ip: '10.0.0.1' }));
    lab.pass(1);
    expect(lines(hub.sent).some((each) => each.includes('is at'))).toBe(false);
  });
});

describe('frames on the wire', () => {
  test('RFC 894: short frames are padded to 60 bytes with zeros, whatever the frame held before', () => {
    const lab = new Lab();
    const { alice, hub } = lab.pair();
    const dirty = lab.pool.acquire(0, 2048);
    dirty.bytes.fill(0xaa, dirty.at, dirty.at + dirty.room);
    lab.pool.release(dirty);
    const sender = alice.udp.endpoint(4);
    sender.send(Uint8Array.of(1), 0, 1, ipAddress('10.0.0.2'), 9);
    lab.pass(1);
    const datagram = hub.sent.find((each) => line(each).includes('udp'))!;
    expect(datagram.length).toBe(60);
    expect([...datagram.subarray(14 + 20 + 8 + 1)]).toEqual(new Array(17).fill(0));
  });

  test('RFC 1122 §2.3.3: a host understands RFC 1042’s encapsulation too', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    const receiver = bob.udp.endpoint(4);
    receiver.bind(ipAddress('0.0.0.0'), 7);
    const plain = udpFrame(bob.interface('eth0')!.mac, ['10.0.0.9', 5], ['10.0.0.2', 7], pattern(50));
    const snap = new Uint8Array(plain.length + 8);
    snap.set(plain.subarray(0, 12));
    snap.set([(plain.length - 14 + 8) >> 8, (plain.length - 14 + 8) & 0xff, 0xaa, 0xaa, 3, 0, 0, 0], 12);
    snap.set(plain.subarray(12), 20);
    hub.inject(snap);
    lab.pass(1);
    expect(receiver.readableCount).toBe(1);
  });

  test('IEEE 802.1Q: a VLAN speaks with its tag, and hears nobody else’s', () => {
    const lab = new Lab();
    const hub = lab.hub();
    const [alice, bob] = ['alice', 'bob'].map((name, index) => {
      const host = lab.host(name);
      lab.plug(host, hub, [`10.0.0.${index + 1}/24`]);
      for (const vlan of [10, 20]) {
        const addresses = [`10.0.${vlan}.${index + 1}/24`];
        host.addInterface({ name: `eth0.${vlan}`, mac: host.interface('eth0')!.mac, parent: 'eth0', vlan, addresses });
      }
      return host;
    });
    const results: PingResult[] = [];
    alice!.ping('10.0.10.2', {}, (result) => results.push(result));
    lab.pass(2);
    expect(results).toMatchObject([{ kind: 'reply' }]);
    expect(bob!.interface('eth0.10')!.counters.framesReceived).toBeGreaterThan(1);
    expect(hub.sent.some((each) => each[12] === 0x81 && each[15] === 10)).toBe(true);
    const tagged = udpFrame(0xffff_ffff_ffff, ['10.0.0.9', 5], ['255.255.255.255', 7], pattern(50));
    const foreign = new Uint8Array(tagged.length + 4);
    foreign.set(tagged.subarray(0, 12));
    foreign.set([0x81, 0, 0, 30], 12);
    foreign.set(tagged.subarray(12), 16);
    lab.ended.length = 0;
    hub.inject(foreign);
    lab.pass(1);
    expect(lab.reasons('bob')).toEqual(['vlan-not-ours']);
  });
});
