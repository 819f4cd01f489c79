/** The value of TCP_MD5SIG in a script: `{tcpm_addr={…}, tcpm_key="secret"}` (tcp(7)); the address may be left open. */
import type { Md5SignatureRequest } from '../../sockets/authentication-options.ts';
import type { Expression } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import { endpointOf } from './addresses.ts';
import type { CallContext } from './call.ts';
import { fieldOf, requiredField } from './evaluate.ts';
import { remoteEnd } from './socket-calls.ts';

export function md5Request(value: Expression, domain: number, context: CallContext): Md5SignatureRequest {
  const key = requiredField(value, 'tcpm_key');
  if (key.kind !== 'string') throw new ScriptError(key.place, 'tcpm_key is a text in quotes');
  const peer = fieldOf(value, 'tcpm_addr');
  const { address } = peer === undefined ? remoteEnd(context) : endpointOf(peer.value, domain, remoteEnd(context));
  return { address, key: new TextEncoder().encode(key.value) };
}
