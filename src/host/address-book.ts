/** The addresses of a host, with their state on each interface: RFC 1122 §3.3.4, RFC 4862 §2. */
import { type Family, type IpAddress, isLinkLocal, isLoopback, LIMITED_BROADCAST } from '../layers/address.ts';
import { AddressMap } from '../layers/address-map.ts';
import { broadcastAddress, contains, type Prefix } from '../layers/prefix.ts';
import type { NetworkInterface } from './network-interface.ts';

/**
 * RFC 4862 §2: a tentative address is being tested and is not used; a deprecated one is not chosen for what is new; a
 * duplicate one turned out to be somebody else's and is never used.
 */
export type AddressState = 'tentative' | 'preferred' | 'deprecated' | 'duplicate';

export interface OwnAddress {
  readonly address: IpAddress;
  readonly prefix: Prefix;
  readonly networkInterface: NetworkInterface;
  /** The address of everybody on its network, for IPv4. */
  readonly broadcast: IpAddress | undefined;
  /** Formed from a router's prefix, and by which rules it ages (RFC 4862 §5.5). */
  readonly autoconfigured: boolean;
  state: AddressState;
  /** When it is deprecated, and when it goes (nanoseconds). */
  preferredUntil: number;
  validUntil: number;
}

export class AddressBook {
  private readonly all: OwnAddress[];
  private readonly usable: AddressMap<OwnAddress>;
  private readonly told: () => void;

  /** @param told called whenever an address comes, goes or changes its state */
  constructor(told: () => void) {
    this.all = [];
    this.usable = new AddressMap();
    this.told = told;
  }

  add(own: OwnAddress): void {
    this.all.push(own);
    this.changed();
  }

  remove(own: OwnAddress): void {
    const index = this.all.indexOf(own);
    if (index >= 0) this.all.splice(index, 1);
    if (this.usable.get(own.address) === own) this.usable.delete(own.address);
    this.changed();
  }

  setState(own: OwnAddress, state: AddressState): void {
    own.state = state;
    this.changed();
  }

  list(): readonly OwnAddress[] {
    return this.all;
  }

  /** Those of one interface, unusable ones included. */
  of(networkInterface: NetworkInterface, family: Family): OwnAddress[] {
    return this.all.filter((own) => own.networkInterface === networkInterface && own.address.family === family);
  }

  /** The host's own address, if it is one that may be used. */
  get(address: IpAddress): OwnAddress | undefined {
    return this.usable.get(address);
  }

  /** The same for an address that lies in a packet. */
  find(family: Family, w0: number, w1: number, w2: number, w3: number): OwnAddress | undefined {
    return this.usable.find(family, w0, w1, w2, w3);
  }

  /** Whether packets to it stay on this host: its own addresses, and all of 127.0.0.0/8. */
  isLocal(address: IpAddress): boolean {
    return this.usable.get(address) !== undefined || isLoopback(address);
  }

  /** 255.255.255.255, or everybody on an attached network (on that of one interface, if one is named). */
  isBroadcast(address: IpAddress, networkInterface?: NetworkInterface): boolean {
    if (address.family === 6) return false;
    return address.equals(LIMITED_BROADCAST) || this.broadcastOwner(address.w3, networkInterface) !== undefined;
  }

  /** Whose network's broadcast address the word is. */
  broadcastOwner(word: number, networkInterface?: NetworkInterface): OwnAddress | undefined {
    for (const own of this.all) {
      if (own.broadcast === undefined || own.broadcast.w3 !== word) continue;
      if (networkInterface === undefined || own.networkInterface === networkInterface) return own;
    }
    return undefined;
  }

  private changed(): void {
    for (const own of this.all) {
      const isUsable = own.state === 'preferred' || own.state === 'deprecated';
      const held = this.usable.get(own.address);
      if (isUsable && held === undefined) this.usable.set(own.address, own);
      else if (!isUsable && held === own) this.usable.delete(own.address);
    }
    this.told();
  }
}

/** The record of a new address. */
export const ownAddress = (prefix: Prefix, networkInterface: NetworkInterface, autoconfigured = false): OwnAddress => ({
  address: prefix.address,
  prefix,
  networkInterface,
  broadcast: networkInterface.isLoopback ? undefined : broadcastAddress(prefix),
  autoconfigured,
  state: 'preferred',
  preferredUntil: Number.POSITIVE_INFINITY,
  validUntil: Number.POSITIVE_INFINITY,
});

/** Whether an address of one interface means something on another: link-local ones do not (RFC 4291 §2.5.6). */
export const reaches = (own: OwnAddress, networkInterface: NetworkInterface): boolean =>
  own.networkInterface === networkInterface || own.address.family === 4 || !isLinkLocal(own.address);

/** Whether an address lies in the network of an own one. */
export const isNeighbour = (own: OwnAddress, address: IpAddress): boolean => contains(own.prefix, address);
