/** TCP and the addresses, options and fields of IP below it: RFC 9293 §3.9.1.1, §3.9.1.9 and §3.9.2, end to end. */
import { describe, expect, test } from 'vitest';
import { UNSPECIFIED_V6 } from '../../../src/layers/address.ts';
import { formatIpAddress } from '../../../src/layers/address-text.ts';
import * as icmpv4 from '../../../src/layers/network/icmpv4.ts';
import * as segment from '../../../src/layers/transport/tcp/segment.ts';
import { BROADCAST, ipIn, lines, packetFrame } from './frames.ts';
import { PORT, Stranger } from './stranger.ts';

const DATA = new Uint8Array(100).fill(7);
/** The MAC address of a group that every host hears. */
const ALL_SYSTEMS = 0x0100_5e00_0001;

describe('which address', () => {
  test('RFC 9293 §3.9.1.1 (MUST-44): who names no local address gets the one that IP chooses, before the SYN', () => {
    const stranger = new Stranger(['10.0.7.1/24', '10.0.0.1/24', '10.0.8.1/24', 'fd00:7::1/64', 'fd00::1/64']);
    stranger.connect('10.0.0.9');
    stranger.connect('fd00::9');
    const heard = stranger.hears();
    expect(heard.map(({ packet }) => formatIpAddress(packet.source))).toEqual(['10.0.0.1', 'fd00::1']);
    expect(heard.every(({ tcp }) => tcp.flags === segment.SYN)).toBe(true);
  });

  test('RFC 9293 §3.9.1.1 (MUST-43): who names one gets it', () => {
    const stranger = new Stranger(['10.0.0.1/24', '10.0.0.2/24']);
    for (const local of ['10.0.0.2', '10.0.0.1']) {
      stranger.connect('10.0.0.9', {}, local);
      expect(stranger.hears().map(({ packet }) => formatIpAddress(packet.source))).toEqual([local]);
    }
  });

  test('RFC 9293 §3.9.1.1 (MUST-43): a passive OPEN with a local address answers there and nowhere else', () => {
    const stranger = new Stranger(['10.0.0.1/24', '10.0.0.2/24']);
    stranger.listen(80, '10.0.0.2');
    stranger.sends({}, { destination: '10.0.0.1' });
    expect(stranger.hears().map(({ tcp }) => tcp.flags)).toEqual([segment.RST | segment.ACK]);
    stranger.sends({}, { destination: '10.0.0.2' });
    expect(stranger.hears().map(({ tcp }) => tcp.flags)).toEqual([segment.SYN | segment.ACK]);
  });

  test('RFC 9293 §3.9.1.1 (MUST-45): a passive OPEN without one keeps the address that the SYN came to', () => {
    const stranger = new Stranger(['10.0.0.1/24', '10.0.0.2/24']);
    const listener = stranger.listen(80);
    stranger.sends({ sequenceNumber: 10 }, { destination: '10.0.0.2' });
    const [synAck] = stranger.hears();
    expect(formatIpAddress(synAck!.packet.source)).toBe('10.0.0.2');
    const acknowledgmentNumber = (synAck!.tcp.sequenceNumber + 1) | 0;
    stranger.sends({ sequenceNumber: 11, acknowledgmentNumber, flags: segment.ACK }, { destination: '10.0.0.2' });
    const connection = listener.accept()!;
    expect(formatIpAddress(connection.local)).toBe('10.0.0.2');
    connection.send(DATA, 0, 100);
    expect(stranger.hears().map(({ packet }) => formatIpAddress(packet.source))).toEqual(['10.0.0.2']);
  });

  test('RFC 9293 §3.9.1.1 (MUST-45): an address that would now be chosen does not take the old one’s place', () => {
    const stranger = new Stranger(['10.0.0.1/8']);
    const connection = stranger.connect('10.0.0.9');
    stranger.answers(stranger.hears()[0]!);
    stranger.alice.addAddress(stranger.alice.interface('eth0')!, '10.0.0.200/24');
    stranger.lab.pass(1);
    stranger.hears();
    connection.send(DATA, 0, 100);
    const later = stranger.connect('10.0.0.9');
    expect(stranger.hears().map(({ packet }) => formatIpAddress(packet.source))).toEqual([
      '10.0.0.1',
      formatIpAddress(later.local),
    ]);
  });

  test.each(['255.255.255.255', '10.0.0.255', '224.0.0.1', '239.1.2.3', 'ff02::1', 'ff15::77'])(
    'RFC 9293 §3.9.1.1 (MUST-46): OPEN to %s, which is many, is an error and sends nothing',
    (many) => {
      const stranger = new Stranger();
      expect(stranger.tryConnect(many)).toBe('ENETUNREACH');
      stranger.lab.pass(5);
      expect(stranger.hears()).toEqual([]);
      expect(stranger.alice.tcp.connections.size).toBe(0);
    },
  );

  test.each(['255.255.255.255', '10.0.0.255', '224.0.0.1'])(
    'RFC 9293 §3.9.2.3 (MUST-57): a SYN to %s is silently discarded, by whatever MAC address it came',
    (many) => {
      for (const mac of [BROADCAST, ALL_SYSTEMS, undefined]) {
        const stranger = new Stranger();
        stranger.listen(80);
        stranger.sends({}, { destination: many }, mac);
        stranger.lab.pass(5);
        expect(lines(stranger.hub.sent)).toEqual([]);
        expect(stranger.alice.tcp.connections.size).toBe(0);
      }
    },
  );

  test('RFC 9293 §3.9.2.3 (MUST-57): a SYN to one host, in a frame to all, is silently discarded too', () => {
    const stranger = new Stranger();
    stranger.listen(80);
    stranger.sends({}, {}, BROADCAST);
    expect(lines(stranger.hub.sent)).toEqual([]);
  });

  test.each([
    ['0.0.0.0', 'tcp-from-nobody'],
    ['255.255.255.255', 'ipv4-bad-source'],
    ['10.0.0.255', 'ipv4-bad-source'],
    ['224.0.0.9', 'ipv4-bad-source'],
    ['127.0.0.1', 'ip-loopback-outside'],
    ['10.0.0.1', 'ipv4-bad-source'],
    ['::', 'tcp-from-nobody'],
    ['ff02::1', 'ipv6-bad-source'],
    ['::1', 'ip-loopback-outside'],
    ['fd00::1', 'ipv6-bad-source'],
  ])('RFC 9293 §3.9.2.3 (MUST-63): a SYN from %s, from which none can come, is ignored: %s', (source, reason) => {
    const stranger = new Stranger();
    const { tcp } = stranger.alice;
    const binding = tcp.ports.bind(UNSPECIFIED_V6, 80, false, true);
    if (typeof binding === 'string') throw new Error(binding);
    tcp.listen({ binding, backlog: 8, user: { changed: () => {} } });
    stranger.sends({}, { source, destination: source.includes(':') ? 'fd00::1' : '10.0.0.1' });
    stranger.lab.pass(5);
    expect(lines(stranger.hub.sent)).toEqual([]);
    expect(stranger.lab.reasons('alice')).toEqual([reason]);
    expect(tcp.connections.size).toBe(0);
  });
});

