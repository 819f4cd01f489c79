/**
 * What is known of a transfer's goodput before it is measured. Rates in bits a second of the program's data, times in
 * seconds; `loss` is the share of segments that are lost, each by its own die unless said otherwise.
 */

/** A segment and its frame, as the path is made here: an MTU of 1500, IPv4, timestamps, Ethernet without preamble and FCS. */
export const SEGMENT_BYTES = 1448;
export const FRAME_BYTES = 1514;

/** The most that a line of this rate carries in full segments. */
export const ceiling = (bitsPerSecond: number, segmentBytes: number = SEGMENT_BYTES): number =>
  (bitsPerSecond * segmentBytes) / (segmentBytes + FRAME_BYTES - SEGMENT_BYTES);

/**
 * Mathis, Semke, Mahdavi and Ott (1997): a window that grows by a segment a round trip and is halved at each loss.
 * C = 1.31 for independent loss and growth by the bytes acknowledged, 0.93 for growth by the ACK where every second
 * segment has one. Good below a loss of 1 to 2 %, where there are no timeouts.
 */
export const mathis = (loss: number, roundTripSeconds: number, constant = 1.31): number =>
  ((SEGMENT_BYTES * 8) / roundTripSeconds) * (constant / Math.sqrt(loss));

/**
 * Padhye, Firoiu, Towsley and Kurose (1998) with timeouts, in the form of RFC 5348 §3.1: good to a factor of two.
 * @param segmentsPerAck b: 1 for growth by bytes, 2 for growth by delayed ACKs
 */
export function pftk(
  loss: number,
  roundTripSeconds: number,
  {
    timeoutSeconds = 4 * roundTripSeconds,
    segmentsPerAck = 1,
  }: { readonly timeoutSeconds?: number; readonly segmentsPerAck?: number } = {},
): number {
  const growth = roundTripSeconds * Math.sqrt((2 * segmentsPerAck * loss) / 3);
  const timeouts = timeoutSeconds * 3 * Math.sqrt((3 * segmentsPerAck * loss) / 8) * loss * (1 + 32 * loss * loss);
  return (SEGMENT_BYTES * 8) / (growth + timeouts);
}

/** CUBIC's response function without the Reno-friendly region: RFC 9438 §5.1, with C = 0.4 and β = 0.7. */
export const cubicResponse = (loss: number, roundTripSeconds: number): number =>
  ((SEGMENT_BYTES * 8) / roundTripSeconds) * 1.054 * (roundTripSeconds / loss) ** 0.75;

/** The loss below which CUBIC's own function is above Reno's (RFC 9438 §5.1; 1.225 = √1.5 is Reno's constant there). */
export const cubicCrossover = (roundTripSeconds: number): number => roundTripSeconds ** 3 * (1.054 / 1.225) ** 4;

/** CUBIC: the larger of its response function and of Mathis' model, which the Reno-friendly region follows. */
export const cubicModel = (loss: number, roundTripSeconds: number): number =>
  Math.max(mathis(loss, roundTripSeconds), cubicResponse(loss, roundTripSeconds));

/** BBR, which does not take random loss for congestion: what of a full line gets through. */
export const bbrModel = (loss: number, bitsPerSecond: number): number => (1 - loss) * ceiling(bitsPerSecond);

/** The loss rate of frames whose bits flip each with this probability; in all its bits, headers too. */
export const bitErrorLoss = (bitErrors: number, frameBytes: number = FRAME_BYTES): number =>
  -Math.expm1(8 * frameBytes * Math.log1p(-bitErrors));

/** Gilbert-Elliott: the long-run loss of a chain that turns bad with p and good with r, and delivers k when good, h when bad. */
export const gilbertElliottLoss = (p: number, r: number, h = 0, k = 1): number =>
  ((1 - k) * r) / (p + r) + ((1 - h) * p) / (p + r);

/**
 * How much of a line is used by one window that climbs evenly to the sum of the path and the buffer, and is multiplied by
 * β at the overflow. All in units of the bandwidth-delay product: for a window w a round trip lasts max(1, w), and carries w.
 * Without a buffer it is (1 + β) / 2; 1 from a buffer of 1/β - 1 on.
 */
export function sawtoothUtilisation(buffer: number, beta: number): number {
  const high = 1 + buffer;
  const low = beta * high;
  if (low >= 1) return 1;
  const carried = (high ** 2 - low ** 2) / 2;
  const time = 1 - low + (high ** 2 - 1) / 2;
  return carried / time;
}

/**
 * Round trips in which slow start sends so many segments: the window is the initial one, then grows by a segment for each
 * ACK (RFC 5681 §3.1, RFC 3465 §2.1): for `limit` segments at most, though the ACK be of `segmentsPerAck`.
 */
export function slowStartRounds(
  segments: number,
  { initialWindow = 10, segmentsPerAck = 2, limit = 1 }: SlowStartGrowth = {},
): number {
  let window = initialWindow;
  let left = segments;
  let rounds = 0;
  while (left > 0) {
    rounds++;
    left -= window;
    window += Math.floor(window / segmentsPerAck) * Math.min(limit, segmentsPerAck);
  }
  return rounds;
}

export interface SlowStartGrowth {
  readonly initialWindow?: number;
  readonly segmentsPerAck?: number;
  readonly limit?: number;
}
