/** Programs on `node:dgram`, each run on real loopback sockets and on emulated hosts: what they note must be the same. */
import type * as realDgram from 'node:dgram';

export interface Stage {
  /** Of the server's host and of the client's; the same module on loopback. */
  readonly at: typeof realDgram;
  readonly from: typeof realDgram;
  /** Where the server is. */
  readonly host: string;
  readonly server: (...what: unknown[]) => void;
  readonly client: (...what: unknown[]) => void;
}

type Body = (stage: Stage) => Promise<unknown>;

const once = (emitter: NodeJS.EventEmitter, event: string): Promise<unknown[]> =>
  new Promise((resolve) => emitter.once(event, (...what) => resolve(what)));

const codeOf = (attempt: () => unknown): string => {
  try {
    attempt();
    return 'nothing';
  } catch (error) {
    return `${(error as Error).constructor.name} ${(error as NodeJS.ErrnoException).code}`;
  }
};

function follow(socket: realDgram.Socket, note: (...what: unknown[]) => void): realDgram.Socket {
  for (const event of ['listening', 'connect', 'close'] as const) socket.on(event, () => note(event));
  socket.on('error', (error: NodeJS.ErrnoException) => note('error', error.code, error.syscall));
  socket.on('message', (message, { family, size }) => note('message', message.toString(), family, size));
  return socket;
}

async function bound({ at, host, server }: Stage): Promise<{ socket: realDgram.Socket; port: number }> {
  const socket = follow(at.createSocket('udp4'), server);
  socket.bind(0, host);
  await once(socket, 'listening');
  return { socket, port: socket.address().port };
}

async function ended(...sockets: realDgram.Socket[]): Promise<void> {
  for (const socket of sockets) {
    socket.close();
    await once(socket, 'close');
  }
}

export const DGRAM_BODIES: Readonly<Record<string, Body>> = {
  'a question and an answer': async (stage) => {
    const { socket, port } = await bound(stage);
    socket.on('message', (message, { address, port: back }) => socket.send(`${message} back`, back, address));
    const client = follow(stage.from.createSocket('udp4'), stage.client);
    client.send('hello', port, stage.host, (error, bytes) => stage.client('sent', error, bytes));
    await once(client, 'message');
    await ended(client, socket);
  },
  'a connected socket': async (stage) => {
    const { socket, port } = await bound(stage);
    const client = follow(stage.from.createSocket('udp4'), stage.client);
    stage.client(codeOf(() => client.remoteAddress()));
    client.connect(port, stage.host);
    await once(client, 'connect');
    const { address, family, port: to } = client.remoteAddress();
    stage.client(address === stage.host, family, to === port);
    stage.client(
      codeOf(() => client.send('x', port, stage.host)),
      codeOf(() => client.connect(port, stage.host)),
    );
    client.send(['in ', 'pieces'], (error, bytes) => stage.client('sent', error, bytes));
    await once(socket, 'message');
    client.send(Buffer.from('0123456789'), 2, 5);
    await once(socket, 'message');
    await ended(client, socket);
  },
  'nobody listens, and a connected socket is told': async (stage) => {
    const { socket, port } = await bound(stage);
    await ended(socket);
    const client = follow(stage.from.createSocket('udp4'), stage.client);
    client.connect(port, stage.host);
    await once(client, 'connect');
    client.send('x');
    await once(client, 'error');
    await ended(client);
  },
  'a port twice, and once more': async (stage) => {
    const { socket, port } = await bound(stage);
    stage.server(codeOf(() => socket.bind(port)));
    const other = follow(stage.at.createSocket('udp4'), stage.server);
    other.bind(port, stage.host);
    const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
    stage.server(error.message.replace(stage.host, 'HOST').replace(String(port), 'PORT'));
    await ended(socket);
  },
  'what is closed does not run': async (stage) => {
    const socket = stage.at.createSocket('udp4');
    socket.bind(0, stage.host);
    await once(socket, 'listening');
    await ended(socket);
    for (const attempt of [
      () => socket.close(),
      () => socket.send('x', 1),
      () => socket.address(),
      () => socket.bind(1),
    ]) {
      stage.server(codeOf(attempt));
    }
  },
  'parameters that make no sense': async ({ at, server }) => {
    const socket = at.createSocket('udp4');
    server(
      codeOf(() => at.createSocket('udp5' as never)),
      codeOf(() => socket.send('x', 70_000, '127.0.0.1')),
    );
    server(
      codeOf(() => socket.send('x', 0, '127.0.0.1')),
      codeOf(() => socket.send(Buffer.from('abc'), 2, 5, 1)),
    );
    server(
      codeOf(() => socket.address()),
      codeOf(() => socket.send(1 as never, 1)),
    );
    await ended(socket);
  },
  'an empty datagram, and a long one': async (stage) => {
    const { socket, port } = await bound(stage);
    const client = follow(stage.from.createSocket('udp4'), stage.client);
    client.send('', port, stage.host);
    await once(socket, 'message');
    client.send('x'.repeat(9000), port, stage.host);
    await once(socket, 'message');
    client.send('x'.repeat(70_000), port, stage.host, (error) => stage.client((error as NodeJS.ErrnoException).code));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await ended(client, socket);
  },
  'what is bound without an address': async ({ at, server }) => {
    for (const type of ['udp4', 'udp6'] as const) {
      const socket = at.createSocket({ type, reuseAddr: true });
      socket.bind(() => server('callback'));
      await once(socket, 'listening');
      const { address, family } = socket.address();
      server(address, family);
      await ended(socket);
    }
  },
};
