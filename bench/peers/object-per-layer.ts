/** The plainest codec: an object literal for each layer, numbers in it, the payload as a view. Nothing is verified. */

export interface PlainFrame {
  readonly destination: number;
  readonly source: number;
  readonly type: number;
  readonly packet: PlainPacket;
}

export interface PlainPacket {
  readonly headerLength: number;
  readonly trafficClass: number;
  readonly totalLength: number;
  readonly identification: number;
  readonly flags: number;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly checksum: number;
  readonly source: number;
  readonly destination: number;
  readonly segment: PlainSegment;
}

export interface PlainSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequenceNumber: number;
  readonly acknowledgmentNumber: number;
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  readonly options: readonly PlainOption[];
  readonly payload: Uint8Array;
}

export interface PlainOption {
  readonly kind: number;
  readonly data: Uint8Array;
}

/** Ethernet, IPv4 and TCP. */
export function decodePlain(bytes: Uint8Array, view: DataView): PlainFrame {
  const headerLength = (view.getUint8(14) & 0xf) * 4;
  return {
    destination: view.getUint16(0) * 2 ** 32 + view.getUint32(2),
    source: view.getUint16(6) * 2 ** 32 + view.getUint32(8),
    type: view.getUint16(12),
    packet: {
      headerLength,
      trafficClass: view.getUint8(15),
      totalLength: view.getUint16(16),
      identification: view.getUint16(18),
      flags: view.getUint16(20),
      timeToLive: view.getUint8(22),
      protocol: view.getUint8(23),
      checksum: view.getUint16(24),
      source: view.getUint32(26),
      destination: view.getUint32(30),
      segment: decodeSegment(bytes, view, 14 + headerLength),
    },
  };
}

function decodeSegment(bytes: Uint8Array, view: DataView, at: number): PlainSegment {
  const end = at + (view.getUint8(at + 12) >> 4) * 4;
  const options: PlainOption[] = [];
  for (let place = at + 20; place < end; ) {
    const kind = bytes[place]!;
    const length = kind < 2 ? 1 : bytes[place + 1]!;
    options.push({ kind, data: bytes.subarray(place + 2, place + length) });
    place += Math.max(1, length);
  }
  return {
    sourcePort: view.getUint16(at),
    destinationPort: view.getUint16(at + 2),
    sequenceNumber: view.getUint32(at + 4),
    acknowledgmentNumber: view.getUint32(at + 8),
    flags: view.getUint16(at + 12) & 0xfff,
    window: view.getUint16(at + 14),
    checksum: view.getUint16(at + 16),
    options,
    payload: bytes.subarray(end),
  };
}
