/** Which sockets `ss` shows (ss(8)): states, and an expression of ports and addresses. */
import { parseIpAddress } from '../../../layers/address-text.ts';
import { contains, parsePrefix } from '../../../layers/prefix.ts';
import type { State } from '../../../layers/transport/tcp/state.ts';
import { Unsupported } from '../../unsupported.ts';
import { DEEPEST } from '../grammar/closing.ts';
import type { ShellConnection } from '../host.ts';

/** By the names of ss(8). */
const STATES: Readonly<Record<string, readonly State[]>> = {
  established: ['ESTABLISHED'],
  'syn-sent': ['SYN-SENT'],
  'syn-recv': ['SYN-RECEIVED'],
  'fin-wait-1': ['FIN-WAIT-1'],
  'fin-wait-2': ['FIN-WAIT-2'],
  'time-wait': ['TIME-WAIT'],
  closed: ['CLOSED'],
  unconnected: ['CLOSED'],
  'close-wait': ['CLOSE-WAIT'],
  'last-ack': ['LAST-ACK'],
  listen: ['LISTEN'],
  listening: ['LISTEN'],
  closing: ['CLOSING'],
};
const EVERY: readonly State[] = [...new Set(Object.values(STATES).flat())];
const without = (...states: readonly State[]): readonly State[] => EVERY.filter((state) => !states.includes(state));

/** Without a word about it: what has a peer, and is not on its way in or out of being. */
export const USUAL_STATES: readonly State[] = without('LISTEN', 'CLOSED', 'TIME-WAIT', 'SYN-RECEIVED');
export const LISTENING_STATES: readonly State[] = ['LISTEN', 'CLOSED'];
export const ALL_STATES: readonly State[] = EVERY;

const GROUPS: Readonly<Record<string, readonly State[]>> = {
  ...STATES,
  all: EVERY,
  connected: without('LISTEN', 'CLOSED'),
  synchronized: without('LISTEN', 'CLOSED', 'SYN-SENT'),
  bucket: ['SYN-RECEIVED', 'TIME-WAIT'],
  big: without('SYN-RECEIVED', 'TIME-WAIT'),
};

export type Filter = (connection: ShellConnection) => boolean;

export interface SocketChoice {
  readonly states: readonly State[];
  readonly filter: Filter;
}

/** @param usual the states if the words name none */
export function chooseSockets(words: readonly string[], usual: readonly State[]): SocketChoice {
  const rest = [...words];
  let states: readonly State[] | undefined;
  while (rest[0] === 'state' || rest[0] === 'exclude') {
    const [verb, name = ''] = rest.splice(0, 2);
    const group = Object.hasOwn(GROUPS, name) ? GROUPS[name]! : undefined;
    if (group === undefined) throw new Unsupported(`command ss state ${name}`);
    if (verb === 'state') states = [...(states ?? []), ...group];
    else states = (states ?? EVERY).filter((state) => !group.includes(state));
  }
  const expression = rest.join(' ').trim();
  return {
    states: states ?? usual,
    filter: expression === '' ? () => true : new FilterReader(expression).all(),
  };
}

const COMPARISONS: Readonly<Record<string, (port: number, other: number) => boolean>> = {
  '=': (port, other) => port === other,
  '==': (port, other) => port === other,
  eq: (port, other) => port === other,
  '!=': (port, other) => port !== other,
  ne: (port, other) => port !== other,
  neq: (port, other) => port !== other,
  '<': (port, other) => port < other,
  lt: (port, other) => port < other,
  '<=': (port, other) => port <= other,
  le: (port, other) => port <= other,
  '>': (port, other) => port > other,
  gt: (port, other) => port > other,
  '>=': (port, other) => port >= other,
  ge: (port, other) => port >= other,
};

class FilterReader {
  private readonly words: readonly string[];
  private readonly text: string;
  private index: number;
  private depth: number;

  constructor(text: string) {
    this.text = text;
    this.words = text.match(/[()]|&&?|\|\|?|[=!<>]=?|[^\s()&|=!<>]+/g) ?? [];
    this.index = 0;
    this.depth = 0;
  }

