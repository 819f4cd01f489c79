/**
 * The villagers' server: it gives each boy ten seconds to say where the wolf is. Who stays silent three times is not
 * believed any more. Line for line the lecture's TCPServer (Villagers), with what it leaves open kept as it is:
 * - A boy who connects and closes at once is no timeout: `recv` gives nothing, and the hunter is sent to no place.
 * - `accept` has no timeout: without boys the villagers wait for ever.
 * - In Python 3 `send('hunter sent')` is a TypeError, for text is no bytes. Here text is sent as UTF-8.
 *
 *     npx tsx examples/villagers.ts
 */
import { AF_INET, type Program, SOCK_STREAM, TimeoutError } from '../src/index.ts';
import { type Played, setStage, show } from './stage.ts';

export async function villagers({ socket, print, decode }: Program): Promise<void> {
  const sendHunter = (wolfLocation: string): void => print(`hunter goes to '${wolfLocation}'`);
  const serverPort = 12000;
  const serverSocket = socket(AF_INET, SOCK_STREAM);
  serverSocket.bind(['', serverPort]);
  serverSocket.listen(1);
  let counter = 0;
  while (counter < 3) {
    const [connectionSocket, _addr] = await serverSocket.accept();
    connectionSocket.settimeout(10);
    try {
      const wolfLocation = decode(await connectionSocket.recv(1024));
      sendHunter(wolfLocation);
      await connectionSocket.send('hunter sent');
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      counter += 1;
      print(`strike ${counter}`);
    }
    connectionSocket.close();
  }
  print('nobody believes the boy any more');
}

/** What a boy does once he is connected: says where the wolf is, says nothing, or closes at once. */
export type Deed = 'wolf' | 'silence' | 'close';

/** A boy who comes again and again; each time he waits until the villagers have closed. */
export function boy(deeds: readonly Deed[]): (program: Program) => Promise<void> {
  return async ({ socket, print, decode }) => {
    for (const deed of deeds) {
      const clientSocket = socket(AF_INET, SOCK_STREAM);
      await clientSocket.connect(['village', 12000]);
      if (deed === 'wolf') await clientSocket.send('the old oak');
      if (deed === 'close') clientSocket.close();
      else print(`${deed}: ${decode(await clientSocket.recv(1024)) || 'the villagers hung up'}`);
      clientSocket.close();
    }
  };
}

export interface VillagersOptions {
  readonly seed?: number;
  readonly deeds?: readonly Deed[];
}

/** Runs the programs. */
export function run(options: VillagersOptions = {}): Promise<Played> {
  const { world, play } = setStage(
    options.seed ?? 1,
    (program, line, { now }) => `${Math.floor(now / 1e9)} s ${program}: ${line}`,
  );
  const home = world.host('boy');
  const village = world.host('village');
  world.link(home, village, { delay: '10ms' });
  world.spawn(village, 'villagers', villagers);
  world.spawn(home, 'boy', boy(options.deeds ?? ['wolf', 'silence', 'close', 'silence', 'silence']));
  return play();
}

if (process.argv[1] === import.meta.filename) show(await run());
