/**
 * The states of a connection: RFC 9293 §3.3.2, by the names it gives them.
 */
export type State =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';

/** Whether both sides have agreed on sequence numbers: RFC 9293 §3.5.2 lists these states. */
export const isSynchronized = (state: State): boolean =>
  state !== 'CLOSED' && state !== 'LISTEN' && state !== 'SYN-SENT' && state !== 'SYN-RECEIVED';

/** Whether data of the peer is still taken: it has not sent its FIN. */
export const canReceive = (state: State): boolean =>
  state === 'ESTABLISHED' || state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';

/** Whether data or a FIN of ours may be on its way or waiting to go. */
export const canSend = (state: State): boolean =>
  state === 'ESTABLISHED' ||
  state === 'CLOSE-WAIT' ||
  state === 'FIN-WAIT-1' ||
  state === 'CLOSING' ||
  state === 'LAST-ACK';
