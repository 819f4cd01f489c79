/**
 * The law of the house (DESIGN §1): who may import whom, what nobody below the bridge may speak of, how files are named
 * and how long they are. To allow a new thing is to change a table here, in the open.
 */
import { posix } from 'node:path';
import { circles } from './circles.ts';
import { type Mention, type Scan, scan } from './scan.ts';

interface Room {
  /** Rooms that it may import, besides itself. */
  readonly rooms: readonly string[];
  /** npm packages that it may import. */
  readonly packages: readonly string[];
}

/** The folders of src. */
const ROOMS: Readonly<Record<string, Room>> = {
  // For TCP's signatures: cryptography is not what wirelab exists for (DEPENDENCIES).
  layers: { rooms: [], packages: ['@noble/ciphers', '@noble/hashes'] },
  host: { rooms: ['layers'], packages: [] },
  sockets: { rooms: ['host', 'layers'], packages: [] },
  trace: { rooms: ['layers'], packages: ['@noble/hashes'] },
  sim: { rooms: ['sockets', 'host', 'trace', 'layers'], packages: ['pure-rand'] },
  experiments: { rooms: ['sim', 'sockets', 'host', 'trace', 'layers'], packages: ['@noble/hashes'] },
  // Python's grammar, for the code in scripts: the packetdrill language is ours, Python is not.
  packetdrill: {
    rooms: ['sim', 'sockets', 'host', 'trace', 'layers'],
    packages: ['@lezer/common', '@lezer/python'],
  },
  // Node's modules on emulated hosts: `wirelab/node`.
  node: { rooms: ['sim', 'sockets', 'host', 'trace', 'layers'], packages: [] },
  bridge: { rooms: ['host', 'trace', 'layers'], packages: ['koffi'] },
  cli: {
    rooms: ['experiments', 'bridge', 'packetdrill', 'sim', 'sockets', 'host', 'trace', 'layers'],
    packages: ['cli-progress', 'commander', 'picocolors', 'piscina'],
  },
};

/** Inside layers the way is down too; '' is what lies in layers itself. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  '': [],
  link: [''],
  network: ['link', ''],
  transport: ['network', 'link', ''],
};

/** Time and chance are handed in; the rest is the machine's. Forbidden below bridge and cli. */
const TIME_AND_CHANCE = [
  'Math.random',
  'Math',
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'crypto',
  'globalThis',
  'window',
  'self',
];
/** Allowed in addition where `node:` modules are. */
const NODE_GLOBALS = ['Buffer', 'process', 'console', 'require', 'module', 'global', '__dirname', '__filename'];

const FORBIDDEN_NAMES = /^(?:utils?|helpers?|commons?|types?|misc)$/i;
const LONGEST_FILE = 600;

/**
 * All that is wrong with the files of `src`.
 * @param files their text by path: 'src/layers/clock.ts'
 * @returns sentences that name file, line and rule
 */
export function judge(files: ReadonlyMap<string, string>): string[] {
  const scans = new Map([...files].map(([path, source]) => [path, scan(path, source)]));
  const graph = new Map(
    [...scans].map(([path, { imports }]) => [path, imports.flatMap((one) => target(path, one.specifier) ?? [])]),
  );
  return [
    ...[...scans].flatMap(([path, found]) => [
      ...namesAndLength(path, found),
      ...importsOf(path, found, files),
      ...globalsOf(path, found),
    ]),
    ...circles(graph).map((circle) => `${circle.join(' imports ')}: imports must not run in a circle.`),
  ];
}

/** The file that a relative import means. */
const target = (from: string, specifier: string | undefined): string | undefined =>
  specifier?.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;

const roomOf = (path: string): string => path.split('/').slice(1, -1)[0] ?? '';
const floorOf = (path: string): string => path.split('/').slice(2, -1)[0] ?? '';

/** Whether a file may import `node:` modules. */
const isForNode = (path: string): boolean => /^src\/(?:node|bridge|cli)\/|-node\.ts$/.test(path);
/** In the room for Node: what puts the world's time in the place of the machine's, or waits for Node's event loop. */
const REPLACES_TIME = /^src\/node\/(?:index|net-socket|node-turns|world-timers)\.ts$/;
/** Whether a file may ask the machine for time and chance. */
const isAboveTheLaw = (path: string): boolean =>
  /^src\/(?:bridge|cli)\//.test(path) || REPLACES_TIME.test(path) || isExample(path);
