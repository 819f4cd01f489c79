/**
 * The upper-caser over TCP: line for line the lecture's TCPClient and TCPServer. The server's welcoming socket makes a
 * new socket for each client. It closes that one first, so TIME-WAIT is the server's; where programs take no time, as
 * here, the client closes in the same moment, and then both wait.
 *
 *     npx tsx examples/tcp-upper.ts
 */
import { AF_INET, type LinkOptions, type Program, SOCK_STREAM } from '../src/index.ts';
import { type Played, setStage, show } from './stage.ts';

export async function tcpServer({ socket, print, encode, decode }: Program): Promise<void> {
  const serverPort = 12000;
  const serverSocket = socket(AF_INET, SOCK_STREAM);
  serverSocket.bind(['', serverPort]);
  serverSocket.listen(1);
  print('The server is ready to receive');
  while (true) {
    const [connectionSocket, _addr] = await serverSocket.accept();
    const sentence = decode(await connectionSocket.recv(1024));
    const capitalizedSentence = sentence.toUpperCase();
    await connectionSocket.send(encode(capitalizedSentence));
    connectionSocket.close();
  }
}

export async function tcpClient({ socket, input, print, encode, decode }: Program): Promise<void> {
  const serverName = 'server';
  const serverPort = 12000;
  const clientSocket = socket(AF_INET, SOCK_STREAM);
  await clientSocket.connect([serverName, serverPort]);
  const sentence = await input('Input lowercase sentence:');
  await clientSocket.send(encode(sentence));
  const modifiedSentence = await clientSocket.recv(1024);
  print('From Server:', decode(modifiedSentence));
  clientSocket.close();
}

export interface TcpUpperOptions {
  readonly seed?: number;
  /** One client for each. */
  readonly sentences?: readonly string[];
  /** The link from each client to the server. */
  readonly link?: LinkOptions;
  readonly server?: boolean;
}

/** Runs the programs. */
export function run(options: TcpUpperOptions = {}): Promise<Played> {
  const { world, play } = setStage(options.seed ?? 1);
  const server = world.host('server');
  const sentences = options.sentences ?? ['hello from the client'];
  // One client is linked to the server itself: the ladder is then as simple as the lecture's picture.
  const middle = sentences.length === 1 ? server : world.switch('switch');
  if (middle !== server) world.link(server, middle);
  if (options.server !== false) world.spawn(server, 'server', tcpServer);
  for (const [index, sentence] of sentences.entries()) {
    const name = sentences.length === 1 ? 'client' : `client${index + 1}`;
    const client = world.host(name);
    world.link(client, middle, { delay: '10ms', ...options.link });
    world.spawn(client, name, tcpClient, { input: [sentence] });
  }
  return play({ states: true });
}

if (process.argv[1] === import.meta.filename) show(await run());
