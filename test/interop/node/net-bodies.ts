/**
 * Programs on `node:net`, each run once on real loopback sockets and once on emulated hosts: what they note must be the
 * same. Each end has a list of its own, since nothing orders events of two machines.
 */
import type * as realNet from 'node:net';

export interface Stage {
  readonly net: typeof realNet;
  /** Where the server is. */
  readonly host: string;
  readonly client: (...what: unknown[]) => void;
  readonly server: (...what: unknown[]) => void;
}

type Body = (stage: Stage) => Promise<unknown>;

const EVENTS = ['lookup', 'connect', 'ready', 'end', 'finish', 'drain', 'timeout'] as const;

/** Notes each event of a socket; data as its length in all at the end. */
function follow(socket: realNet.Socket, note: (...what: unknown[]) => void, { data = true } = {}): realNet.Socket {
  let received = 0;
  for (const event of EVENTS) socket.on(event, () => note(event));
  socket.on('error', (error: NodeJS.ErrnoException) => note('error', error.code, error.syscall, error.name));
  socket.on('close', (hadError) => note('close', hadError, `${received} bytes`));
  if (data) socket.on('data', (chunk: Buffer) => (received += chunk.length));
  return socket;
}

const closed = (emitter: realNet.Socket | realNet.Server): Promise<void> =>
  new Promise((resolve) => emitter.once('close', () => resolve()));
const once = (emitter: NodeJS.EventEmitter, event: string): Promise<unknown> =>
  new Promise((resolve) => emitter.once(event, resolve));

/** A server on a free port. */
async function listening(
  { net, host }: Stage,
  options: realNet.ServerOpts,
  listener: (socket: realNet.Socket) => void,
): Promise<{ server: realNet.Server; port: number }> {
  const server = net.createServer(options, listener);
  server.listen(0, host);
  await once(server, 'listening');
  return { server, port: (server.address() as realNet.AddressInfo).port };
}

/** One connection: what the server and the client do with it, until both ends have closed. */
const connection =
  (
    serve: (socket: realNet.Socket, stage: Stage) => void,
    use: (socket: realNet.Socket, stage: Stage) => void,
    { server: serverOptions = {}, client: clientOptions = {} }: { server?: object; client?: object } = {},
  ): Body =>
  async (stage) => {
    const { net, host } = stage;
    const accepted: Promise<void>[] = [];
    const { server, port } = await listening(stage, serverOptions, (socket) => {
      accepted.push(closed(socket));
      follow(socket, stage.server);
      serve(socket, stage);
    });
    server.on('close', () => stage.server('server closed'));
    const taken = once(server, 'connection');
    const socket = follow(net.connect({ port, host, ...clientOptions }), stage.client);
    use(socket, stage);
    await Promise.all([closed(socket), taken]);
    await Promise.all(accepted);
    server.close();
    await closed(server);
  };

const MEGABYTE = Buffer.alloc(1_000_000, 'x');
/** More than the buffers of both ends hold. */
const TWENTY_MEGABYTES = Buffer.alloc(20_000_000, 'x');

