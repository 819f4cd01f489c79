/** Frames whose packet is longer than the link carries vanish: a black hole to path MTU discovery, as real ones are. */
import { HEADER_LENGTH, typeOrLength } from '../../../layers/link/ethernet.ts';
import { isVlanTag } from '../../../layers/link/ethertype.ts';
import type { Transit } from '../transit.ts';
import type { Fault } from './fault.ts';

const TAG_LENGTH = 4;

export class MtuLimit implements Fault {
  private readonly mtuBytes: number;
  private readonly detail: string;

  /** @param mtuBytes the longest packet: the frame without its Ethernet header and VLAN tags */
  constructor(mtuBytes: number) {
    this.mtuBytes = mtuBytes;
    this.detail = `MTU ${mtuBytes} bytes`;
  }

  judge(transit: Transit): void {
    const { view, start, end } = transit.frame;
    // The tags are looked at only in frames that could be too long.
    if (end - start - HEADER_LENGTH <= this.mtuBytes) return;
    let header = HEADER_LENGTH;
    while (end - start - header > this.mtuBytes && isVlanTag(typeOrLength(view, start + header - HEADER_LENGTH))) {
      header += TAG_LENGTH;
    }
    if (end - start - header > this.mtuBytes) transit.drop('medium-mtu', this.detail);
  }
}
