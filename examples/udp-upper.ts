/**
 * The upper-caser over UDP: a client reads a line and sends it, the server sends it back in capitals. Line for line the
 * lecture's UDPClient and UDPServer. Nobody repeats what is lost: without the reply the client waits for ever.
 *
 *     npx tsx examples/udp-upper.ts
 */
import { AF_INET, type LinkOptions, type Program, SOCK_DGRAM } from '../src/index.ts';
import { type Played, setStage, show } from './stage.ts';

export async function udpServer({ socket, print, encode, decode }: Program): Promise<void> {
  const serverPort = 12000;
  const serverSocket = socket(AF_INET, SOCK_DGRAM);
  serverSocket.bind(['', serverPort]);
  print('The server is ready to receive');
  while (true) {
    const [message, clientAddress] = await serverSocket.recvfrom(2048);
    const modifiedMessage = decode(message).toUpperCase();
    await serverSocket.sendto(encode(modifiedMessage), clientAddress);
  }
}

export async function udpClient({ socket, input, print, encode, decode }: Program): Promise<void> {
  const serverName = 'server';
  const serverPort = 12000;
  const clientSocket = socket(AF_INET, SOCK_DGRAM);
  const message = await input('Input lowercase sentence:');
  await clientSocket.sendto(encode(message), [serverName, serverPort]);
  const [modifiedMessage, _serverAddress] = await clientSocket.recvfrom(2048);
  print(decode(modifiedMessage));
  clientSocket.close();
}

export interface UdpUpperOptions {
  readonly seed?: number;
  readonly sentence?: string;
  /** The link from the client to the server: `{ loss: { bToA: '100%' } }` loses every reply. */
  readonly link?: LinkOptions;
  readonly server?: boolean;
}

/** Runs the programs. */
export function run(options: UdpUpperOptions = {}): Promise<Played> {
  const { world, play } = setStage(options.seed ?? 1);
  const client = world.host('client');
  const server = world.host('server');
  world.link(client, server, { delay: '10ms', ...options.link });
  if (options.server !== false) world.spawn(server, 'server', udpServer);
  world.spawn(client, 'client', udpClient, { input: [options.sentence ?? 'hello from the client'] });
  return play();
}

if (process.argv[1] === import.meta.filename) show(await run());
