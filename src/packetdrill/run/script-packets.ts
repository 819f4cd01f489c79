/**
 * The packets of a script: those that it hands to the host, and those that it expects. As packetdrill has it, what the
 * host sends waits in line for the script to expect it: one that nobody expects is found when the next expectation is
 * compared, and what is left over when the script ends is not looked at.
 */
import type { ControlBlock } from '../../layers/transport/tcp/control-block.ts';
import type { TcpInfo } from '../../layers/transport/tcp/info.ts';
import { tcpInfoOf } from '../../layers/transport/tcp/info-snapshot.ts';
import * as segment from '../../layers/transport/tcp/segment.ts';
import type { OpenFile } from '../calls/open-file.ts';
import type { PacketSpec, ScriptEvent } from '../language/script.ts';
import { buildPacket } from '../packets/build.ts';
import { compare, type Difference } from '../packets/compare.ts';
import type { Flow } from '../packets/flow.ts';
import { sightingText } from '../packets/notation.ts';
import { joined } from '../packets/offload.ts';
import { readSighting, type Sighting } from '../packets/sighting.ts';
import { causeOf, connectionLines } from './cause.ts';
import type { DescriptorNumbers } from './descriptor-numbers.ts';
import type { Deviations } from './deviations.ts';
import type { EmulatedHost } from './emulated-host.ts';
import { type Schedule, timeDifference, timeText } from './event-times.ts';
import { comparisonLines, differenceText, ScriptFailure } from './failure.ts';
import type { Flows } from './flows.ts';
import type { Passage } from './passage.ts';
import type { CallParts } from './script-calls.ts';
import type { ScriptSettings } from './script-settings.ts';

export class ScriptPackets {
  private readonly world: EmulatedHost;
  private readonly settings: ScriptSettings;
  private readonly flows: Flows;
  private readonly schedule: Schedule;
  private readonly passage: Passage;
  private readonly deviations: Deviations;
  private readonly files: DescriptorNumbers;
  /** Packets that the host has sent and the script has not asked for. */
  private line: Sighting[];
  private malformed: string | undefined;
  /** Which of the host's connections has sent a packet, by the packet's number in the trace. */
  private readonly sentBy: Map<number, number>;

  constructor({ world, settings, flows, schedule, passage, deviations }: CallParts, files: DescriptorNumbers) {
    this.world = world;
    this.settings = settings;
    this.flows = flows;
    this.schedule = schedule;
    this.passage = passage;
    this.deviations = deviations;
    this.files = files;
    this.line = [];
    this.malformed = undefined;
    this.sentBy = new Map();
  }

  /** The connection under test, if there is one. */
  get connection(): ControlBlock | undefined {
    const { current } = this.flows;
    return current === undefined ? undefined : this.blockOf(current);
  }

  /** How the connection under test stands, for a person. */
  get state(): readonly string[] {
    const { current } = this.flows;
    return current === undefined ? [] : connectionLines(current, this.infoOf(current));
  }

  /** The host has sent a packet. */
  capture(packet: Uint8Array, serial: number): void {
    const sighting = readSighting(this.passage.time.now(), serial, packet);
    if (typeof sighting === 'string') {
      this.malformed ??= sighting;
      return;
    }
    const flow = this.flows.ofSighting(sighting);
    if (flow !== undefined) this.sentBy.set(serial, this.serialOf(flow));
    this.line.push(sighting);
  }

  /** Hands the host a packet. */
  inject(event: ScriptEvent, spec: PacketSpec): void {
    const file = spec.payload.protocol === 'tcp' ? this.files.get(spec.payload.descriptor ?? -1) : undefined;
    const flow = this.flows.ofInbound(spec, file);
    const { timestampEchoIsScaled: echoIsScaled, md5Secret } = this.settings;
    flow.standFor(this.serialOf(flow));
    try {
      this.world.deliver(buildPacket(spec, { flow, echoIsScaled, md5Secret }));
    } catch (error) {
      if (error instanceof RangeError) throw new ScriptFailure(event.place, `this packet cannot be: ${error.message}`);
      throw error;
    }
    this.passage.looked();
  }

