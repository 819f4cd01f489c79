/** TCP MD5 signatures (RFC 2385) of a script's own segments, and of those that it expects: `--tcp_md5_secret`. */
import type { IpAddress } from '../../layers/address.ts';
import { pseudoHeaderSum } from '../../layers/checksum.ts';
import { md5Digest } from '../../layers/transport/tcp/authentication/md5.ts';
import { MD5_SIGNATURE, NO_OPERATION } from '../../layers/transport/tcp/options.ts';
import * as segment from '../../layers/transport/tcp/segment.ts';
import type { OptionSpec } from '../language/script.ts';
import type { Flow } from './flow.ts';

/** Writes the digests that a script asks for with `md5 valid`, or with one bit turned over for `md5 invalid`. */
export function signSegment(bytes: Uint8Array, specs: readonly OptionSpec[], flow: Flow, secret: Uint8Array): void {
  const wanted = specs.find((spec) => spec.name === 'md5');
  if (wanted === undefined || wanted.digest instanceof Uint8Array) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = signatureAt(view);
  if (at < 0) return;
  const digest = md5Digest(view, 0, bytes.length, flow.remote, flow.local, secret);
  if (wanted.digest === 'invalid') digest[0] = digest[0]! ^ 1;
  bytes.set(digest, at + 2);
  segment.writeChecksum(
    view,
    0,
    bytes.length,
    pseudoHeaderSum(flow.remote, flow.local, segment.PROTOCOL, bytes.length),
  );
}

/** Whether a segment is signed with the secret. */
export function isSigned(bytes: Uint8Array, source: IpAddress, destination: IpAddress, secret: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = signatureAt(view);
  if (at < 0) return false;
  const digest = md5Digest(view, 0, bytes.length, source, destination, secret);
  return digest.every((byte, index) => byte === bytes[at + 2 + index]);
}

/** Where the option starts; -1 if there is none. */
function signatureAt(view: DataView): number {
  const end = segment.dataOffset(view, 0);
  for (let at = segment.HEADER_LENGTH; at < end; ) {
    const kind = view.getUint8(at);
    if (kind === MD5_SIGNATURE) return at;
    at += kind === NO_OPERATION ? 1 : Math.max(2, view.getUint8(at + 1));
  }
  return -1;
}
