/**
 * What is watched of a flow beside what its connection counts itself: when its controller is told to reduce, how long
 * recoveries last, and what reaches the receiver for nothing. It wraps methods of the two connections, which changes no
 * byte of the run.
 */
import type { ControlBlock } from '../layers/transport/tcp/control-block.ts';
import type { SojournStatistics } from '../sim/medium/sojourn.ts';

/** What a flow has come to since somebody began to watch. */
export interface FlowCounts {
  lossEvents: number;
  timeouts: number;
  /** Segments of data that brought something new. */
  usefulSegments: number;
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

/** Counts the segments of data that bring something new. */
export function watchReceiver(block: ControlBlock, counts: FlowCounts): void {
  const taken = block.counts.taken.bind(block.counts);
  block.counts.taken = (length, nowNs) => {
    if (length > 0) counts.usefulSegments++;
    taken(length, nowNs);
  };
}