export const BODIES: Readonly<Record<string, Body>> = {
  'an echo that the client ends': connection(
    (socket) => socket.on('data', (chunk) => socket.write(chunk)),
    (socket) => {
      socket.write('hello');
      socket.once('data', () => socket.end());
    },
  ),
  'the server ends first': connection(
    (socket) => socket.end('goodbye'),
    () => undefined,
  ),
  'a half-open client answers after the end': connection(
    (socket) => socket.end('question'),
    (socket, { client }) =>
      socket.on('end', () => {
        client('state', socket.readyState, socket.writable, socket.readable);
        socket.end('answer');
      }),
    { client: { allowHalfOpen: true } },
  ),
  'a half-open server answers after the end': connection(
    (socket) => socket.on('end', () => socket.end('answer')),
    (socket) => socket.end('question'),
    { server: { allowHalfOpen: true } },
  ),
  'a reset reaches the other end as an error': connection(
    (socket) => socket.write('x'),
    (socket) => socket.once('data', () => socket.resetAndDestroy()),
  ),
  'destroy without an error': connection(
    (socket) => socket.write('x'),
    (socket) => socket.once('data', () => socket.destroy()),
  ),
  'destroy with an error': connection(
    (socket) => socket.write('x'),
    (socket) => socket.once('data', () => socket.destroy(Object.assign(new Error('mine'), { code: 'MINE' }))),
  ),
  'write after end': connection(
    () => undefined,
    (socket, { client }) =>
      socket.on('connect', () => {
        socket.end('last');
        socket.write('more', (error) => client('callback', (error as NodeJS.ErrnoException | null)?.code));
      }),
  ),
  'twenty megabytes, with drain': connection(
    () => undefined,
    (socket, { client }) =>
      socket.on('connect', () => {
        client('write', socket.write(TWENTY_MEGABYTES));
        client('needs drain', socket.writableNeedDrain);
        socket.once('drain', () => {
          client('bytes', socket.bytesWritten);
          socket.end();
        });
      }),
  ),
  'a megabyte to a reader that pauses': connection(
    (socket) => socket.end(MEGABYTE),
    (socket, { client }) => {
      socket.pause();
      socket.on('connect', () => {
        client('paused', socket.isPaused());
        socket.resume();
      });
    },
  ),
  'what was written before the connection stands': connection(
    () => undefined,
    (socket, { client }) => {
      client('pending', socket.pending, socket.connecting, socket.readyState);
      socket.write('early', () => client('written', socket.bytesWritten));
      socket.end('late', () => client('ended'));
    },
  ),
  'destroySoon lets go what was written': connection(
    () => undefined,
    (socket) => {
      socket.write('first');
      socket.write('second');
      socket.destroySoon();
    },
  ),
  'an idle socket times out, and stays open': connection(
    () => undefined,
    (socket, { client }) =>
      socket.on('connect', () => {
        socket.setTimeout(30, () => {
          client('own listener', socket.timeout, socket.destroyed);
          socket.setTimeout(0);
          socket.end();
        });
      }),
  ),
  'options can be set in a row': connection(
    () => undefined,
    (socket, { client }) => {
      client(socket.setNoDelay(true) === socket, socket.setKeepAlive(true, 1000) === socket, socket.ref() === socket);
      client(socket.setTimeout(1000) === socket, socket.unref() === socket, socket.timeout);
      socket.on('connect', () => socket.end());
    },
  ),
  'both ends know each other': connection(
    (socket, { server, host }) => {
      server(socket.localAddress === host, socket.remoteFamily, typeof socket.remotePort, socket.connecting);
    },
    (socket, { client, host }) =>
      socket.on('connect', () => {
        client(socket.remoteAddress === host, socket.remoteFamily, socket.localFamily, typeof socket.localPort);
        client(Object.keys(socket.address()).sort().join(), socket.readyState);
        socket.end();
      }),
  ),
  'a signal that ends a connection': async (stage) => {
    const { net, host } = stage;
    const { server, port } = await listening(stage, {}, (socket) => follow(socket, stage.server));
    const controller = new AbortController();
    const taken = once(server, 'connection');
    const wanted = { port, host, signal: controller.signal } as realNet.NetConnectOpts;
    const socket = follow(net.connect(wanted), stage.client);
    socket.on('connect', () => controller.abort());
    await Promise.all([closed(socket), taken]);
    server.close();
    await closed(server);
  },
  'nobody listens': async ({ net, host, client }) => {
    const probe = net.createServer().listen(0, host);
    await once(probe, 'listening');
    const { port } = probe.address() as realNet.AddressInfo;
    probe.close();
    await closed(probe);
    const socket = follow(net.connect(port, host), client);
    socket.on('error', (error: NodeJS.ErrnoException & { address?: string; port?: number }) => {
      client(error.errno, error.address === host, error.port === port);
      client(error.message.replace(host, 'HOST').replace(String(port), 'PORT'));
    });
    await closed(socket);
    client(socket.destroyed, socket.pending, socket.readyState);
  },
  'a write that no connection comes for': async ({ net, host, client }) => {
    const probe = net.createServer().listen(0, host);
    await once(probe, 'listening');
    const { port } = probe.address() as realNet.AddressInfo;
    probe.close();
    await closed(probe);
    const socket = follow(net.connect(port, host), client);
    socket.write('x', (error) => client('callback', (error as NodeJS.ErrnoException | null)?.code));
    await closed(socket);
  },
  'a port twice': async (stage) => {
    const { net, host, server: note } = stage;
    const { server, port } = await listening(stage, {}, () => undefined);
    const other = net.createServer();
    other.on('error', (error: NodeJS.ErrnoException & { address?: string; port?: number }) => {
      note(error.code, error.syscall, error.errno, error.port === port, error.address === host);
      note(error.message.replace(host, 'HOST').replace(String(port), 'PORT'));
    });
    other.on('close', () => note('close'));
    other.listen(port, host);
    await once(other, 'error');
    note('listening', other.listening);
    server.close();
    await closed(server);
  },
  'listening twice': async (stage) => {
    const { server } = await listening(stage, {}, () => undefined);
    try {
      server.listen(0);
    } catch (error) {
      stage.server((error as NodeJS.ErrnoException).code, (error as Error).message);
    }
    server.close();
    await closed(server);
    stage.server(server.address(), server.listening);
  },
  'closing what does not run': async ({ net, server }) => {
    const one = net.createServer();
    one.close((error) => server('callback', (error as NodeJS.ErrnoException | undefined)?.code));
    await closed(one);
  },
  'a server that closes waits for its connections': async (stage) => {
    const { net, host, server: note } = stage;
    const { server, port } = await listening(stage, {}, (socket) => follow(socket, note));
    const socket = follow(net.connect(port, host), stage.client);
    await once(server, 'connection');
    server.close(() => note('server closed'));
    note('listening', server.listening);
    await new Promise<void>((resolve) => {
      server.getConnections((error, count) => {
        note('connections', error, count);
        resolve();
      });
    });
    socket.end();
    await closed(server);
  },
  'more connections than there is room for': async (stage) => {
    const { net, host, server: note } = stage;
    const { server, port } = await listening(stage, {}, (socket) => {
      note('connection');
      socket.resume();
    });
    server.maxConnections = 1;
    server.on('drop', (dropped) =>
      note(
        'drop',
        Object.keys(dropped ?? {})
          .sort()
          .join(),
      ),
    );
    const first = net.connect(port, host).on('error', () => undefined);
    await once(server, 'connection');
    const second = follow(net.connect(port, host), () => undefined);
    await Promise.all([once(server, 'drop'), closed(second)]);
    first.end();
    await closed(first);
    server.close();
    await closed(server);
  },
  'an own look-up that fails': async ({ net, client }) => {
    const lookup = (_name: string, _options: unknown, done: (error: Error) => void): void => {
      process.nextTick(() => done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })));
    };
    const socket = follow(net.connect({ port: 1, host: 'nobody.test', lookup } as never), client);
    await closed(socket);
  },
  'an own look-up': async (stage) => {
    const { net, host } = stage;
    const { server, port } = await listening(stage, {}, (socket) => follow(socket, stage.server).end());
    const lookup = (
      name: string,
      _options: unknown,
      done: (error: null, address: string, family: number) => void,
    ): void => {
      stage.client('looked up', name);
      process.nextTick(() => done(null, host, 4));
    };
    const wanted = { port, host: 'somebody.test', lookup, autoSelectFamily: false };
    const socket = follow(net.connect(wanted as never), stage.client);
    await closed(socket);
    server.close();
    await closed(server);
  },
  'parameters that make no sense': async ({ net, client }) => {
    const attempts: (() => unknown)[] = [
      () => net.connect({ port: 70_000, host: '127.0.0.1' }),
      () => net.connect({ port: -1, host: '127.0.0.1' }),
      () => net.connect({ host: '127.0.0.1' } as never),
      () => net.createServer().listen(70_000),
      () => new net.Socket().setTimeout(-1),
    ];
    for (const attempt of attempts) {
      try {
        attempt();
        client('nothing');
      } catch (error) {
        client((error as Error).constructor.name, (error as NodeJS.ErrnoException).code);
      }
    }
    client(
      net.isIP('10.0.0.1'),
      net.isIP('::1'),
      net.isIP('fe80::1%eth0'),
      net.isIP('x'),
      net.isIPv4('::'),
      net.isIPv6('::'),
    );
  },
  'a socket that never connected': async ({ net, client }) => {
    const socket = follow(new net.Socket(), client);
    client(socket.pending, socket.connecting, socket.readyState, JSON.stringify(socket.address()), socket.bytesWritten);
    socket.destroy();
    await closed(socket);
    client(socket.destroyed);
  },
  'sockets as streams: for await, pipe': async (stage) => {
    const { net, host } = stage;
    const { server, port } = await listening(stage, {}, (socket) => socket.pipe(socket));
    const socket = net.connect(port, host);
    socket.end(MEGABYTE);
    let count = 0;
    for await (const chunk of socket) count += (chunk as Buffer).length;
    stage.client(count, socket.bytesRead, socket.bytesWritten);
    server.close();
    await closed(server);
  },
};
