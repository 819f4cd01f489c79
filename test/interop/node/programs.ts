/** Programs of others, unmodified, each with a server on one emulated host and a client on another. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import type * as realDgram from 'node:dgram';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type * as realNet from 'node:net';
import * as tls from 'node:tls';
import dnsPacket from 'dns-packet';
import { AbstractConnector, Redis } from 'ioredis';
import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import ssh2 from 'ssh2';
import { Agent as UndiciAgent, fetch as undiciFetch } from 'undici';
import { WebSocket, WebSocketServer } from 'ws';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';

export interface Pair {
  readonly client: typeof realNet;
  readonly server: typeof realNet;
  readonly clientDgram: typeof realDgram;
  readonly serverDgram: typeof realDgram;
}

export interface Program {
  readonly run: (pair: Pair) => Promise<unknown>;
  /** What it has to come to, whatever is lost. */
  readonly gives: unknown;
}

const HOST = 'server';
const FILE = Buffer.alloc(300_000, 'The quick brown fox jumps over the lazy dog. ');
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const once = (emitter: NodeJS.EventEmitter, event: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    emitter.once(event, resolve);
    if (event !== 'error') emitter.once('error', reject);
  });

/** What a server of Node's or of others gets its connections from. */
const feed = (net: typeof realNet, port: number, server: NodeJS.EventEmitter, event = 'connection'): realNet.Server =>
  net.createServer((socket) => server.emit(event, socket)).listen(port);

async function bodyOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const request = (agent: http.Agent, path: string, options: http.RequestOptions = {}, body?: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const sent = http.request({ host: HOST, port: 80, path, agent, ...options }, (response) =>
      resolve(bodyOf(response)),
    );
    sent.on('error', reject);
    sent.end(body);
  });

