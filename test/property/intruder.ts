/**
 * A third party on the network, who sees the connection's variables and sends segments that must do no harm: outside the
 * window, with impossible acknowledgments, resets and SYNs that miss RCV.NXT. What would be taken by right is not sent.
 */
import type { Recorder } from '../../src/trace/recorder.ts';
import type { Followed, Run, Side } from './invariants/model.ts';
import { reach } from './invariants/model.ts';
import { isAcceptable } from './invariants/segments.ts';
import { bothHave } from './invariants/tracking.ts';
import { readFrame, TIMESTAMPS } from './invariants/wire.ts';
import type { Injection } from './scenario.ts';

const FLAGS: Readonly<Record<Injection['kind'], number>> = {
  rst: 0x04,
  'rst-ack': 0x14,
  syn: 0x02,
  'syn-ack': 0x12,
  ack: 0x10,
  data: 0x18,
  fin: 0x11,
  null: 0x00,
};

export function inject(run: Run, recorder: Recorder, injection: Injection): void {
  const side = run.sides.find(({ name }) => name === injection.to)!;
  const connection = side.connections.findLast(({ block }) => block.state !== 'CLOSED');
  if (connection === undefined || connection.peerSyn === undefined) return;
  const bytes = build(side, connection, injection);
  if (bytes === undefined) return;
  reach(run, `injected ${injection.kind}`);
  const frame = run.world.pool.from(bytes);
  const direction = { link: 'intruder', from: 'intruder.eth0', to: `${side.name}.eth0` };
  const serial = run.world.medium.takeSerial();
  recorder.frameSent(direction, serial, frame);
  recorder.frameDelivered(direction, serial, frame);
  side.host.interface('eth0')!.receive(frame);
  run.world.pool.release(frame);
}

function build(side: Side, connection: Followed, injection: Injection): Uint8Array | undefined {
  const { block } = connection;
  const { kind } = injection;
  const hasStamp = injection.timestamp !== 'none' && bothHave(connection, TIMESTAMPS);
  const next = injection.from === 'next' ? block.rcvNxt : block.rcvAdv;
  const payload = kind === 'data' ? new Uint8Array(injection.bytes).fill(0xee) : new Uint8Array(0);
  const optionBytes = hasStamp ? 12 : 0;
  const isV4 = block.path.family === 4;
  const ipLength = isV4 ? 20 : 40;
  const bytes = new Uint8Array(Math.max(60, 14 + ipLength + 20 + optionBytes + payload.length));
  const view = new DataView(bytes.buffer);
  const { mac } = side.host.interface('eth0')!;
  view.setUint16(0, Math.floor(mac / 2 ** 32));
  view.setUint32(2, mac >>> 0);
  view.setUint32(8, 0x66);
  view.setUint16(12, isV4 ? 0x0800 : 0x86dd);
  const at = 14 + ipLength;
  const length = 20 + optionBytes + payload.length;
  view.setUint16(at, block.identity.remotePort);
  view.setUint16(at + 2, block.identity.localPort);
  view.setInt32(at + 4, next + injection.offset);
  view.setInt32(at + 8, block.sndNxt + injection.ack);
  view.setUint16(at + 12, ((20 + optionBytes) << 10) | FLAGS[kind]);
  view.setUint16(at + 14, 1000);
  if (hasStamp) {
    view.setUint32(at + 20, 0x0101080a);
    view.setInt32(at + 24, block.tsRecent - (injection.timestamp === 'old' ? 1000 : 0));
    view.setInt32(at + 28, 0);
  }
  bytes.set(payload, at + 20 + optionBytes);
  const addresses = writeIp(view, isV4, length, block);
  const sum = onesComplement(addresses, 6, length, bytes.subarray(at, at + length));
  view.setUint16(at + 16, sum);
  return isHarmless(connection, bytes) ? bytes : undefined;
}

/** Writes the IP header. @returns the two addresses */
function writeIp(view: DataView, isV4: boolean, length: number, { path }: Followed['block']): Uint8Array {
  const { remote, local } = path;
  const bytes = new Uint8Array(view.buffer);
  if (isV4) {
    view.setUint16(14, 0x4500);
    view.setUint16(16, 20 + length);
    view.setUint16(22, (64 << 8) | 6);
    view.setInt32(26, remote.w3);
    view.setInt32(30, local.w3);
    view.setUint16(24, onesComplement(new Uint8Array(0), 0, 0, bytes.subarray(14, 34)));
    return bytes.subarray(26, 34);
  }
  view.setUint32(14, 0x6000_0000);
  view.setUint16(18, length);
  view.setUint16(20, (6 << 8) | 64);
  [remote.w0, remote.w1, remote.w2, remote.w3, local.w0, local.w1, local.w2, local.w3].forEach((word, index) => {
    view.setInt32(22 + 4 * index, word);
  });
  return bytes.subarray(22, 54);
}

function onesComplement(addresses: Uint8Array, protocol: number, length: number, bytes: Uint8Array): number {
  let sum = protocol + length;
  for (const part of [addresses, bytes]) {
    for (let at = 0; at < part.length; at += 2) sum += part[at]! * 256 + (part[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

/** What no rule protects from is not sent: a segment as good as the peer's own. */
function isHarmless({ block, peerSyn }: Followed, bytes: Uint8Array): boolean {
  const { segment, isValid } = readFrame(bytes);
  if (segment === undefined || !isValid) return false;
  const next = block.rcvNxt >>> 0;
  if (block.state === 'SYN-SENT') return false;
  if (block.state === 'SYN-RECEIVED') {
    // The SYN again, and a reset or SYN inside the window, count here (RFC 9293 §3.10.7.4).
    return segment.sequence !== peerSyn!.sequence && !isAcceptable(next, block.rcvWnd, segment);
  }
  if (!isAcceptable(next, block.rcvWnd, segment)) return true;
  if (segment.rst) return segment.sequence !== next;
  if (segment.syn || !segment.ack) return true;
  return ((segment.acknowledgment - block.sndMax) | 0) > 0;
}
