/** The local end of a stream socket: the port that it has claimed, one of its program's choice or one that was free. */
import { type IpAddress, isUnspecified, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { Binding } from '../layers/transport/ports.ts';
import type { Tcp } from '../layers/transport/tcp/tcp.ts';
import { AF_INET } from './constants.ts';

export class StreamPort {
  /** SO_REUSEADDR and SO_REUSEPORT, for the next claim. */
  reuseAddress: boolean;
  reusePort: boolean;
  binding: Binding | undefined;
  /** The program chose no port: one was drawn, and goes back when connecting fails. */
  wasDrawn: boolean;
  private readonly tcp: Tcp;
  private readonly domain: number;

  constructor(tcp: Tcp, domain: number) {
    this.reuseAddress = false;
    this.reusePort = false;
    this.binding = undefined;
    this.wasDrawn = false;
    this.tcp = tcp;
    this.domain = domain;
  }

  /** All addresses of the socket's family. */
  get wildcard(): IpAddress {
    return this.domain === AF_INET ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
  }

  /** Takes the port that a program has chosen, or any if that is 0. @param v6Only an IPv6 socket that leaves IPv4 alone */
  choose(address: IpAddress, port: number, v6Only: boolean): ErrorCode | undefined {
    // A connection that its program has closed, in TIME-WAIT above all, still holds its port (RFC 9293 §3.4.2).
    const isBusy = port !== 0 && !this.reuseAddress && this.tcp.isPortBusy(address, port, this.reusePort);
    const failed = isBusy ? 'EADDRINUSE' : this.claim(address, port, v6Only);
    if (failed === undefined) this.wasDrawn = false;
    return failed;
  }

  /** What is claimed; if nothing is, a port is drawn. */
  chosenOrDrawn(v6Only: boolean): Binding | ErrorCode {
    if (this.binding !== undefined) return this.binding;
    const failed = this.claim(this.wildcard, 0, v6Only);
    this.wasDrawn = true;
    return this.binding ?? failed ?? 'EADDRINUSE';
  }

  release(): void {
    if (this.binding !== undefined) this.tcp.ports.release(this.binding);
    this.binding = undefined;
  }

  private claim(address: IpAddress, port: number, v6Only: boolean): ErrorCode | undefined {
    const both = address.family === 6 && !v6Only && isUnspecified(address);
    const binding = this.tcp.ports.bind(address, port, this.reuseAddress, both, this.reusePort);
    if (typeof binding === 'string') return binding;
    this.binding = binding;
    return undefined;
  }
}
