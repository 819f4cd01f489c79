/**
 * Heap bytes that frames allocate, counted: reading headers must take none, and a bulk transfer in its steady state no
 * buffer at all, and of the heap no more than `SEGMENT_BYTES` a segment of data. Prints a table; ends with 1 when a bound is passed.
 */
import process from 'node:process';
import { type BulkOptions, EndlessTransfer } from './cases/bulk-transfer.ts';
import * as link from './cases/link-codecs.ts';
import * as network from './cases/network-codecs.ts';
import * as transport from './cases/transport-codecs.ts';
import { bytesPerUnit, checkCounting } from './measure/allocation.ts';
import { printTable } from './measure/table.ts';

/** The headers' own, and half an acknowledgment's. */
const SEGMENT_BYTES = 32;
const SEGMENTS = 20_000;
/** Runs over the pool of headers. */
const RUNS = 50;

const rows: string[][] = [];
let isMet = true;

function row(what: string, bytes: number, most: number): void {
  const holds = Number(bytes.toFixed(1)) <= most;
  isMet &&= holds;
  rows.push([what, `${bytes.toFixed(1)} B`, `≤ ${most} B`, holds ? 'yes' : 'NO']);
}

function headers(what: string, perRun: number, read: () => unknown): void {
  const bytes = bytesPerUnit((runs) => {
    for (let run = 0; run < runs; run++) read();
  }, RUNS);
  row(`${what} header read`, bytes / perRun, 0);
}

function transfer(what: string, options: BulkOptions): void {
  const endless = new EndlessTransfer(options);
  // Twice: buffers are freed after the collection that found them dead.
  globalThis.gc?.();
  globalThis.gc?.();
  const buffersBefore = process.memoryUsage().arrayBuffers;
  const bytes = bytesPerUnit((segments) => endless.run(segments), SEGMENTS);
  row(`TCP segment, ${what}`, bytes, SEGMENT_BYTES);
  row('  its buffers', (process.memoryUsage().arrayBuffers - buffersBefore) / SEGMENTS, 0);
}

checkCounting();
const linkFrames = link.pool();
const packets = network.pool();
const segments = transport.tcpPool();
const datagrams = transport.udpPool();
headers('link', link.FRAMES, () => link.readInPlace(linkFrames));
headers('IPv4', network.PACKETS, () => network.readVerified(packets));
headers('TCP', transport.SEGMENTS, () => transport.readTcp(segments, true));
headers('UDP', transport.SEGMENTS, () => transport.readUdp(datagrams));
transfer('IPv4', {});
transfer('IPv6', { family: 6 });
transfer('MTU 9000', { mtu: 9000 });
printTable(['heap bytes for each', 'allocated', 'bound', 'met'], rows);
if (!isMet) process.exitCode = 1;
