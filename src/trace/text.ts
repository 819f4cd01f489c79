/**
 * A capture as text, one line per frame, in the manner of tcpdump.
 */
import type { CapturedFrame, CaptureTime } from './captured-frame.ts';
import { Conversations } from './conversations.ts';
import { describe } from './describe.ts';
import { type Dissection, dissect } from './dissect.ts';
import { hexDump } from './hex.ts';
import type { Layer } from './layer.ts';
import { tree } from './tree.ts';

export interface TextSettings {
  /** Every field of every layer under each line. */
  readonly verbose?: boolean;
  /** All bytes in hexadecimal under each line. */
  readonly hex?: boolean;
}

const SECONDS_PER_DAY = 86_400;

/** Makes the lines of frames, which are given in their order: sequence numbers count from each connection's SYN. */
export function textWriter(settings: TextSettings = {}): (frame: CapturedFrame, dissection?: Dissection) => string {
  const conversations = new Conversations();
  return (frame, dissection = dissect(frame.linkType, frame.bytes, frame.originalLength)) => {
    const lines = [frameLine(frame, dissection, conversations)];
    if (settings.verbose) lines.push(...tree(dissection));
    if (settings.hex) lines.push(...hexDump(frame.bytes));
    return `${lines.join('\n')}\n`;
  };
}

function frameLine(frame: CapturedFrame, dissection: Dissection, conversations: Conversations): string {
  const { network, source, destination, text } = describe(dissection, conversations);
  const ends = source === '' ? ', ' : ` ${source} > ${destination}: `;
  const where = frame.interfaceName === undefined ? '' : `${frame.interfaceName} `;
  const direction = frame.direction === undefined ? '' : frame.direction === 'inbound' ? 'In  ' : 'Out ';
  const problems = [...new Set(dissection.layers.flatMap(problemNotes))].join('');
  const notes = (frame.comments ?? []).map((comment) => ` # ${comment.replaceAll(/\s+/g, ' ')}`).join('');
  return `${timeOfDay(frame.time, frame.timeDigits)} ${where}${direction}${network}${ends}${text}${problems}${notes}`;
}

/** A note for each thing wrong with a layer. What is merely not dissected is no fault of the frame. */
function problemNotes(layer: Layer): string[] {
  const { problem } = layer;
  if (problem === undefined || UNREMARKABLE.has(problem)) return [];
  return [` [${problem}]`];
}

const UNREMARKABLE: ReadonlySet<string> = new Set(['ethernet-unknown-type', 'ip-unknown-protocol', 'later-fragment']);

/** `12:34:56.123456` in UTC; a dash for a frame without a time. */
export function timeOfDay(time: CaptureTime | undefined, digits: number): string {
  if (time === undefined) return '-';
  const inDay = ((time.seconds % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const clock = `${two(inDay / 3600)}:${two((inDay / 60) % 60)}:${two(inDay % 60)}`;
  return digits <= 0 ? clock : `${clock}.${String(time.nanoseconds).padStart(9, '0').slice(0, digits)}`;
}
