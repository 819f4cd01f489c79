/**
 * A capture of a run, written while it runs: give `add` to `Recorder.listen`.
 *
 * A tap is an interface (`alice.eth0`: what it sends, and what is delivered to it, each at its time, as tcpdump on that host
 * sees it) or a link (each frame once, when it is sent). What became of a frame stands in its comment, so a frame is held
 * until that is known, and later ones behind it: blocks stand in the order of time.
 */
import { type ByteSink, captureTime, type FrameDirection } from './captured-frame.ts';
import { type EventListener, isFrameEvent } from './events.ts';
import { arrivalNotes, sendingNotes } from './fate-text.ts';
import { isEnded, type Journey, JourneyTracker } from './journey.ts';
import { LINK_TYPES } from './link-type.ts';
import { pcapngWriter } from './pcapng-write.ts';

export interface CaptureSettings {
  /** Names of interfaces or links. */
  readonly taps: readonly string[];
  /** Noted in the file's head: how to repeat the run, for instance. */
  readonly comment?: string;
  /** `LINK_TYPES.ethernet` unless told. */
  readonly linkType?: number;
}

export interface CaptureWriter {
  readonly add: EventListener;
  /** Writes the frames that are still under way. */
  end(): void;
}

interface Held {
  readonly time: number;
  readonly tap: number;
  readonly direction: FrameDirection | undefined;
  readonly isArrival: boolean;
  readonly journey: Journey;
}

/**
 * Starts a pcapng capture of `taps` on `sink`.
 * @throws {TypeError} if no tap is given
 */
export function captureRun(sink: ByteSink, settings: CaptureSettings): CaptureWriter {
  if (settings.taps.length === 0) throw new TypeError("capture: no tap given; name an interface, like 'alice.eth0'");
  const linkType = settings.linkType ?? LINK_TYPES.ethernet;
  const writer = pcapngWriter(sink, {
    application: 'wirelab',
    ...(settings.comment === undefined ? {} : { comment: settings.comment }),
  });
  for (const name of settings.taps) writer.addInterface({ name, linkType });

  const tracker = new JourneyTracker();
  let held: Held[] = [];

  const write = ({ time, tap, direction, isArrival, journey }: Held): void => {
    const bytes = isArrival ? journey.arrivedBytes : journey.sentBytes;
    const comments = isArrival ? arrivalNotes(journey) : sendingNotes(journey);
    writer.writeFrame(tap, {
      time: captureTime(time),
      timeDigits: 9,
      linkType,
      bytes,
      originalLength: bytes.length,
      ...(direction === undefined ? {} : { direction }),
      ...(comments.length === 0 ? {} : { comments: [comments.join('; ')] }),
    });
  };

  /** Writes what is settled: its end is known, and nothing more can be said of it at its instant. */
  const release = (now: number): void => {
    let count = 0;
    while (count < held.length) {
      const { time, isArrival, journey } = held[count]!;
      if (time === now || !(isArrival || isEnded(journey))) break;
      write(held[count]!);
      count++;
    }
    if (count > 0) held = held.slice(count);
  };

  return {
    add(event) {
      release(event.time);
      const journey = tracker.add(event);
      if (journey === undefined || !isFrameEvent(event)) return;
      const { time } = event;
      const { link, from, to } = event.direction;
      for (const [tap, name] of settings.taps.entries()) {
        const isSending = event.kind === 'frame-sent';
        // A link sees the copies that it makes; the sender's interface sent only one frame.
        const isCopy = event.kind === 'frame-duplicated';
        if (link === name && (isSending || isCopy))
          held.push({ time, tap, direction: undefined, isArrival: false, journey });
        if (from === name && isSending) held.push({ time, tap, direction: 'outbound', isArrival: false, journey });
        if (to === name && event.kind === 'frame-delivered') {
          held.push({ time, tap, direction: 'inbound', isArrival: true, journey });
        }
      }
    },
    end() {
      for (const one of held) write(one);
      held = [];
    },
  };
}