describe('what is said to IP, and by it', () => {
  test('RFC 9293 §3.9.2 (MUST-50): IP options that TCP does not understand are ignored', () => {
    const stranger = new Stranger();
    stranger.listen(80);
    const options = [
      { name: 'unknown', type: 0x5e, data: Uint8Array.of(1, 2) },
      { name: 'timestamp', pointer: 5, overflow: 0, flag: 0, words: [0] },
      { name: 'routerAlert', value: 0 },
    ] as const;
    stranger.sends({}, { options });
    const [synAck, ...others] = stranger.hears();
    expect(synAck?.tcp.flags).toBe(segment.SYN | segment.ACK);
    expect(synAck?.packet.v4?.options).toEqual([]);
    expect(others).toEqual([]);
  });

  test('RFC 9293 §3.9.1.9 (MUST-48, SHLD-22): the differentiated-services field of every segment is what was asked for', () => {
    const stranger = new Stranger();
    const connection = stranger.connect('10.0.0.9', { trafficClass: 0xb8 });
    const [syn] = stranger.hears();
    stranger.answers(syn!);
    connection.send(DATA, 0, 100);
    connection.shutdownSend();
    const all = [syn!, ...stranger.hears()];
    expect(all.length).toBe(4);
    expect(all.map(({ packet }) => packet.v4?.trafficClass)).toEqual(all.map(() => 0xb8));
    const over6 = new Stranger();
    over6.connect('fd00::9', { trafficClass: 0x48 });
    expect(over6.hears().map(({ packet }) => packet.v6?.trafficClass)).toEqual([0x48]);
  });

  test('RFC 9293 §3.9.1.9 (SHLD-21): it can be changed during the connection', () => {
    const stranger = new Stranger();
    const connection = stranger.connect('10.0.0.9');
    const [syn] = stranger.hears();
    stranger.answers(syn!);
    stranger.hears();
    for (const trafficClass of [0x20, 0]) {
      connection.settings.trafficClass = trafficClass;
      connection.settings.noDelay = true;
      connection.settingsChanged();
      connection.send(DATA, 0, 100);
      expect(stranger.hears().map(({ packet }) => packet.v4?.trafficClass)).toEqual([trafficClass]);
    }
  });

  test('RFC 9293 §3.9.2 (MUST-49): so can the time to live, for the SYN and afterwards', () => {
    const stranger = new Stranger();
    const connection = stranger.connect('10.0.0.9', { hopLimit: 3 });
    const [syn] = stranger.hears();
    expect(syn!.packet.hopLimit).toBe(3);
    stranger.answers(syn!);
    stranger.hears();
    connection.settings.hopLimit = 200;
    connection.settingsChanged();
    connection.send(DATA, 0, 100);
    expect(stranger.hears().map(({ packet }) => packet.hopLimit)).toEqual([200]);
    const host = new Stranger();
    host.connect('10.0.0.9');
    expect(host.hears()[0]!.packet.hopLimit).toBe(64);
  });

  /** An ICMP error of the stranger's about a segment of alice's. */
  const reports = (stranger: Stranger, about: Uint8Array, type: number, code: number): void => {
    const quote = about.slice(14, 14 + 28);
    const body = new Uint8Array(8 + quote.length);
    body.set([type, code]);
    body.set(quote, 8);
    icmpv4.writeChecksum(new DataView(body.buffer), 0, body.length);
    const ends = { source: '10.0.0.9', destination: '10.0.0.1' };
    stranger.hub.inject(packetFrame(stranger.aliceMac, { ...ends, protocol: 1, payload: body }));
    stranger.lab.pass(0.01);
  };

  test('RFC 9293 §3.9.2.2 (MUST-54): an ICMP error reaches the connection whose segment it quotes, and no other', () => {
    const stranger = new Stranger();
    const [one, other] = [stranger.connect('10.0.0.9'), stranger.connect('10.0.0.9')];
    const syns = stranger.hub.sent.filter((bytes) => ipIn(bytes)?.protocol === segment.PROTOCOL);
    expect(syns).toHaveLength(2);
    reports(stranger, syns[1]!, 3, 3);
    expect([one.state, other.state]).toEqual(['SYN-SENT', 'CLOSED']);
    expect(other.error).toBe('ECONNREFUSED');
    expect(one.error).toBeUndefined();
  });

  test('RFC 9293 §3.9.2.2 (MUST-55): a source quench is discarded: nothing is slower, and nobody is told', () => {
    const stranger = new Stranger();
    const connection = stranger.connect('10.0.0.9');
    stranger.answers(stranger.hears()[0]!);
    connection.send(DATA, 0, 100);
    const sent = stranger.hub.sent.findLast((bytes) => ipIn(bytes)?.protocol === segment.PROTOCOL)!;
    const { cwnd, ssthresh } = connection.block.congestion;
    reports(stranger, sent, 4, 0);
    expect([connection.block.congestion.cwnd, connection.block.congestion.ssthresh]).toEqual([cwnd, ssthresh]);
    expect([connection.softError, connection.error, connection.state]).toEqual([undefined, undefined, 'ESTABLISHED']);
  });

  test('RFC 9293 §3.8.3 (MUST-20) and RFC 1122 §3.3.1.4: at R1 a neighbour who was known to be there is asked again', () => {
    const stranger = new Stranger(['10.0.0.1/24']);
    stranger.alice.interface('eth0')!.neighbours4!.settings.reachableTimeNs = 3600e9;
    const connection = stranger.connect('10.0.0.9');
    stranger.answers(stranger.hears()[0]!);
    connection.send(DATA, 0, 100);
    stranger.answers(stranger.hears()[0]!, [], {
      flags: segment.ACK,
      sequenceNumber: 901,
      acknowledgmentNumber: connection.block.sndNxt,
    });
    const asks = (): number => lines(stranger.hub.sent.splice(0)).filter((text) => text.includes('who has')).length;
    stranger.lab.pass(60);
    expect(asks()).toBe(0);
    connection.send(DATA, 0, 100);
    stranger.lab.pass(14); // three retransmissions
    expect(asks()).toBe(0);
    stranger.lab.pass(40);
    expect(asks()).toBeGreaterThan(0);
  });
});