  /** Waits for the next packet and compares it. @returns when it came */
  expect(event: ScriptEvent, spec: PacketSpec, from: number, to: number): number {
    const tolerance = this.schedule.tolerance(to);
    const file = spec.payload.protocol === 'tcp' ? this.files.get(spec.payload.descriptor ?? -1) : undefined;
    if (this.line.length === 0) this.passage.advance(to + tolerance, () => this.line.length > 0);
    // The rest of a burst may be due at this very moment.
    else this.passage.advance(this.passage.time.now());
    this.passage.advance(this.passage.time.now());
    if (this.malformed !== undefined) {
      throw new ScriptFailure(event.place, `the host sent a packet that cannot be read: ${this.malformed}`);
    }
    if (this.line.length === 0) throw this.missing(event, to, tolerance);
    const { packet, segments } = joined(this.line, 'length' in spec.payload ? spec.payload.length : 0);
    this.line = this.line.slice(segments);
    const flow = this.flows.ofSighting(packet) ?? this.flows.current ?? this.flows.ofInbound(spec, undefined);
    flow.standFor(this.sentBy.get(packet.serial) ?? 0);
    this.learn(spec, packet, flow);
    const differences = [
      ...this.connectionDifference(spec, file, flow, packet),
      ...compare(spec, packet, flow, {
        tickNs: this.settings.timestampTickNs,
        toleranceNs: this.settings.toleranceNs,
        md5Secret: this.settings.md5Secret,
      }),
      ...timeDifference(packet.time, from - tolerance, to + tolerance, from, to),
    ];
    if (differences.length > 0) this.deviations.report('packet', this.mismatch(event, packet, flow, differences));
    return packet.time;
  }

  /** The host's numbers where the script first writes its own. */
  private learn({ payload: spec }: PacketSpec, { payload, time }: Sighting, flow: Flow): void {
    if (spec.protocol !== 'tcp' || payload.protocol !== 'tcp') return;
    const isSyn = (spec.flags & segment.SYN) !== 0 && (payload.flags & segment.SYN) !== 0;
    if (isSyn) flow.learnSequence(spec.sequence, payload.sequence);
    if (spec.options === 'any') return;
    const wanted = spec.options.find((option) => option.name === 'TS');
    const found = payload.options.find((option) => option.name === 'timestamps');
    if (wanted?.value !== undefined && found?.name === 'timestamps') {
      flow.learnTimestamp(wanted.value, found.value, time);
    }
  }

  /** Which of the host's connections a conversation is at present: TIME-WAIT may have given way to another one. */
  private serialOf(flow: Flow): number {
    return this.blockOf(flow)?.identity.serial ?? 0;
  }

  private connectionDifference(
    spec: PacketSpec,
    file: OpenFile | undefined,
    flow: Flow,
    { payload }: Sighting,
  ): Difference[] {
    if ('type' in payload) return [];
    const wanted = this.flows.ofOutbound(spec, file);
    if (wanted === undefined || wanted === flow) return [];
    const text = ({ localPort, remotePort }: Flow): string => `${localPort} > ${remotePort}`;
    return [{ field: 'connection', expected: text(wanted), found: text(flow) }];
  }

  private mismatch(
    event: ScriptEvent,
    packet: Sighting,
    flow: Flow,
    differences: readonly Difference[],
  ): ScriptFailure {
    const events = this.world.recorder.events();
    return new ScriptFailure(event.place, differences.map(differenceText).join('; '), [
      ...comparisonLines(event, `${timeText(packet.time)} > ${sightingText(packet, flow)}`, differences),
      `  it was:   ${causeOf(packet, events)}`,
      ...connectionLines(flow, this.infoOf(flow)),
    ]);
  }

  private missing(event: ScriptEvent, to: number, tolerance: number): ScriptFailure {
    const by = Number.isFinite(to) ? ` by ${timeText(to + tolerance)}` : ', and nothing can happen any more';
    return new ScriptFailure(event.place, `no packet came${by}`, [
      `  expected: ${event.text.replace(/\s+/g, ' ')}`,
      ...this.state,
    ]);
  }

  private infoOf(flow: Flow): TcpInfo | undefined {
    const block = this.blockOf(flow);
    return block === undefined ? undefined : tcpInfoOf(block);
  }

  private blockOf({ protocol, local, localPort, remote, remotePort }: Flow): ControlBlock | undefined {
    if (protocol !== 'tcp') return undefined;
    return this.world.host.tcp.connections.between(local, localPort, remote, remotePort);
  }
}
