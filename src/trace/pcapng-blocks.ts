/**
 * The numbers of the pcapng format (`draft-ietf-opsawg-pcapng`) that its writer and its reader share.
 */

export const BLOCK = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  /** Obsolete, but old files have it. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;

export const OPTION = {
  end: 0,
  comment: 1,
  /** Section header. */
  userApplication: 4,
  /** Interface description. */
  interfaceName: 2,
  interfaceDescription: 3,
  timestampResolution: 9,
  timestampOffset: 14,
  /** Enhanced packet and obsolete packet. */
  flags: 2,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Block type, total length, and the total length again at the end. */
export const BLOCK_OVERHEAD = 12;

/** Bits 0-1 of a packet's flags. */
export const DIRECTION_FLAGS = { inbound: 1, outbound: 2 } as const;

/** Every field is padded to a multiple of 32 bits. */
export const padded = (length: number): number => (length + 3) & ~3;

/**
 * How many ticks of an interface's clock make a second, by its `if_tsresol`: a negative power of 10, or of 2 if the
 * most significant bit is set.
 */
export const ticksPerSecond = (resolution: number): bigint =>
  resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);

/** How many decimal digits show every tick, at most 9. */
export const digitsOf = (resolution: number): number =>
  Math.min(9, resolution & 0x80 ? Math.ceil((resolution & 0x7f) * Math.log10(2)) : resolution);
