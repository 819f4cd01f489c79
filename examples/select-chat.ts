/**
 * A chat: what one says, all others hear. One server watches its door and all its guests with `select`, in one loop; the
 * other has a task for each guest. Guests cannot tell them apart.
 *
 *     npx tsx examples/select-chat.ts
 */
import { AF_INET, type Program, SOCK_STREAM, type Socket } from '../src/index.ts';
import { type Played, setStage, show } from './stage.ts';

const serverPort = 12000;
/** The server goes home when nobody has come or spoken for so many seconds and no guest is left. */
const patienceSeconds = 10;

/** Waits for whatever happens first: a new guest, a message from any guest, or nothing for too long. */
export async function selectServer({ socket, select, print }: Program): Promise<void> {
  const serverSocket = socket(AF_INET, SOCK_STREAM);
  serverSocket.bind(['', serverPort]);
  serverSocket.listen(5);
  const guests = new Set<Socket>();
  while (true) {
    const [readable] = await select([serverSocket, ...guests], [], [], patienceSeconds);
    if (readable.length === 0) {
      print(`quiet for ${patienceSeconds} seconds`);
      if (guests.size === 0) break;
    }
    for (const ready of readable) {
      if (ready === serverSocket) {
        const [connectionSocket, _address] = await serverSocket.accept();
        guests.add(connectionSocket);
        print(`guests: ${guests.size}`);
        continue;
      }
      const message = await ready.recv(1024);
      if (message.length === 0) {
        guests.delete(ready);
        ready.close();
        print(`guests: ${guests.size}`);
        continue;
      }
      for (const other of guests) if (other !== ready) await other.sendall(message);
    }
  }
}

/** The same with a task for each guest: each waits for one thing only. */
export async function taskServer({ socket, print }: Program): Promise<void> {
  const serverSocket = socket(AF_INET, SOCK_STREAM);
  serverSocket.bind(['', serverPort]);
  serverSocket.listen(5);
  const guests = new Set<Socket>();
  const serve = async (connectionSocket: Socket): Promise<void> => {
    for await (const message of connectionSocket) {
      for (const other of guests) if (other !== connectionSocket) await other.sendall(message);
    }
    guests.delete(connectionSocket);
    connectionSocket.close();
    print(`guests: ${guests.size}`);
  };
  while (true) {
    const [connectionSocket, _address] = await serverSocket.accept();
    guests.add(connectionSocket);
    print(`guests: ${guests.size}`);
    void serve(connectionSocket);
  }
}

/** A guest: says each line at its second, prints what others say, and leaves two seconds after the last line. */
export function guest(
  lines: readonly (readonly [second: number, text: string])[],
): (program: Program) => Promise<void> {
  return async ({ socket, select, now, print, encode, decode }) => {
    const clientSocket = socket(AF_INET, SOCK_STREAM);
    await clientSocket.connect(['server', serverPort]);
    for (const [second, text] of [...lines, [(lines.at(-1)?.[0] ?? 0) + 2, ''] as const]) {
      while (now() < second) {
        const [readable] = await select([clientSocket], [], [], second - now());
        if (readable.length > 0) print(`hears ${decode(await clientSocket.recv(1024))}`);
      }
      if (text !== '') await clientSocket.sendall(encode(text));
    }
    clientSocket.close();
  };
}

export interface SelectChatOptions {
  readonly seed?: number;
  readonly server?: 'select' | 'tasks';
}

/** Runs the programs. */
export function run(options: SelectChatOptions = {}): Promise<Played> {
  const { world, play } = setStage(options.seed ?? 1);
  const server = world.host('server');
  const middle = world.switch('switch');
  world.link(server, middle);
  world.spawn(server, 'server', options.server === 'tasks' ? taskServer : selectServer);
  const script = {
    ann: [
      [1, 'hello'],
      [4, 'how are you?'],
    ],
    ben: [[2, 'hi ann']],
    cem: [[5, 'I am here too']],
  } as const;
  for (const [name, lines] of Object.entries(script)) {
    const host = world.host(name);
    world.link(host, middle, { delay: '10ms' });
    world.spawn(host, name, guest(lines));
  }
  return play({ limit: 40 });
}

if (process.argv[1] === import.meta.filename) show(await run());
