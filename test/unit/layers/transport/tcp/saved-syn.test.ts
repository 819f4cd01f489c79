/** TCP_SAVE_SYN (tcp(7)): a listener keeps the headers of the SYN. */
import { describe, expect, test } from 'vitest';
import * as segment from '../../../../../src/layers/transport/tcp/segment.ts';
import { Conversation, PEER_PORT, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('a SYN, from sequence number %i', (start) => {
  const accepted = (saveSyn: boolean, syn: string) => {
    const peer = new Conversation({ start });
    const listener = peer.listen(8, { saveSyn });
    peer.sends(syn);
    peer.sends('. 1:1(0) ack 1');
    return listener.accept()!.block;
  };

  test('is kept up to the end of its TCP header, without its data', () => {
    const { savedSyn } = accepted(true, 'S 0:50(50) win 4321 <mss 1460,nop,nop,sackOK>');
    expect(savedSyn).toHaveLength(28);
    const view = new DataView(savedSyn!.buffer);
    expect(segment.sourcePort(view, 0)).toBe(PEER_PORT);
    expect(view.getUint16(14)).toBe(4321);
    expect([...savedSyn!.subarray(20)]).toEqual([2, 4, 5, 180, 1, 1, 4, 2]);
  });

  test('is not, if the listener does not want it', () => {
    expect(accepted(false, 'S 0:0(0) win 4321 <mss 1460>').savedSyn).toBeUndefined();
  });
});
