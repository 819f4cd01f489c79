/**
 * Which local ports of one transport protocol are taken, and by what right (RFC 6056 for the choice of ephemeral ones).
 * UDP and TCP have one table each; TCP's connections are looked up elsewhere.
 */
import { type IpAddress, isUnspecified } from '../address.ts';
import type { ErrorCode } from '../errors.ts';
import { below, type Random } from '../random.ts';

/** IANA's dynamic range (RFC 6335 §6). */
export const EPHEMERAL_FIRST = 49152;
export const EPHEMERAL_LAST = 65535;

/** One claim on a port. The unspecified address claims it on every address of the family. */
export interface Binding {
  readonly address: IpAddress;
  readonly port: number;
  /** An IPv6 wildcard that also takes IPv4 (RFC 3493 §5.3 without IPV6_V6ONLY). */
  readonly dualStack: boolean;
  /** SO_REUSEADDR: agrees to share with others that agree, as long as none listens. */
  readonly reuseAddress: boolean;
  /** SO_REUSEPORT: agrees to share with others that agree, though they listen: each gets a part of what comes. */
  readonly reusePort: boolean;
  /** Set when the owner starts to listen: no second binding may share it then. */
  exclusive: boolean;
}

export class PortTable {
  private readonly byPort: Map<number, Binding[]>;
  private readonly random: Random;

  constructor(random: Random) {
    this.byPort = new Map();
    this.random = random;
  }

  /**
   * Claims a port; 0 asks for any free one.
   * @returns the binding, or `EADDRINUSE`
   */
  bind(
    address: IpAddress,
    port: number,
    reuseAddress: boolean,
    dualStack: boolean,
    reusePort = false,
  ): Binding | ErrorCode {
    const chosen = port === 0 ? this.ephemeral(address, dualStack) : port;
    const binding = { address, port: chosen, reuseAddress, reusePort, dualStack, exclusive: false };
    if (chosen === 0 || (port !== 0 && this.conflicts(binding))) return 'EADDRINUSE';
    const bindings = this.byPort.get(chosen);
    if (bindings === undefined) this.byPort.set(chosen, [binding]);
    else bindings.push(binding);
    return binding;
  }

  release(binding: Binding): void {
    const bindings = this.byPort.get(binding.port);
    const index = bindings?.indexOf(binding) ?? -1;
    if (bindings === undefined || index < 0) return;
    bindings.splice(index, 1);
    if (bindings.length === 0) this.byPort.delete(binding.port);
  }

  /** Whether a second binding could not live beside those there are. */
  private conflicts(wanted: Claim): boolean {
    return (this.byPort.get(wanted.port) ?? []).some(
      (held) =>
        overlap(held, wanted) &&
        !(wanted.reuseAddress && held.reuseAddress && !held.exclusive) &&
        !(wanted.reusePort && held.reusePort),
    );
  }

  /** Whether another listens where `binding` would: that takes the consent of both. */
  isShared(binding: Binding): boolean {
    return (this.byPort.get(binding.port) ?? []).some(
      (held) => held !== binding && held.exclusive && overlap(held, binding) && !(held.reusePort && binding.reusePort),
    );
  }

  /** A random start and then in turn (RFC 6056 §3.3.1); 0 when all are taken. */
  private ephemeral(address: IpAddress, dualStack: boolean): number {
    const count = EPHEMERAL_LAST - EPHEMERAL_FIRST + 1;
    const first = below(this.random, count);
    for (let step = 0; step < count; step++) {
      const port = EPHEMERAL_FIRST + ((first + step) % count);
      if (!this.conflicts({ address, port, reuseAddress: false, reusePort: false, dualStack })) return port;
    }
    return 0;
  }
}

type Claim = Omit<Binding, 'exclusive'>;

function overlap(one: Claim, other: Claim): boolean {
  if (one.address.family !== other.address.family) return one.dualStack || other.dualStack;
  return isUnspecified(one.address) || isUnspecified(other.address) || one.address.equals(other.address);
}