export const PROGRAMS: Readonly<Record<string, Program>> = {
  'node:http with keep-alive': {
    gives: [true, 'POST e3eedfbb8979d072', 1],
    run: async ({ client, server }) => {
      const sockets = new Set<unknown>();
      const web = http.createServer(async (incoming, response) => {
        sockets.add(incoming.socket);
        const received = await bodyOf(incoming);
        response.sendDate = false;
        response.end(incoming.url === '/file' ? FILE : `${incoming.method} ${sha(received)}`);
      });
      const gate = feed(server, 80, web);
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      agent.createConnection = ((options: realNet.TcpNetConnectOpts) => client.connect(options)) as never;
      const file = await request(agent, '/file');
      const upload = await request(agent, '/upload', { method: 'POST' }, FILE);
      agent.destroy();
      gate.close();
      return [sha(file) === sha(FILE), upload.toString(), sockets.size];
    },
  },
  'node:http with pipelining': {
    gives: [3, true, 'f22807e48a32df95'],
    run: async ({ client, server }) => {
      const web = http.createServer((incoming, response) => {
        response.sendDate = false;
        response.end(`${incoming.url};`.repeat(100));
      });
      const gate = feed(server, 80, web);
      const socket = client.connect(80, HOST);
      for (const path of ['/one', '/two']) socket.write(`GET ${path} HTTP/1.1\r\nHost: server\r\n\r\n`);
      socket.end('GET /three HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n');
      const text = (await bodyOf(socket)).toString();
      gate.close();
      return [text.match(/HTTP\/1.1 200 OK/g)?.length, /one;.*two;.*three;/s.test(text), sha(Buffer.from(text))];
    },
  },
  'node:tls': {
    gives: [true, 'TLSv1.3', true],
    run: async ({ client, server }) => {
      const secure = new tls.Server({ key: PRIVATE_KEY, cert: CERTIFICATE }, (socket) => socket.pipe(socket));
      const gate = feed(server, 443, secure);
      const socket = tls.connect({ socket: client.connect(443, HOST), ca: CERTIFICATE, servername: HOST });
      await once(socket, 'secureConnect');
      const protocol = socket.getProtocol();
      socket.end(FILE);
      const back = await bodyOf(socket);
      gate.close();
      return [socket.authorized, protocol, sha(back) === sha(FILE)];
    },
  },
  'node:https': {
    gives: true,
    run: async ({ client, server }) => {
      const web = https.createServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, (_incoming, response) => {
        response.sendDate = false;
        response.end(FILE);
      });
      const gate = feed(server, 443, web);
      const agent = new https.Agent({ keepAlive: true, ca: CERTIFICATE, servername: HOST });
      agent.createConnection = ((options: tls.ConnectionOptions) =>
        tls.connect({ ...options, socket: client.connect(443, HOST) } as never)) as never;
      const file = await new Promise<Buffer>((resolve, reject) => {
        https
          .get({ host: HOST, port: 443, path: '/', agent }, (response) => resolve(bodyOf(response)))
          .on('error', reject);
      });
      agent.destroy();
      gate.close();
      return sha(file) === sha(FILE);
    },
  },
  'node:http2': {
    gives: [true, 'small'],
    run: async ({ client, server }) => {
      const web = http2.createServer((incoming, response) => {
        response.sendDate = false;
        response.end(incoming.url === '/file' ? FILE : 'small');
      });
      const gate = feed(server, 80, web);
      const session = http2.connect(`http://${HOST}`, { createConnection: () => client.connect(80, HOST) });
      const get = (path: string): Promise<Buffer> => bodyOf(session.request({ ':path': path }).end());
      const [file, small] = await Promise.all([get('/file'), get('/small')]);
      session.close();
      await once(session, 'close');
      gate.close();
      return [sha(file) === sha(FILE), small.toString()];
    },
  },
  ws: {
    gives: [
      [3, 3, FILE.length],
      [1000, 'enough'],
    ],
    run: async ({ client, server }) => {
      const web = http.createServer();
      const echo = new WebSocketServer({ server: web, perMessageDeflate: true });
      echo.on('connection', (socket) =>
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
      );
      const gate = feed(server, 80, web);
      const socket = new WebSocket(`ws://${HOST}/`, {
        createConnection: (() => client.connect(80, HOST)) as never,
        perMessageDeflate: true,
      });
      const messages: Buffer[] = [];
      const done = new Promise((resolve) => {
        socket.on('message', (data) => {
          messages.push(data as Buffer);
          if (messages.length === 3) socket.close(1000, 'enough');
        });
        socket.on('close', (code, reason) => resolve([code, reason.toString()]));
      });
      await once(socket, 'open');
      for (const text of ['one', 'two', FILE]) socket.send(text);
      const end = await done;
      gate.close();
      return [messages.map(({ length }) => length), end];
    },
  },
  undici: {
    gives: [200, true],
    run: async ({ client, server }) => {
      const web = http.createServer((_incoming, response) => {
        response.sendDate = false;
        response.end(FILE);
      });
      const gate = feed(server, 80, web);
      const dispatcher = new UndiciAgent({
        connect: (options, callback) => {
          const socket = client.connect(Number(options.port || 80), options.hostname);
          socket.once('connect', () => callback(null, socket)).once('error', (error) => callback(error, null));
        },
      });
      const response = await undiciFetch(`http://${HOST}/`, { dispatcher });
      const file = Buffer.from(await response.arrayBuffer());
      await dispatcher.close();
      gate.close();
      return [response.status, sha(file) === sha(FILE)];
    },
  },
  ssh2: {
    gives: ['ran date\n', 9 + FILE.length],
    run: async ({ client, server }) => {
      const { privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
        publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
      });
      const shell = new ssh2.Server({ hostKeys: [privateKey] }, (connection) => {
        connection.on('authentication', (context) => context.accept());
        connection.on('session', (accept) => {
          accept().on('exec', (acceptExec, _reject, { command }) => {
            const channel = acceptExec();
            channel.write(`ran ${command}\n`);
            channel.write(FILE, () => {
              channel.exit(0);
              channel.end();
            });
          });
        });
      });
      const gate = server.createServer((socket) => shell.injectSocket(socket)).listen(22);
      const connection = new ssh2.Client();
      connection.connect({ sock: client.connect(22, HOST), username: 'me', password: 'mine' });
      await once(connection, 'ready');
      const output = await new Promise<Buffer>((resolve, reject) => {
        connection.exec('date', (error, channel) => (error ? reject(error) : resolve(bodyOf(channel))));
      });
      connection.end();
      await once(connection, 'close');
      gate.close();
      return [output.toString().slice(0, 9), output.length];
    },
  },
  'nodemailer to smtp-server': {
    gives: [['b@example.org'], 1, true, true],
    run: async ({ client, server }) => {
      const mails: string[] = [];
      const post = new SMTPServer({
        authOptional: true,
        // It would ask the machine's own resolver.
        disableReverseLookup: true,
        disabledCommands: ['STARTTLS'],
        onData: (stream, _session, done) => {
          void bodyOf(stream).then((mail) => {
            mails.push(mail.toString());
            done();
          });
        },
      });
      const gate = feed(server, 25, post.server);
      const socket = client.connect(25, HOST);
      await once(socket, 'connect');
      const transport = nodemailer.createTransport({
        host: HOST,
        port: 25,
        ignoreTLS: true,
        getSocket: (_options: unknown, callback: (error: null, found: object) => void) =>
          callback(null, { connection: socket }),
      } as never);
      const sent = await transport.sendMail({
        from: 'a@example.org',
        to: 'b@example.org',
        subject: 'Hello',
        text: 'Body. '.repeat(5000),
        messageId: 'one@example.org',
        date: new Date(0),
      });
      transport.close();
      gate.close();
      return [sent.accepted, mails.length, mails[0]?.includes('Subject: Hello'), (mails[0]?.length ?? 0) > 30_000];
    },
  },
  'ioredis with a small server': {
    gives: [60_000, null],
    run: async ({ client, server }) => {
      const stored = new Map<string, string>();
      const gate = server
        .createServer((socket) => {
          let text = '';
          socket.on('data', (chunk) => {
            text += chunk.toString();
            for (;;) {
              const head = /^\*(\d+)\r\n/.exec(text);
              if (head === null) return;
              let rest = text.slice(head[0].length);
              const words: string[] = [];
              for (let left = Number(head[1]); left > 0; left--) {
                const size = /^\$(\d+)\r\n/.exec(rest);
                if (size === null || rest.length < size[0].length + Number(size[1]) + 2) return;
                words.push(rest.slice(size[0].length, size[0].length + Number(size[1])));
                rest = rest.slice(size[0].length + Number(size[1]) + 2);
              }
              text = rest;
              const [name = '', key = '', value = ''] = words;
              if (name === 'set') {
                stored.set(key, value);
                socket.write('+OK\r\n');
              } else if (name === 'get') {
                const found = stored.get(key);
                socket.write(found === undefined ? '$-1\r\n' : `$${found.length}\r\n${found}\r\n`);
              } else {
                socket.write('+OK\r\n');
                if (name === 'quit') socket.end();
              }
            }
          });
        })
        .listen(6379);
      class Connector extends AbstractConnector {
        override connect(): Promise<realNet.Socket> {
          return Promise.resolve(client.connect(6379, HOST));
        }
      }
      const redis = new Redis({
        Connector,
        enableReadyCheck: false,
        disableClientInfo: true,
        retryStrategy: () => null,
      } as never);
      await redis.set('key', 'value '.repeat(10_000));
      const [value, nothing] = await Promise.all([redis.get('key'), redis.get('other')]);
      await redis.quit();
      gate.close();
      return [value?.length, nothing];
    },
  },
  'DNS over UDP, and over TCP where the answer is cut': {
    gives: { short: ['192.0.2.1'], long: 100, ways: ['udp', 'tcp'] },
    run: async ({ client, server, clientDgram, serverDgram }) => {
      const addresses = (name: string): string[] =>
        Array.from({ length: name === 'long.test' ? 100 : 1 }, (_, index) => `192.0.2.${1 + index}`);
      const answer = (query: dnsPacket.DecodedPacket, isCut: boolean): dnsPacket.Packet => {
        const { name } = query.questions![0]!;
        const answers = isCut ? [] : addresses(name).map((data) => ({ type: 'A' as const, name, ttl: 60, data }));
        const flags = isCut ? dnsPacket.TRUNCATED_RESPONSE : 0;
        return { id: query.id, type: 'response', flags, questions: query.questions, answers };
      };
      const udp = serverDgram.createSocket('udp4', (message, from) => {
        const query = dnsPacket.decode(message);
        udp.send(dnsPacket.encode(answer(query, query.questions![0]!.name === 'long.test')), from.port, from.address);
      });
      udp.bind(53);
      const tcp = server.createServer((socket) => {
        socket.on('data', (chunk) =>
          socket.end(dnsPacket.streamEncode(answer(dnsPacket.streamDecode(chunk) as dnsPacket.DecodedPacket, false))),
        );
      });
      tcp.listen(53);
      const ways: string[] = [];
      const resolve = async (name: string): Promise<readonly unknown[]> => {
        const query = {
          id: 7,
          type: 'query' as const,
          flags: dnsPacket.RECURSION_DESIRED,
          questions: [{ type: 'A' as const, name }],
        };
        const socket = clientDgram.createSocket('udp4');
        const ask = (): void => socket.send(dnsPacket.encode(query), 53, HOST);
        ask();
        // What is lost is asked for again.
        const again = setInterval(ask, 1000);
        const [message] = await new Promise<[Buffer]>((found) => socket.once('message', (bytes) => found([bytes])));
        clearInterval(again);
        socket.close();
        let reply = dnsPacket.decode(message);
        ways.push(reply.flag_tc ? 'tcp' : 'udp');
        if (reply.flag_tc) {
          const stream = client.connect(53, HOST);
          stream.write(dnsPacket.streamEncode(query));
          reply = dnsPacket.streamDecode(await bodyOf(stream)) as dnsPacket.DecodedPacket;
        }
        return (reply.answers ?? []).map((one) => ('data' in one ? one.data : undefined));
      };
      const short = await resolve('short.test');
      const long = await resolve('long.test');
      udp.close();
      tcp.close();
      return { short, long: long.length, ways };
    },
  },
  TFTP: {
    gives: [true, 391],
    run: async ({ clientDgram, serverDgram }) => {
      // RFC 1350: blocks of 512 octets, each acknowledged; who hears nothing says it again.
      const BLOCK = 512;
      const file = FILE.subarray(0, 200_000);
      const [DATA, ACK] = [3, 4];
      const packet = (operation: number, block: number, data: Uint8Array = Buffer.alloc(0)): Buffer =>
        Buffer.concat([Buffer.from([0, operation, block >> 8, block & 0xff]), data]);
      const door = serverDgram.createSocket('udp4', (_request, from) => {
        const transfer = serverDgram.createSocket('udp4');
        let block = 1;
        const say = (): void => {
          transfer.send(
            packet(DATA, block, file.subarray((block - 1) * BLOCK, block * BLOCK)),
            from.port,
            from.address,
          );
        };
        const again = setInterval(say, 500);
        transfer.on('message', (message) => {
          if (message.readUInt16BE(2) !== block) return;
          if (block * BLOCK > file.length) {
            clearInterval(again);
            transfer.close();
            return;
          }
          block++;
          again.refresh();
          say();
        });
        say();
        door.close();
      });
      door.bind(69);
      const socket = clientDgram.createSocket('udp4');
      const blocks: Buffer[] = [];
      const request = Buffer.from('\0\x01file\0octet\0', 'latin1');
      await new Promise<void>((resolve) => {
        const again = setInterval(() => socket.send(request, 69, HOST), 1000);
        socket.send(request, 69, HOST);
        socket.on('message', (message, from) => {
          clearInterval(again);
          const block = message.readUInt16BE(2);
          blocks[block - 1] = message.subarray(4);
          socket.send(packet(ACK, block), from.port, from.address, () => message.length < 4 + BLOCK && resolve());
        });
      });
      // The last acknowledgment may be lost: so long it is said again.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      socket.close();
      return [sha(Buffer.concat(blocks)) === sha(file), blocks.length];
    },
  },
};