describe('segments over IPv6', () => {
  test('RFC 9293 §3.7.1 (MUST-15): a peer that does not say takes 1220 octets over IPv6', () => {
    const stranger = new Stranger();
    const connection = stranger.connect('fd00::9');
    stranger.answers(stranger.hears()[0]!);
    connection.send(new Uint8Array(3000), 0, 3000);
    const lengths = stranger.hears().map(({ tcp }) => tcp.payload.length);
    expect(lengths.filter((length) => length > 0).slice(0, 2)).toEqual([1220, 1220]);
  });

  test('RFC 9293 §3.7.1 (SHLD-5, MUST-67): the MSS over IPv6 is the MTU less 60', () => {
    const stranger = new Stranger();
    stranger.connect('fd00::9');
    expect(stranger.hears()[0]!.tcp.options[0]).toEqual({ name: 'maximumSegmentSize', bytes: 1440 });
    stranger.connect('10.0.0.9');
    expect(stranger.hears()[0]!.tcp.options[0]).toEqual({ name: 'maximumSegmentSize', bytes: 1460 });
  });

  test('RFC 9293 §3.1 (MUST-3) and RFC 8200 §8.1: the checksum covers the addresses: the same segment between others is dropped', () => {
    const stranger = new Stranger();
    const record = {
      sourcePort: PORT,
      destinationPort: 80,
      sequenceNumber: 0,
      acknowledgmentNumber: 0,
      flags: segment.SYN,
      window: 10_000,
      urgentPointer: 0,
      options: [],
      payload: new Uint8Array(0),
    };
    const [source, destination] = ['fd00::9', 'fd00::1'];
    stranger.sends({}, { source, destination });
    const [answer] = stranger.hears();
    expect(answer!.tcp.flags).toBe(segment.RST | segment.ACK);
    const payload = segment.encode(record, answer!.packet.destination, answer!.packet.destination);
    stranger.hub.inject(packetFrame(stranger.aliceMac, { source, destination, protocol: segment.PROTOCOL, payload }));
    stranger.lab.pass(0.01);
    expect(stranger.hears()).toEqual([]);
    expect(stranger.lab.reasons('alice').at(-1)).toBe('tcp-bad-checksum');
  });
});
