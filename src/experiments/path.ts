/**
 * The world of a point: one sender and one receiver on one bottleneck, as in `../shared/reference/README.md`, or a parking
 * lot: routers in a row with a bottleneck between each two, and for each group of flows a sender and a receiver of its own
 * where it comes in and where it leaves. The names do not depend on the point, so the dice of the links depend on the seed
 * alone: with the same seed the n-th frame has the same fate whoever sends it (common random numbers).
 */
import { type IpAddress, isLinkLocal } from '../layers/address.ts';
import { RFC_SETTINGS, type TcpSettings } from '../layers/transport/tcp/settings.ts';
import type { Link } from '../sim/link.ts';
import type { LinkOptions } from '../sim/medium/options.ts';
import { parseQueue } from '../sim/medium/queues/queue-text.ts';
import { formatDuration, formatRate, parseDuration, parseRate } from '../sim/units.ts';
import type { VirtualHost } from '../sim/virtual-host.ts';
import { World } from '../sim/world.ts';
import { firstRate } from './line.ts';
import type { FlowGroup, PathFaults, Point } from './point.ts';

/** As large as those of the reference runs: no window but the congestion window matters. */
const BUFFER_BYTES = 8 * 1024 * 1024;
/** How much faster the lines at the edge of a parking lot are. */
const EDGE_FACTOR = 10;

export interface FlowEnds {
  readonly sender: VirtualHost;
  readonly receiver: VirtualHost;
  readonly address: IpAddress;
  readonly group: FlowGroup;
}

export interface Path {
  readonly world: World;
  readonly bottlenecks: readonly Link[];
  /** One for each flow. */
  readonly flows: readonly FlowEnds[];
}

/**
 * Builds the world, in which nothing has happened yet.
 * @throws {RangeError} if the point makes no sense, in a sentence
 */
export function buildPath(point: Point, seed: number): Path {
  if (point.flows.length === 0) throw new RangeError('a point has one group of flows at least');
  const hops = whole(point.hops ?? 1, 'hops');
  for (const { count = 1 } of point.flows) whole(count, 'the count of a group of flows');
  return hops === 1 ? singleBottleneck(point, seed) : parkingLot(point, seed, hops);
}

function singleBottleneck(point: Point, seed: number): Path {
  const world = new World({ seed });
  const settings = { tcp: tcpSettings(point) };
  const sender = world.host('sender', { settings });
  const receiver = world.host('receiver', { settings });
  const link = world.link(
    { host: sender, addresses: ['10.0.0.1/24'] },
    { host: receiver, addresses: ['10.0.0.2/24'] },
    bottleneck(point, parseDuration(point.roundTrip, 'roundTrip') / 2),
  );
  const address = ipv4Of(receiver);
  return { world, bottlenecks: [link], flows: each(point.flows, () => ({ sender, receiver, address })) };
}

function parkingLot(point: Point, seed: number, hops: number): Path {
  const world = new World({ seed });
  const settings = { tcp: tcpSettings(point) };
  const routers = Array.from({ length: hops + 1 }, (_, index) => world.router(`router${index}`));
  const delayNs = Math.round(parseDuration(point.roundTrip, 'roundTrip') / 2 / hops);
  const options = bottleneck(point, delayNs);
  const bottlenecks = routers.slice(1).map((router, index) => world.link(routers[index]!, router, options));
  const edge = { rate: formatRate(EDGE_FACTOR * parseRate(firstRate(point.rate), 'rate')) };
  const ends = point.flows.map(({ hops: crossed = [0, hops - 1] }, index) => {
    const [first, last] = crossed;
    const into = routers[first];
    const outOf = routers[last + 1];
    if (into === undefined || outOf === undefined || !(first <= last)) {
      throw new RangeError(`a flow crosses hops of 0 to ${hops - 1}, not ${first} to ${last}`);
    }
    const sender = world.host(`sender${index}`, { settings });
    const receiver = world.host(`receiver${index}`, { settings });
    // A flow that crosses less has its share of the delay at the edge: all have the same round trip.
    const spareNs = delayNs * (hops - 1 - (last - first));
    world.link(sender, into, { ...edge, delay: formatDuration(spareNs) });
    world.link(outOf, receiver, edge);
    return { sender, receiver };
  });
  world.computeRoutes();
  const flows = each(point.flows, (index) => ({ ...ends[index]!, address: ipv4Of(ends[index]!.receiver) }));
  return { world, bottlenecks, flows };
}

/** The ends of each flow, by its group. */
function each(
  groups: readonly FlowGroup[],
  ends: (group: number) => Pick<FlowEnds, 'sender' | 'receiver' | 'address'>,
): FlowEnds[] {
  return groups.flatMap((group, index) => Array.from({ length: group.count ?? 1 }, () => ({ ...ends(index), group })));
}

function tcpSettings({ tcp, flows }: Point): Partial<TcpSettings> {
  const settings: Partial<TcpSettings> = {
    sendBufferBytes: BUFFER_BYTES,
    receiveBufferBytes: BUFFER_BYTES,
    // A receiver has one as well: how DCTCP is echoed depends on it.
    congestionControl: flows[0]!.controller,
    ...tcp,
  };
  for (const name of [settings, ...flows.map((flow) => flow.tcp ?? {})].flatMap(Object.keys)) {
    if (!Object.hasOwn(RFC_SETTINGS, name)) throw new RangeError(`TCP has no setting '${name}'`);
  }
  return settings;
}

function bottleneck(point: Point, delayNs: number): LinkOptions {
  const { data = {}, acknowledgments = {} } = point;
  const both: LinkOptions = {
    rate: { aToB: point.rate, bToA: point.acknowledgmentRate ?? point.rate },
    delay: formatDuration(delayNs),
    queue: parseQueue(point.queue),
    ...(point.faults === undefined ? {} : { faults: point.faults }),
  };
  const names = new Set([...Object.keys(data), ...Object.keys(acknowledgments)]) as Set<keyof PathFaults>;
  const faults = [...names].map((name) => [name, { aToB: data[name], bToA: acknowledgments[name] }]);
  return { ...both, ...Object.fromEntries(faults) };
}

function ipv4Of(host: VirtualHost): IpAddress {
  return host.addresses.find(
    ({ address, networkInterface }) => !networkInterface.isLoopback && !isLinkLocal(address) && address.family === 4,
  )!.address;
}

function whole(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${what} is a whole number from 1 on, not ${value}`);
}
