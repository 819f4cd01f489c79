/**
 * Which conversation a packet of a script belongs to. Scripts seldom say: it is the one under test, which the last
 * `listen`, `connect` or SYN has begun. Where several run at once a script writes ports, or `sock(4)`.
 */

import * as segment from '../../layers/transport/tcp/segment.ts';
import type { VirtualHost } from '../../sim/virtual-host.ts';
import { AddressRecord } from '../../sockets/address-record.ts';
import type { OpenFile } from '../calls/open-file.ts';
import { SocketFile } from '../calls/socket-file.ts';
import type { PacketSpec } from '../language/script.ts';
import { Flow } from '../packets/flow.ts';
import type { ScriptEnds } from '../packets/script-ends.ts';
import type { Sighting } from '../packets/sighting.ts';

/** Where the ports of the script's end begin. */
const FIRST_EPHEMERAL_PORT = 53_055;

export class Flows {
  /** The conversation under test. */
  current: Flow | undefined;
  private readonly host: VirtualHost;
  private readonly ends: ScriptEnds;
  private readonly flows: Flow[];
  private nextPort: number;
  /** The port of the socket that was bound or made to listen last, where no conversation has begun since. */
  private awaiting: { readonly protocol: Flow['protocol']; readonly port: number } | undefined;

  constructor(host: VirtualHost, ends: ScriptEnds) {
    this.current = undefined;
    this.host = host;
    this.ends = ends;
    this.flows = [];
    this.nextPort = FIRST_EPHEMERAL_PORT;
    this.awaiting = undefined;
  }

  /** A call has succeeded: sockets that listen, are bound for datagrams, are connected or accepted are under test. */
  called(name: string, file: OpenFile | undefined): void {
    if (!(file instanceof SocketFile)) return;
    const local = this.localPort(file);
    if (name === 'listen') this.await('tcp', local);
    if (name === 'bind' && file.isDatagram) this.await('udp', local);
    if (name === 'connect' && file.isDatagram) this.current = this.ofSocket(file) ?? this.current;
    if (name === 'accept' || name === 'accept4') this.current = this.ofSocket(file) ?? this.current;
  }

  /** The host has sent a packet: the conversation that it belongs to; a SYN or datagram of its own begins one. */
  ofSighting({ source, destination, payload }: Sighting): Flow | undefined {
    if (payload.protocol !== 'tcp' && payload.protocol !== 'udp') return undefined;
    const ends = {
      protocol: payload.protocol,
      local: source,
      localPort: payload.sourcePort,
      remote: destination,
      remotePort: payload.destinationPort,
    };
    const known = this.flows.find((flow) => flow.joins(ends));
    if (known !== undefined) return known;
    const begun = this.begin(new Flow(ends));
    if (payload.protocol === 'udp' || (payload.flags & segment.SYN) !== 0) this.current = begun;
    return begun;
  }

  /** The conversation that a script means for a packet that it sends. */
  ofInbound(spec: PacketSpec, file: OpenFile | undefined): Flow {
    const { payload } = spec;
    if (payload.protocol === 'tcp' && payload.descriptor !== undefined) {
      const flow = file instanceof SocketFile ? this.ofSocket(file) : undefined;
      if (flow !== undefined) return flow;
    }
    if ('type' in payload) {
      const ports = payload.quote?.ports;
      // A quoted packet went from the host to the script.
      if (payload.quote === undefined || ports === undefined) return this.current ?? this.fresh('tcp');
      return this.between(payload.quote.protocol, ports.source, ports.destination);
    }
    if (payload.ports !== undefined) {
      const flow = this.between(payload.protocol, payload.ports.destination, payload.ports.source);
      if (beginsConnection(spec) || this.current === undefined) this.current = flow;
      return flow;
    }
    if (this.current?.protocol === payload.protocol && !this.mustBegin(spec)) return this.current;
    this.current = this.fresh(payload.protocol);
    return this.current;
  }

  /** The conversation that a script means for a packet that it expects; `undefined` for any. */
  ofOutbound({ payload }: PacketSpec, file: OpenFile | undefined): Flow | undefined {
    if ('type' in payload) return undefined;
    if (payload.protocol === 'tcp' && payload.descriptor !== undefined) {
      return file instanceof SocketFile ? this.ofSocket(file) : undefined;
    }
    if (payload.ports === undefined) return this.current;
    return this.find(payload.protocol, payload.ports.source, payload.ports.destination);
  }

  /** Whether the stack still has the connection. */
  isAlive(flow: Flow): boolean {
    const { local, localPort, remote, remotePort } = flow;
    return this.host.tcp.connections.between(local, localPort, remote, remotePort) !== undefined;
  }

  private await(protocol: Flow['protocol'], port: number): void {
    this.awaiting = { protocol, port };
    this.current = undefined;
  }

  /** A SYN begins another conversation when a listener is under test, or when the one that was is over. */
  private mustBegin(spec: PacketSpec): boolean {
    if (!beginsConnection(spec)) return false;
    return this.current === undefined || !this.isAlive(this.current);
  }

  /** A conversation from a port of the script's that none has used. */
  private fresh(protocol: Flow['protocol']): Flow {
    const { local, remote, bindPort } = this.ends;
    const port = this.awaiting?.protocol === protocol ? this.awaiting.port : bindPort;
    const ends = { protocol, local, localPort: port, remote, remotePort: this.nextPort++ };
    return this.begin(new Flow(ends));
  }

  private between(protocol: Flow['protocol'], localPort: number, remotePort: number): Flow {
    return (
      this.find(protocol, localPort, remotePort) ??
      this.begin(new Flow({ protocol, local: this.ends.local, localPort, remote: this.ends.remote, remotePort }))
    );
  }

  private find(protocol: Flow['protocol'], localPort: number, remotePort: number): Flow | undefined {
    return this.flows.find(
      (flow) => flow.protocol === protocol && flow.localPort === localPort && flow.remotePort === remotePort,
    );
  }

  private begin(flow: Flow): Flow {
    this.flows.push(flow);
    return flow;
  }

  private localPort({ core, descriptor }: SocketFile): number {
    const name = new AddressRecord();
    core.getsockname(descriptor, name);
    return name.port;
  }

  private ofSocket(file: SocketFile): Flow | undefined {
    const [local, remote] = [new AddressRecord(), new AddressRecord()];
    if (file.core.getsockname(file.descriptor, local) < 0) return undefined;
    if (file.core.getpeername(file.descriptor, remote) < 0) return undefined;
    return this.between(file.isDatagram ? 'udp' : 'tcp', local.port, remote.port);
  }
}

/** A SYN without ACK. */
const beginsConnection = ({ payload }: PacketSpec): boolean =>
  payload.protocol === 'tcp' &&
  (payload.flags & segment.SYN) !== 0 &&
  (payload.flags & segment.ACK) === 0 &&
  payload.acknowledgment === undefined;
