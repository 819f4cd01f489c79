/**
 * The host under test in its own small world: a clock, one interface, and a wire whose other end is the script. All that
 * is not the host itself lies behind one gateway, which it knows from the start: no ARP and no neighbour discovery.
 */

import type { NetworkInterface } from '../../host/network-interface.ts';
import { formatIpAddress, ipAddress } from '../../layers/address-text.ts';
import { SECOND } from '../../layers/clock.ts';
import { type Frame, FramePool } from '../../layers/frame.ts';
import * as ethernet from '../../layers/link/ethernet.ts';
import { IPV4, IPV6 } from '../../layers/link/ethertype.ts';
import { Memory } from '../../layers/memory.ts';
import { RandomStreams } from '../../sim/random-streams.ts';
import { VirtualHost } from '../../sim/virtual-host.ts';
import { VirtualTime } from '../../sim/virtual-time.ts';
import type { Direction } from '../../trace/medium-observer.ts';
import { Recorder } from '../../trace/recorder.ts';
import type { ScriptSettings } from './script-settings.ts';

const HOST_MAC = 0x0200_0000_0001;
const SCRIPT_MAC = 0x0200_0000_0002;
/** Of the interface, as packetdrill calls its device. */
const DEVICE = 'tun0';
const OUT: Direction = { link: DEVICE, from: `host.${DEVICE}`, to: 'script.wire' };
const IN: Direction = { link: DEVICE, from: 'script.wire', to: `host.${DEVICE}` };
const GATEWAYS = { 4: ['192.168.255.254'], 6: ['fe80::ff'] } as const;
/** Longer than any script. */
const FOR_EVER: number = 1e6 * SECOND;
/** Most scripts move a few kilobytes. */
const SLAB_BYTES = 256 * 1024;

/** Is given each IP packet that the host sends, and its number in the trace. */
export type PacketReceiver = (packet: Uint8Array, serial: number) => void;

export class EmulatedHost {
  readonly time: VirtualTime;
  readonly recorder: Recorder;
  readonly host: VirtualHost;
  readonly device: NetworkInterface;
  /** Whoever looks at what the host sends. */
  received: PacketReceiver;
  private readonly pool: FramePool;
  private serial: number;

  constructor(settings: ScriptSettings, profile: string) {
    const memory = new Memory(SLAB_BYTES);
    const random = new RandomStreams(0);
    this.time = new VirtualTime();
    this.pool = new FramePool(memory);
    this.recorder = new Recorder(this.time);
    this.serial = 0;
    this.received = () => undefined;
    // Not even a connection that doubts its path asks whether the gateway is there.
    const neighbours = { reachableTimeNs: FOR_EVER, delayFirstProbeNs: FOR_EVER };
    this.host = new VirtualHost({
      name: 'host',
      timers: this.time,
      random: (purpose) => random.stream(purpose),
      memory,
      pool: this.pool,
      observer: this.recorder.hostObserver('host'),
      settings: { profile, arpAnnouncements: 0, arp: neighbours, ndp: neighbours },
    });
    const { family, local } = settings.ends;
    const length = family === 4 ? 32 : 128;
    this.device = this.host.addInterface({
      name: DEVICE,
      mac: HOST_MAC,
      mtu: settings.mtu,
      addresses: [`${formatIpAddress(local)}/${length}`],
    });
    this.device.attach({ send: (frame) => this.sent(frame) });
    this.addGateways(4);
    if (this.device.ipv6Enabled) this.addGateways(6);
  }

  /** Hands the host an IP packet. */
  deliver(packet: Uint8Array): void {
    const frame = this.pool.acquire(ethernet.HEADER_LENGTH, packet.length);
    frame.bytes.set(packet, frame.start);
    frame.end = frame.start + packet.length;
    frame.start -= ethernet.HEADER_LENGTH;
    const isIpv4 = packet.length > 0 && packet[0]! >>> 4 === 4;
    ethernet.writeHeader(frame.view, frame.start, HOST_MAC, SCRIPT_MAC, isIpv4 ? IPV4 : IPV6);
    const serial = ++this.serial;
    this.recorder.frameSent(IN, serial, frame);
    this.recorder.frameDelivered(IN, serial, frame);
    this.device.receive(frame);
    this.pool.release(frame);
  }

  private sent(frame: Frame): void {
    const type = frame.view.getUint16(frame.start + ethernet.HEADER_LENGTH - 2);
    if (type === IPV4 || type === IPV6) {
      const serial = ++this.serial;
      this.recorder.frameSent(OUT, serial, frame);
      this.recorder.frameDelivered(OUT, serial, frame);
      this.received(frame.bytes.slice(frame.start + ethernet.HEADER_LENGTH, frame.end), serial);
    }
    this.pool.release(frame);
  }

  /** Everything beyond the host is behind a gateway whose station is known. */
  private addGateways(family: 4 | 6): void {
    const neighbours = family === 4 ? this.device.neighbours4 : this.device.neighbours6;
    for (const text of GATEWAYS[family]) {
      const address = ipAddress(text);
      neighbours?.entry(address);
      neighbours?.advertised(address, SCRIPT_MAC, true, true, true);
      this.host.addRoute(family === 4 ? '0.0.0.0/0' : '::/0', text, DEVICE);
    }
  }
}
