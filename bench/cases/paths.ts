/** The paths that transfers are measured on: a link, and the buffers of the hosts at its ends. */
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import type { LinkOptions } from '../../src/sim/medium/options.ts';

export interface Path {
  readonly link: LinkOptions;
  /** Of both hosts. */
  readonly tcp: Partial<TcpSettings>;
}

/**
 * Fast and short: what it costs to simulate is the frames, not the waiting. The window is twice what the path holds (125 KB),
 * which is what fills it; a larger one only stands in the queue, and the frames in it outside of the cache.
 */
export const FAST: Path = { link: { rate: '10Gbit/s', delay: '50us' }, tcp: { receiveBufferBytes: 256 * 1024 } };

/** That of the reference runs, with buffers as large as the usual ones. */
export const REFERENCE: Path = { link: { rate: '100Mbit/s', delay: '25ms', queue: { frames: 417 } }, tcp: {} };

/**
 * One that a single flow can fill and a thousand can share: 16,500 frames in flight, as many in the queue, sixteen for each
 * of a thousand. With a tenth of it the few that keep the drop-tail queue full lock the others out, whose one or two segments
 * find no room and no acknowledgment clocks their next: of a thousand 221 took part. The buffers grow with the window, as
 * those of kernels do: one flow needs 25 MB, one of a thousand a thousandth.
 */
export const BOTTLENECK: Path = {
  link: { rate: '10Gbit/s', delay: '10ms', queue: { frames: 16_500 } },
  tcp: {
    sendBufferBytes: 128 * 1024,
    sendBufferAutotuning: true,
    sendBufferMaximumBytes: 64 * 1024 * 1024,
    receiveBufferBytes: 128 * 1024,
    receiveBufferAutotuning: true,
    receiveBufferMaximumBytes: 64 * 1024 * 1024,
  },
};

/** The same path with a share of its frames lost, such as '1%'. */
export const lossy = ({ link, tcp }: Path, loss: string): Path => ({ link: { ...link, loss }, tcp });
