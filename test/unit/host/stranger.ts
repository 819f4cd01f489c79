/** A station that is no host and speaks TCP by hand: at 10.0.0.9 and fd00::9, port 5000, on a hub with host alice. */
import type { Host } from '../../../src/host/host.ts';
import { type IpAddress, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../../../src/layers/address.ts';
import { formatIpAddress, ipAddress } from '../../../src/layers/address-text.ts';
import * as arp from '../../../src/layers/link/arp.ts';
import * as ndp from '../../../src/layers/network/ndp.ts';
import type { Connection } from '../../../src/layers/transport/tcp/connection.ts';
import type { Listener } from '../../../src/layers/transport/tcp/listener.ts';
import type { TcpOptionRecord } from '../../../src/layers/transport/tcp/option-records.ts';
import * as segment from '../../../src/layers/transport/tcp/segment.ts';
import type { TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';
import { arpFrame, ipIn, type PacketParts, packetFrame, type Sent, STRANGER, viewOf } from './frames.ts';
import { type Hub, Lab } from './lab.ts';

export const PORT = 5000;

/** What alice sent to the stranger: her packet, and the segment in it. */
export interface Heard {
  readonly packet: Sent;
  readonly tcp: segment.TcpRecord;
}

const user = { changed: (): void => {} };

export class Stranger {
  readonly lab: Lab = new Lab();
  readonly hub: Hub;
  readonly alice: Host;
  readonly aliceMac: number;

  constructor(aliceAddresses: readonly string[] = ['10.0.0.1/24', 'fd00::1/64']) {
    this.hub = this.lab.hub();
    this.alice = this.lab.host('alice');
    this.aliceMac = this.lab.plug(this.alice, this.hub, aliceAddresses).mac;
    this.lab.pass(2);
    this.introduce();
    this.hub.sent.length = 0;
  }

  connect(to: string, settings: Partial<TcpSettings> = {}, from?: string): Connection {
    const connection = this.tryConnect(to, settings, from);
    if (typeof connection === 'string') throw new Error(connection);
    this.lab.pass(0.01);
    return connection;
  }

  tryConnect(to: string, settings: Partial<TcpSettings> = {}, from?: string): Connection | string {
    const remote = ipAddress(to);
    const { tcp } = this.alice;
    const local = from === undefined ? anyOf(remote) : ipAddress(from);
    const binding = tcp.ports.bind(local, 0, false, false);
    if (typeof binding === 'string') return binding;
    return tcp.connect({ binding, remote, remotePort: PORT, settings, user });
  }

  listen(port: number, at?: string): Listener {
    const { tcp } = this.alice;
    const binding = tcp.ports.bind(at === undefined ? UNSPECIFIED_V4 : ipAddress(at), port, false, false);
    if (typeof binding === 'string') throw new Error(binding);
    const listener = tcp.listen({ binding, backlog: 8, user });
    if (typeof listener === 'string') throw new Error(listener);
    return listener;
  }

  /** A segment from the stranger's port 5000; what it needs not say is as in a first SYN. */
  sends(parts: Partial<segment.TcpRecord>, more: Partial<PacketParts> = {}, toMac: number = this.aliceMac): void {
    const source = more.source ?? '10.0.0.9';
    const destination = more.destination ?? (source.includes(':') ? 'fd00::1' : '10.0.0.1');
    const record = {
      sourcePort: PORT,
      destinationPort: 80,
      sequenceNumber: 0,
      acknowledgmentNumber: 0,
      flags: segment.SYN,
      window: 10_000,
      urgentPointer: 0,
      options: [] as readonly TcpOptionRecord[],
      payload: new Uint8Array(0),
      ...parts,
    };
    const payload = segment.encode(record, ipAddress(source), ipAddress(destination));
    this.hub.inject(packetFrame(toMac, { protocol: segment.PROTOCOL, payload, ...more, source, destination }));
    this.lab.pass(0.01);
  }

  /** Answers a SYN that was heard, with these options. */
  answers(syn: Heard, options: readonly TcpOptionRecord[] = [], more: Partial<segment.TcpRecord> = {}): void {
    const { packet, tcp } = syn;
    this.sends(
      {
        sourcePort: tcp.destinationPort,
        destinationPort: tcp.sourcePort,
        sequenceNumber: 900,
        acknowledgmentNumber: (tcp.sequenceNumber + 1) | 0,
        flags: segment.SYN | segment.ACK,
        options,
        ...more,
      },
      { source: formatIpAddress(packet.destination), destination: formatIpAddress(packet.source) },
    );
  }

  /** All segments that alice has sent since the last time. */
  hears(): Heard[] {
    const heard: Heard[] = [];
    for (const bytes of this.hub.sent.splice(0)) {
      const packet = ipIn(bytes);
      if (packet === undefined || packet.protocol !== segment.PROTOCOL) continue;
      const view = viewOf(packet.payload);
      const tcp = segment.decode(view, 0, view.byteLength, packet.source, packet.destination);
      if (typeof tcp === 'string') throw new Error(tcp);
      heard.push({ packet, tcp });
    }
    return heard;
  }

  /** Alice learns where the stranger is, as from his own questions. */
  private introduce(): void {
    this.hub.inject(arpFrame(arp.REQUEST, { mac: STRANGER, ip: '10.0.0.9' }, { ip: '10.0.0.1' }));
    const [source, destination] = ['fd00::9', 'fd00::1'];
    const payload = ndp.encode(
      {
        message: 'neighborSolicitation',
        target: ipAddress(destination),
        options: [{ name: 'sourceLinkLayerAddress', mac: STRANGER }],
      },
      ipAddress(source),
      ipAddress(destination),
    );
    this.hub.inject(packetFrame(this.aliceMac, { source, destination, protocol: 58, payload, hopLimit: 255 }));
    this.lab.pass(0.01);
  }
}

const anyOf = (address: IpAddress): IpAddress => (address.family === 4 ? UNSPECIFIED_V4 : UNSPECIFIED_V6);
