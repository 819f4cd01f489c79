/**
 * What a program gets that runs on a host: sockets, time, a terminal, names. It is the world of a Python program of a
 * lecture, `input` and `print` included.
 */
import { formatIpAddress } from '../layers/address-text.ts';
import { SECOND } from '../layers/clock.ts';
import { resolveName } from './names.ts';
import { type Ready, select } from './select.ts';
import { Socket, type SocketEnvironment } from './socket.ts';

/** What a program stands on. */
export interface ProgramEnvironment extends SocketEnvironment {
  /** Is given each line that the program prints. */
  readonly print: (line: string) => void;
  /** The next line that a person types; `undefined` when there is none any more. */
  readonly readLine: () => string | undefined | Promise<string | undefined>;
}

export interface Program {
  /** A new socket: `socket(AF_INET, SOCK_STREAM)`. */
  readonly socket: (family: number, type: number, protocol?: number) => Socket;
  /** Waits until a socket is ready: `const [readable] = await select([a, b], [], [], 10)`. */
  readonly select: (
    readers: Iterable<Socket>,
    writers?: Iterable<Socket>,
    exceptional?: Iterable<Socket>,
    timeoutSeconds?: number | null,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<Ready>;
  /** Waits for so many seconds of the world's time. */
  readonly sleep: (seconds: number) => Promise<void>;
  /** The world's time, in seconds. */
  readonly now: () => number;
  /** Prints its arguments with a space between them. */
  readonly print: (...what: readonly unknown[]) => void;
  /** Shows the prompt and reads a line. @throws {Error} when there are no more lines */
  readonly input: (prompt?: string) => Promise<string>;
  /** Text as UTF-8, and back; what is no UTF-8 throws a TypeError. */
  readonly encode: (text: string) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => string;
  /** The first address of a name, as text. @throws {NameError} */
  readonly gethostbyname: (name: string) => string;
}

/** Makes the surroundings of one program. Whoever runs it closes its sockets: see `runProgram`. */
export const createProgram = (environment: ProgramEnvironment): Program => surround(environment, () => undefined);

/**
 * Runs a program, and closes the sockets that it leaves open when it ends or fails, as a kernel does. What it still
 * awaits then never settles: the program is gone.
 */
export async function runProgram(
  environment: ProgramEnvironment,
  main: (program: Program) => Promise<void> | void,
): Promise<void> {
  const sockets: Socket[] = [];
  try {
    await main(surround(environment, (socket) => void sockets.push(socket)));
  } finally {
    for (const socket of sockets) socket.abandon();
  }
}

function surround(environment: ProgramEnvironment, opened: (socket: Socket) => void): Program {
  const { scheduler } = environment;
  return {
    socket: (family, type, protocol = 0) => new Socket(environment, family, type, { protocol, opened }),
    select: (readers, writers, exceptional, timeoutSeconds, options) =>
      select(environment, readers, writers, exceptional, timeoutSeconds, options),
    sleep: (seconds) => scheduler.sleep(Math.round(seconds * SECOND)),
    now: () => scheduler.now() / SECOND,
    print: (...what) => environment.print(what.map(String).join(' ')),
    input: (prompt = '') => readLine(environment, prompt),
    encode: (text) => new TextEncoder().encode(text),
    decode: (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    gethostbyname: (name) => formatIpAddress(resolveName(environment.names, name, 4)),
  };
}

/** As on a terminal, the line shows after its prompt. */
async function readLine(environment: ProgramEnvironment, prompt: string): Promise<string> {
  const line = await environment.readLine();
  if (line === undefined) throw new Error('input: there are no more lines to read');
  environment.print(prompt + line);
  return line;
}
