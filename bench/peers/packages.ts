/**
 * Decoders of other packages. They live in a package of their own beside this file, so that the project does not depend on
 * them, and are installed without their native parts: of these only the JavaScript is measured.
 */
import { createRequire } from 'node:module';

/** Reads one whole frame and gives back something that depends on it. */
export interface PeerDecoder {
  /** The package and its version. */
  readonly name: string;
  decode(frame: Buffer): unknown;
}

/** From this file, and from a build of it in `bench/built`. */
const require = createRequire(new URL('../peers/packages.ts', import.meta.url));

export const MISSING = 'the packages to compare with are not installed: run `npm run bench:peers` first';

/** `pcap`: a class for each layer and for each address. */
export function pcap(): PeerDecoder {
  const Ethernet = load('pcap/decode/ethernet_packet') as new () => { decode(raw: Buffer, offset: number): unknown };
  return { name: named('pcap'), decode: (frame) => new Ethernet().decode(frame, 0) };
}

interface CapLayer {
  readonly info: { readonly type?: number; readonly protocol?: number };
  readonly offset: number;
}

/** `cap`: a function for each layer, addresses as text. */
export function cap(): PeerDecoder {
  const { Ethernet, IPV4, TCP } = load('cap/lib/Decoders') as Record<
    'Ethernet' | 'IPV4' | 'TCP',
    (raw: Buffer, offset?: number) => CapLayer
  >;
  return {
    name: named('cap'),
    decode(frame) {
      const packet = IPV4(frame, Ethernet(frame).offset);
      return TCP(frame, packet.offset);
    },
  };
}

interface Cursor {
  start: number;
  readonly end: number;
  readonly buffer: Buffer;
}

/** `ip-packet`: IPv4 only. */
export function ipPacket(): PeerDecoder {
  const { decode } = load('ip-packet') as { decode(state: Cursor): unknown };
  return { name: named('ip-packet'), decode: (frame) => decode({ start: 14, end: frame.length, buffer: frame }) };
}

export const arePeersInstalled = (): boolean => {
  try {
    return version('pcap') !== '';
  } catch {
    return false;
  }
};

/** @throws {Error} with what to do, if it is not installed */
function load(path: string): unknown {
  if (!arePeersInstalled()) throw new Error(MISSING);
  return require(path);
}

const named = (name: string): string => `${name} ${version(name)}`;
const version = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;
