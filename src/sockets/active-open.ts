/** How a stream socket connects: from the port that its program has chosen, or from one that is drawn. */
import type { IpAddress } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { KeyChain } from '../layers/transport/tcp/authentication/key-chain.ts';
import type { Connection } from '../layers/transport/tcp/connection.ts';
import type { ConnectionUser } from '../layers/transport/tcp/control-block.ts';
import type { FirstData } from '../layers/transport/tcp/fast-open/client.ts';
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';
import type { Tcp } from '../layers/transport/tcp/tcp.ts';
import type { StreamPort } from './stream-port.ts';

export interface Destination {
  readonly remote: IpAddress;
  readonly remotePort: number;
  readonly interfaceIndex: number;
}

/** What the connection is given by its socket. */
export interface Opener {
  readonly port: StreamPort;
  readonly v6Only: boolean;
  readonly settings: Partial<TcpSettings>;
  readonly keys: KeyChain;
  readonly user: ConnectionUser;
}

/** How often another free port is drawn when the one that was drawn is connected to the same place already. */
const PORT_ATTEMPTS = 64;

/** Sends a SYN. A port that was drawn may be connected to the same place already, by a connection in TIME-WAIT: draw again. */
export function openConnection(
  tcp: Tcp,
  { port, v6Only, settings, keys, user }: Opener,
  destination: Destination,
  firstData: FirstData | undefined,
): Connection | ErrorCode {
  const options = { ...destination, settings, keys, user, firstData };
  let connection: Connection | ErrorCode = 'EADDRINUSE';
  for (let attempt = 0; attempt < PORT_ATTEMPTS && connection === 'EADDRINUSE'; attempt++) {
    const binding = port.chosenOrDrawn(v6Only);
    if (typeof binding === 'string') return binding;
    connection = tcp.connect({ ...options, binding });
    if (typeof connection !== 'string' || !port.wasDrawn) return connection;
    port.release();
  }
  return connection;
}
