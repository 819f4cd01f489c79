/**
 * Traffic keys from master keys: RFC 5925 §5.2, the KDF RFC 5926 §3.1.1. One iteration of it makes a whole key with
 * both pairs of algorithms, so the counter is always 1.
 */
import { addressLength, type IpAddress, writeAddress } from '../../../address.ts';
import { ALGORITHMS } from './algorithms.ts';
import type { MasterKey } from './master-key.ts';

/** One end of a connection. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** "TCP-AO" in ASCII. */
const LABEL: readonly number[] = [0x54, 0x43, 0x50, 0x2d, 0x41, 0x4f];
const COUNTER_BYTES = 1;
const LENGTH_BYTES = 2;

/** KDF(master key, context): i || Label || Context || Output_Length, the length in bits. */
export function deriveTrafficKey(
  masterKey: MasterKey,
  source: Endpoint,
  destination: Endpoint,
  sourceIsn: number,
  destinationIsn: number,
): Uint8Array {
  const algorithm = ALGORITHMS[masterKey.algorithm];
  const addressBytes = addressLength(source.address.family);
  const contextAt = COUNTER_BYTES + LABEL.length;
  const contextBytes = 2 * addressBytes + 12;
  const input = new Uint8Array(contextAt + contextBytes + LENGTH_BYTES);
  const view = new DataView(input.buffer);
  input[0] = 1;
  input.set(LABEL, COUNTER_BYTES);
  // RFC 5925 figures 7 and 8.
  writeAddress(source.address, view, contextAt);
  writeAddress(destination.address, view, contextAt + addressBytes);
  const portsAt = contextAt + 2 * addressBytes;
  view.setUint16(portsAt, source.port);
  view.setUint16(portsAt + 2, destination.port);
  view.setInt32(portsAt + 4, sourceIsn);
  view.setInt32(portsAt + 8, destinationIsn);
  view.setUint16(contextAt + contextBytes, 8 * algorithm.trafficKeyBytes);
  return algorithm.pseudoRandom(masterKey.key, input);
}

/**
 * The traffic keys of one master key in one direction of a connection: for its SYN, whose destination ISN is zero, and
 * for all other segments. Each is derived when it is first needed, and anew only when the ISNs are others.
 */
export class DirectedKeys {
  private readonly masterKey: MasterKey;
  private readonly source: Endpoint;
  private readonly destination: Endpoint;
  private readonly syn: { sourceIsn: number; key: Uint8Array | undefined };
  private readonly other: { sourceIsn: number; destinationIsn: number; key: Uint8Array | undefined };

  constructor(masterKey: MasterKey, source: Endpoint, destination: Endpoint) {
    this.masterKey = masterKey;
    this.source = source;
    this.destination = destination;
    this.syn = { sourceIsn: 0, key: undefined };
    this.other = { sourceIsn: 0, destinationIsn: 0, key: undefined };
  }

  /** Send_SYN_traffic_key or Receive_SYN_traffic_key. */
  forSyn(sourceIsn: number): Uint8Array {
    const { syn, masterKey, source, destination } = this;
    if (syn.key === undefined || syn.sourceIsn !== sourceIsn) {
      syn.key = deriveTrafficKey(masterKey, source, destination, sourceIsn, 0);
      syn.sourceIsn = sourceIsn;
    }
    return syn.key;
  }

  /** Send_other_traffic_key or Receive_other_traffic_key. */
  forOthers(sourceIsn: number, destinationIsn: number): Uint8Array {
    const { other, masterKey, source, destination } = this;
    if (other.key === undefined || other.sourceIsn !== sourceIsn || other.destinationIsn !== destinationIsn) {
      other.key = deriveTrafficKey(masterKey, source, destination, sourceIsn, destinationIsn);
      other.sourceIsn = sourceIsn;
      other.destinationIsn = destinationIsn;
    }
    return other.key;
  }
}