  all(): Filter {
    const filter = this.alternatives();
    if (this.index < this.words.length) throw this.unsupported();
    return filter;
  }

  private unsupported(): Unsupported {
    return new Unsupported(`command ss filter ${this.text}`);
  }

  private takes(...words: readonly string[]): boolean {
    const word = this.words[this.index];
    if (word === undefined || !words.includes(word)) return false;
    this.index++;
    return true;
  }

  private alternatives(): Filter {
    let filter = this.conjunction();
    while (this.takes('or', '||', '|')) {
      const [left, right] = [filter, this.conjunction()];
      filter = (connection) => left(connection) || right(connection);
    }
    return filter;
  }

  /** Two conditions behind each other both hold, with or without "and". */
  private conjunction(): Filter {
    let filter = this.negation();
    for (;;) {
      const next = this.words[this.index];
      if (!this.takes('and', '&&', '&') && (next === undefined || [')', 'or', '||', '|'].includes(next))) return filter;
      const [left, right] = [filter, this.negation()];
      filter = (connection) => left(connection) && right(connection);
    }
  }

  private negation(): Filter {
    let isNegated = false;
    while (this.takes('not', '!')) isNegated = !isNegated;
    const filter = this.primary();
    return isNegated ? (connection) => !filter(connection) : filter;
  }

  private primary(): Filter {
    if (this.takes('(')) {
      if (++this.depth > DEEPEST) throw this.unsupported();
      const filter = this.alternatives();
      if (!this.takes(')')) throw this.unsupported();
      this.depth--;
      return filter;
    }
    const name = this.words[this.index++];
    if (name === 'sport' || name === 'dport') return this.port(name === 'sport');
    if (name === 'src' || name === 'dst') return this.place(name === 'src');
    throw this.unsupported();
  }

  private port(isLocal: boolean): Filter {
    const sign = this.words[this.index] ?? '';
    const compare = Object.hasOwn(COMPARISONS, sign) ? COMPARISONS[sign]! : COMPARISONS['=']!;
    if (Object.hasOwn(COMPARISONS, sign)) this.index++;
    const [all, digits] = /^:?(\d{1,5})$/.exec(this.words[this.index++] ?? '') ?? [];
    if (all === undefined) throw this.unsupported();
    const port = Number(digits);
    return ({ localPort, remotePort }) => compare(isLocal ? localPort : remotePort, port);
  }

  /** `192.0.2.1`, `192.0.2.0/24:80`, `[2001:db8::1]:80`, `:80`. */
  private place(isLocal: boolean): Filter {
    const isNegated = this.takes('!=', 'ne', 'neq');
    if (!isNegated) this.takes('=', '==', 'eq');
    const written = this.words[this.index++] ?? '';
    const bracketed = /^\[([\da-fA-F:.]+)\](?:\/(\d{1,3}))?(?::(\d{1,5}|\*))?$/.exec(written);
    const plain = /^([\d.]*|\*)(\/\d{1,2})?(?::(\d{1,5}|\*))?$/.exec(written);
    const address = bracketed !== null ? bracketed[1]! : plain !== null ? plain[1]! : written;
    const length = bracketed !== null ? (bracketed[2] === undefined ? '' : `/${bracketed[2]}`) : (plain?.[2] ?? '');
    const port = bracketed?.[3] ?? plain?.[3] ?? '*';
    const isAny = address === '' || address === '*';
    const network = isAny ? undefined : parsePrefix(`${address}${length}`);
    if ((network === undefined && !isAny) || written === '') throw this.unsupported();
    return (connection) => {
      const text = isLocal ? connection.localAddress : connection.remoteAddress;
      const found = text === undefined ? undefined : parseIpAddress(text);
      const isThere = network === undefined || (found !== undefined && contains(network, found));
      const itsPort = isLocal ? connection.localPort : connection.remotePort;
      return (isThere && (port === '*' || Number(port) === itsPort)) !== isNegated;
    };
  }
}