/** Programs of users: they see the public surface and each other, and only the command line shows them. */
const isExample = (path: string): boolean => path.startsWith('examples/');

function namesAndLength(path: string, { lines, notReexports, mutables }: Scan): string[] {
  const room = roomOf(path);
  const found: string[] = [];
  if (isExample(path)) return found;
  for (const part of path.replace(/\.ts$/, '').split('/')) {
    if (FORBIDDEN_NAMES.test(part))
      found.push(`${path} must not be called '${part}': name the one idea that it holds.`);
  }
  if (lines > LONGEST_FILE)
    found.push(`${path} has ${lines} lines: past 400 a file is usually two ideas, and ${LONGEST_FILE} is the end.`);
  if (room === '' && path !== 'src/index.ts') found.push(`${path} lies in src itself, where only index.ts may.`);
  if (room !== '' && ROOMS[room] === undefined)
    found.push(`${path} lies in src/${room}, which is no room of the house (DESIGN §1).`);
  if (path === 'src/index.ts') {
    for (const line of notReexports)
      found.push(`${path}:${line} is more than a re-export, and the public surface is nothing else.`);
  }
  if (room === 'layers' && FLOORS[floorOf(path)] === undefined) {
    found.push(`${path} lies in no floor of layers; there are link, network, transport, and what they share.`);
  }
  if (!isAboveTheLaw(path)) {
    for (const { line, name } of mutables)
      found.push(`${path}:${line} declares '${name}' for the whole module: no mutable global state.`);
  }
  return found;
}

function importsOf(path: string, { imports }: Scan, files: ReadonlyMap<string, string>): string[] {
  return imports.flatMap(({ line, specifier }) => {
    const complaint = importComplaint(path, specifier, files);
    return complaint === undefined
      ? []
      : [`${path}:${line} imports ${specifier ?? 'a computed name'}, but ${complaint}.`];
  });
}

function importComplaint(
  path: string,
  specifier: string | undefined,
  files: ReadonlyMap<string, string>,
): string | undefined {
  if (specifier === undefined) return 'what is imported must be written as a plain string';
  if (specifier.startsWith('node:')) {
    return isForNode(path) ? undefined : 'node: modules belong to node, bridge, cli and files named *-node.ts';
  }
  const room = roomOf(path);
  const to = target(path, specifier);
  if (to === undefined) {
    const allowed = ROOMS[room]?.packages ?? [];
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    return allowed.includes(name) ? undefined : `${room || 'index.ts'} may import ${listed(allowed)} from npm`;
  }
  if (!files.has(to)) return `there is no file ${to}`;
  if (isExample(path)) {
    return isExample(to) || to === 'src/index.ts'
      ? undefined
      : 'an example sees src/index.ts and its like, as a user does';
  }
  if (isExample(to)) return room === 'cli' ? undefined : 'only cli may show the examples';
  // The public surface shows every room.
  const allowed = path === 'src/index.ts' ? Object.keys(ROOMS) : [room, ...(ROOMS[room]?.rooms ?? [])];
  if (!allowed.includes(roomOf(to))) return `${room} may import ${listed(ROOMS[room]?.rooms ?? [])} besides itself`;
  if (isForNode(to) && !isForNode(path)) return 'what needs Node may be imported only where node: modules may';
  if (room === 'layers' && floorOf(to) !== floorOf(path)) {
    const floor = floorOf(path);
    if (!(FLOORS[floor] ?? []).includes(floorOf(to))) {
      return `inside layers the way is down: transport, network, link, shared, and ${floor || 'a shared file'} stands below`;
    }
  }
  return undefined;
}

function globalsOf(path: string, { globals }: Scan): string[] {
  if (isAboveTheLaw(path)) return [];
  const forbidden = new Set(isForNode(path) ? TIME_AND_CHANCE : [...TIME_AND_CHANCE, ...NODE_GLOBALS]);
  const complain = ({ line, name }: Mention): string =>
    TIME_AND_CHANCE.includes(name)
      ? `${path}:${line} speaks of ${name}, but below bridge and cli time and chance are handed in.`
      : `${path}:${line} speaks of ${name}, but below bridge and cli nothing knows the machine it runs on.`;
  return globals.filter(({ name }) => forbidden.has(name)).map(complain);
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '));
