/**
 * The value of TCP_MD5SIG in a script. Linux's is `{tcpm_addr={…}, tcpm_key="secret"}` (tcp(7)), whose address may be left
 * open. FreeBSD's is a number: whether the key of the kernel's table is used (tcp(4), setkey(8)).
 */
import { formatIpAddress } from '../../layers/address-text.ts';
import type { Md5SignatureRequest } from '../../sockets/authentication-options.ts';
import type { Expression } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import { endpointOf } from './addresses.ts';
import type { CallContext } from './call.ts';
import { fieldOf, numberOf, requiredField } from './evaluate.ts';
import { remoteEnd } from './socket-calls.ts';

export function md5Request(value: Expression, domain: number, context: CallContext): Md5SignatureRequest {
  if (value.kind === 'list' && value.elements[0]?.kind !== 'structure') return fromTable(value, context);
  const key = requiredField(value, 'tcpm_key');
  if (key.kind !== 'string') throw new ScriptError(key.place, 'tcpm_key is a text in quotes');
  const peer = fieldOf(value, 'tcpm_addr');
  const { address } = peer === undefined ? remoteEnd(context) : endpointOf(peer.value, domain, remoteEnd(context));
  return { address, key: new TextEncoder().encode(key.value) };
}

/** An empty key takes it away again. */
function fromTable(value: Expression, context: CallContext): Md5SignatureRequest {
  const { address } = remoteEnd(context);
  const secret = context.signatureKeys.get(formatIpAddress(context.ends.remote));
  return { address, key: numberOf(value) === 0 ? new Uint8Array(0) : (secret ?? new Uint8Array(0)) };
}
