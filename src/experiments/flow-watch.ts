/**
 * What is watched of a flow beside what its connection counts itself: when its controller is told to reduce, and how long
 * recoveries last. It wraps methods of the sender's connection, which changes no byte of the run.
 */
import type { ControlBlock } from '../layers/transport/tcp/control-block.ts';
import { distance } from '../layers/transport/tcp/sequence.ts';
import type { SojournStatistics } from '../sim/medium/sojourn.ts';

/** What a flow has come to since somebody began to watch. */
export interface FlowCounts {
  lossEvents: number;
  timeouts: number;
}

/**
 * Counts what the controller of a connection is told. A recovery lasts from there until the connection's state is "open"
 * again; it is looked at after each acknowledgment.
 */
export function watchSender(block: ControlBlock, counts: FlowCounts, recoveries: SojournStatistics): void {
  const { congestion } = block;
  const { timers } = block.environment;
  const reduce = congestion.congestion.bind(congestion);
  const expire = congestion.timeout.bind(congestion);
  const measured = congestion.measured.bind(congestion);
  let startedNs = block.lossState === 'open' ? -1 : timers.now();
  const finish = (nowNs: number): void => {
    if (startedNs >= 0) recoveries.add(nowNs - startedNs);
    startedNs = -1;
  };
  congestion.congestion = (flightSize, cause) => {
    counts.lossEvents++;
    if (cause === 'loss') {
      // A recovery that begins with the acknowledgment that ended the one before.
      finish(timers.now());
      // What a probe has repaired reduces the window, but nothing is left to be recovered.
      if (block.lossState !== 'open') startedNs = timers.now();
    }
    reduce(flightSize, cause);
  };
  congestion.timeout = (flightSize, first) => {
    if (first) counts.lossEvents++;
    counts.timeouts++;
    if (startedNs < 0) startedNs = timers.now();
    expire(flightSize, first);
  };
  congestion.measured = (event) => {
    if (block.lossState === 'open') {
      if (startedNs >= 0) finish(event.nowNs);
    } else if (startedNs < 0) startedNs = event.nowNs;
    measured(event);
  };
}

/** Octets of data that a receiver has, in order or beyond a gap. */
export function octetsAt({ counts, reassembly }: ControlBlock): number {
  let octets = counts.receivedBytes;
  for (let range = 0; range < reassembly.count; range++) {
    octets += distance(reassembly.start(range), reassembly.end(range));
  }
  return octets;
}
