/**
 * Every protocol's codec on one packet of its own: fields read and written in place, with and without checksum, and the
 * records that are for people. `codec-runs.ts` runs it, `bench/codecs.ts` measures it.
 */
import type { Codec } from './codecs/codec.ts';
import { LINK_CODECS } from './codecs/link.ts';
import { NETWORK_CODECS } from './codecs/network.ts';
import { TRANSPORT_CODECS } from './codecs/transport.ts';

export const CODECS: readonly Codec[] = [...LINK_CODECS, ...NETWORK_CODECS, ...TRANSPORT_CODECS];
