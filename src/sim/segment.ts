/**
 * A network segment: the interfaces that hear each other without a router, on one link or behind hubs and switches. It
 * gives addresses to those for whom the user chose none: 10.0.N.x/24 and fd00:N::x/64.
 */
import type { NetworkInterface } from '../host/network-interface.ts';
import type { VirtualHost } from './virtual-host.ts';

const MOST_HOSTS = 254;
const MOST_SEGMENTS = 65_536;

export interface Attachment {
  readonly host: VirtualHost;
  readonly networkInterface: NetworkInterface;
}

export class Segment {
  /** N. */
  readonly number: number;
  readonly members: Attachment[];
  /** Whether addresses of its own numbers have been given out. */
  hasNumbered: boolean;
  private nextHost: number;

  /** @throws {RangeError} if there are no numbers left */
  constructor(number: number) {
    if (number >= MOST_SEGMENTS) throw new RangeError(`a world has addresses for ${MOST_SEGMENTS} networks: give some`);
    this.number = number;
    this.members = [];
    this.hasNumbered = false;
    this.nextHost = 1;
  }

  /**
   * The next addresses.
   * @param withIpv6 whether the interface speaks IPv6
   * @throws {RangeError} if all are given out
   */
  takeAddresses(withIpv6: boolean): string[] {
    const host = this.nextHost++;
    if (host > MOST_HOSTS) {
      throw new RangeError(
        `network 10.${this.number >>> 8}.${this.number & 0xff}.0/24 is full: give addresses yourself`,
      );
    }
    this.hasNumbered = true;
    const v4 = `10.${this.number >>> 8}.${this.number & 0xff}.${host}/24`;
    return withIpv6 ? [v4, `fd00:${this.number.toString(16)}::${host.toString(16)}/64`] : [v4];
  }

  /** Takes in the members of another segment that is now joined with this one. */
  absorb(other: Segment): void {
    this.members.push(...other.members);
    this.hasNumbered ||= other.hasNumbered;
  }
}
