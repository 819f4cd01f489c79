/**
 * Invariants 30, 32 and 34: what the congestion window lets out, how fast it grows, and where it starts. 30 and 34 hold
 * for every controller that has a window; 32, and the second half of 31, are Reno's (RFC 5681 §3.1).
 */
import { hold } from './laws.ts';
import { type Checker, type Followed, type Run, reach } from './model.ts';
import { after } from './wire.ts';

/** RFC 3042 lets two segments out beyond the window, RFC 8985 §7.3 and RFC 4821 one probe each. */
const BEYOND_WINDOW_SEGMENTS = 3;

interface Watched {
  cwnd: number;
  ssthresh: number;
  lossState: string;
  sndMax: number;
  sndUna: number;
  /** Marks have reduced the window, and a loss of the same window does not again. */
  wasReduced: boolean;
}

export function congestionWindow(): Checker {
  const watched = new Map<Followed, Watched>();
  return {
    after(run) {
      for (const side of run.sides) {
        for (const connection of side.connections) {
          const { block } = connection;
          if (!block.wasEstablished || block.state === 'CLOSED' || block.state === 'TIME-WAIT') continue;
          const mine = watched.get(connection);
          if (mine === undefined) checkStart(run, connection);
          else check(run, connection, mine);
          watched.set(connection, look(connection));
        }
      }
    },
  };
}

const look = ({ block }: Followed): Watched => ({
  cwnd: block.congestion.cwnd,
  ssthresh: block.congestion.ssthresh,
  lossState: block.lossState,
  sndMax: block.sndMax,
  sndUna: block.sndUna,
  wasReduced: block.ecn.reductions > 0 && block.ecn.reducing,
});

const hasWindow = ({ block }: Followed): boolean => block.congestion.name !== 'none';

/** 34: RFC 6928 §2, and one segment after a lost SYN (RFC 5681 §3.1). */
function checkStart(run: Run, connection: Followed): void {
  const { block, name } = connection;
  if (!hasWindow(connection)) return;
  const { initialWindowSegments: segments, initialWindowByteLimit, initialWindowSynTimeouts } = block.settings;
  // BBR never has less than four segments in the network: BBR.MinPipeCwnd of draft-ietf-ccwg-bbr §2.7.
  const floor = block.congestion.name.startsWith('bbr') ? 4 * block.smss : 0;
  const limit = initialWindowByteLimit ? Math.max(2 * block.smss, segments * 1460) : Number.POSITIVE_INFINITY;
  const initial = Math.max(floor, Math.min(segments * block.smss, limit));
  const flight = after(block.sndUna, block.sndNxt);
  hold(34, flight <= initial + 1, () => `${name}: ${flight} octets in the first flight, IW is ${initial}`);
  if (block.synTimeouts >= initialWindowSynTimeouts && block.congestion.name === 'reno') {
    hold(34, block.congestion.cwnd <= block.smss, () => `${name}: cwnd ${block.congestion.cwnd} after a lost SYN`);
  }
  reach(run, 'first flight');
}

function check(run: Run, connection: Followed, mine: Watched): void {
  const { block, name } = connection;
  const { congestion, log } = block;
  // 30. Probes of a closed window and the FIN are not data that congestion control counts.
  if (hasWindow(connection) && after(mine.sndMax, block.sndMax) > 0 && after(mine.sndMax, block.sndMax) < 2 ** 31) {
    const window = Math.max(mine.cwnd, congestion.cwnd, recoveryWindow(connection));
    const most = window + BEYOND_WINDOW_SEGMENTS * block.smss + 1;
    hold(30, log.pipe <= most, () => `${name}: ${log.pipe} octets in the network, the window is ${window}`);
  }
  if (congestion.name === 'reno') checkReno(run, connection, mine);
}

/** What proportional rate reduction allows for now: RFC 9937 §6. */
function recoveryWindow({ block }: Followed): number {
  return block.lossState === 'recovery' ? block.log.pipe + Math.max(0, block.recovery.allowance(block)) : 0;
}

/** 31 and 32. */
function checkReno(run: Run, { block, name }: Followed, mine: Watched): void {
  const { congestion, smss } = block;
  const [cwnd, ssthresh] = [congestion.cwnd, congestion.ssthresh];
  if (mine.lossState === 'open' && block.lossState !== 'open' && !mine.wasReduced) {
    // 31, RFC 5681 equation 4. What was in flight is not more than what was sent and not acknowledged; Linux takes the window.
    const flight = block.settings.reducesFromWindow ? mine.cwnd : after(mine.sndUna, block.sndMax);
    const most = Math.max(flight / 2, 2 * smss);
    hold(31, ssthresh <= most && ssthresh >= Math.min(2 * smss, mine.ssthresh), () => {
      return `${name}: ssthresh ${ssthresh} after a loss, with ${flight} octets in flight`;
    });
  }
  if (run.step.timersFired.includes('retransmission') && mine.lossState !== 'loss' && block.lossState === 'loss') {
    hold(32, cwnd <= smss, () => `${name}: cwnd ${cwnd} after a timeout: the loss window is one segment`);
    reach(run, 'loss window');
  }
  const growth = cwnd - mine.cwnd;
  // An undone reduction restores the window (RFC 4015 §3.4), and recovery sets it (RFC 5681 §3.2): nothing grows then.
  if (growth <= 0 || ssthresh > mine.ssthresh || mine.lossState !== block.lossState) return;
  const acknowledged = after(mine.sndUna, block.sndUna);
  // L of RFC 3465 §2.3: RFC 5681 has one segment, HyStart++ eight (RFC 9406 §4.2).
  const { hystart, appropriateByteCountingLimitSegments } = block.settings;
  const limit = smss * (hystart === 'all' ? 8 : appropriateByteCountingLimitSegments);
  hold(32, growth <= limit, () => {
    return `${name}: cwnd grew by ${growth} for ${acknowledged} octets, SMSS is ${smss}`;
  });
  if (mine.cwnd < mine.ssthresh) {
    hold(32, growth <= acknowledged, () => `${name}: slow start grew by ${growth} for ${acknowledged} octets`);
    reach(run, 'slow start');
  } else {
    reach(run, 'congestion avoidance');
  }
}
