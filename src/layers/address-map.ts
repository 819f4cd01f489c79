/**
 * A map whose keys are IP addresses: by integers, never by text. Both families live in one map, apart from each other.
 */
import type { Family, IpAddress } from './address.ts';

interface Entry<Value> {
  readonly address: IpAddress;
  value: Value;
  next: Entry<Value> | undefined;
}

export class AddressMap<Value> {
  size: number;
  private readonly chains: Map<number, Entry<Value>>;

  constructor() {
    this.size = 0;
    this.chains = new Map();
  }

  get(address: IpAddress): Value | undefined {
    return this.find(address.family, address.w0, address.w1, address.w2, address.w3);
  }

  /** The same for an address that lies in a packet. Allocates nothing. */
  find(family: Family, w0: number, w1: number, w2: number, w3: number): Value | undefined {
    let entry = this.chains.get(hash(family, w0, w1, w2, w3));
    for (; entry !== undefined; entry = entry.next) {
      const { address } = entry;
      if (
        address.w3 === w3 &&
        address.w2 === w2 &&
        address.w1 === w1 &&
        address.w0 === w0 &&
        address.family === family
      ) {
        return entry.value;
      }
    }
    return undefined;
  }

  set(address: IpAddress, value: Value): void {
    const key = hash(address.family, address.w0, address.w1, address.w2, address.w3);
    const first = this.chains.get(key);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (!entry.address.equals(address)) continue;
      entry.value = value;
      return;
    }
    this.chains.set(key, { address, value, next: first });
    this.size++;
  }

  /** @returns whether there was one */
  delete(address: IpAddress): boolean {
    const key = hash(address.family, address.w0, address.w1, address.w2, address.w3);
    let before: Entry<Value> | undefined;
    for (let entry = this.chains.get(key); entry !== undefined; before = entry, entry = entry.next) {
      if (!entry.address.equals(address)) continue;
      if (before !== undefined) before.next = entry.next;
      else if (entry.next !== undefined) this.chains.set(key, entry.next);
      else this.chains.delete(key);
      this.size--;
      return true;
    }
    return false;
  }

  /** Takes everything out. */
  clear(): void {
    this.chains.clear();
    this.size = 0;
  }

  /** All values, in no promised order but the same one in every run. */
  *values(): Generator<Value> {
    for (const first of this.chains.values()) {
      for (let entry: Entry<Value> | undefined = first; entry !== undefined; entry = entry.next) yield entry.value;
    }
  }
}

/** IPv4 addresses hash to themselves; an IPv6 address mixes its words, so that neither prefix nor host part rules. */
const hash = (family: Family, w0: number, w1: number, w2: number, w3: number): number =>
  family === 4
    ? w3
    : Math.imul(Math.imul(Math.imul(w0 ^ 0x9e3779b9, 31) + w1, 0x85ebca6b) ^ w2, 0xc2b2ae35) ^
      Math.imul(w3, 0x27d4eb2f);
