/** Which size of packet to try next: RFC 4821 §7.3. */

/**
 * Sizes that paths are likely to have: the least of IPv6 (RFC 8200 §5), common tunnels inside 1500 bytes, 6in4 and IP in
 * IP, PPPoE, Ethernet, jumbo frames. "It may be appropriate to probe at certain common or expected MTU sizes" (§7.3).
 */
const LIKELY: readonly number[] = [1280, 1400, 1420, 1480, 1492, 1500, 9000];

/**
 * The size to try next between `low`, which works, and `high`, which is the largest that may.
 * @param highWasFound `high` itself is no likely size: a probe of one byte more was lost
 * @param threshold a range of fewer bytes is not worth a probe (`net.ipv4.tcp_probe_threshold`)
 * @returns 0 if the search is over
 */
export function nextSize(low: number, high: number, highWasFound: boolean, threshold: number): number {
  if (high - low < Math.max(1, threshold)) return 0;
  let candidates = 0;
  for (const size of LIKELY) if (size > low && size < high) candidates++;
  const withHigh = highWasFound ? candidates : candidates + 1;
  if (withHigh === 0) return (low + high + 1) >> 1;
  // The middle one, the upper of two: a failure costs more than a success.
  let skip = withHigh >> 1;
  for (const size of LIKELY) {
    if (size > low && size < high && skip-- === 0) return size;
  }
  return high;
}
