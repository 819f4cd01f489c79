/** Every system call that a script can make, by its name. */
import type { CallAction, Place } from '../language/script.ts';
import { Unsupported } from '../unsupported.ts';
import { type Call, CallArguments, type CallContext, type MakeCall } from './call.ts';
import { DATA_CALLS } from './data-calls.ts';
import { DESCRIPTOR_CALLS } from './descriptor-calls.ts';
import { MESSAGE_CALLS } from './message-calls.ts';
import { OPTION_CALLS } from './option-calls.ts';
import { SOCKET_CALLS } from './socket-calls.ts';
import { WAIT_CALLS } from './wait-calls.ts';

const CALLS: Readonly<Record<string, MakeCall>> = {
  ...SOCKET_CALLS,
  ...DATA_CALLS,
  ...MESSAGE_CALLS,
  ...OPTION_CALLS,
  ...WAIT_CALLS,
  ...DESCRIPTOR_CALLS,
};

/** @throws {Unsupported} for a call that is not there @throws {ScriptError} for arguments that make no sense */
export function makeCall(action: CallAction, place: Place, context: CallContext): Call {
  const make = Object.hasOwn(CALLS, action.name) ? CALLS[action.name] : undefined;
  if (make === undefined) throw new Unsupported(`system call ${action.name}`);
  return make(new CallArguments(action, place), context);
}
