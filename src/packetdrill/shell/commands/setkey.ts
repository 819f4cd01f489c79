/** `setkey` of FreeBSD (setkey(8)), for the keys of TCP's MD5 signatures (tcp(4)): everything else of IPsec is Unsupported. */
import { parseIpAddress } from '../../../layers/address-text.ts';
import { Unsupported } from '../../unsupported.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { readFlags } from './flags.ts';
import { WordList } from './word-list.ts';

function setkey(call: CommandCall): number {
  const flags = readFlags(call, { alone: 'cFPv', valued: 'f' });
  if (flags.rest.length > 0) throw new Unsupported(`command setkey ${flags.rest.join(' ')}`);
  // -FP is about policies, of which there are none.
  if (flags.has('F')) {
    if (!flags.has('P')) call.host.removeMd5Keys();
    return 0;
  }
  const file = flags.value('f');
  if (file === undefined && !flags.has('c')) throw new Unsupported('command setkey without -c');
  const text = file === undefined || file === '-' ? call.input : call.host.readFile(file);
  if (text === undefined) return fails(call, `${file}: No such file or directory`);
  for (const statement of statementsOf(text)) carryOut(call, statement);
  return 0;
}

/** A word, or a text in quotes with its marks. */
const WORD = /#[^\n]*|"[^"\n]*"|;|[^\s;"]+/g;

/** What stands between semicolons, without comments. */
function statementsOf(text: string): readonly (readonly string[])[] {
  const statements: string[][] = [];
  let current: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    if (word.startsWith('#')) continue;
    if (word !== ';') {
      current.push(word);
      continue;
    }
    if (current.length > 0) statements.push(current);
    current = [];
  }
  if (current.length > 0) throw new Unsupported(`setkey ${current.join(' ')} without ; behind it`);
  return statements;
}

function carryOut(call: CommandCall, statement: readonly string[]): void {
  const words = new WordList(statement, 'setkey');
  const verb = words.take();
  if (verb === 'flush') {
    const protocol = words.take() ?? 'any';
    if (!['any', 'tcp'].includes(protocol)) return;
    call.host.removeMd5Keys();
  } else if (verb === 'spdflush') {
    return;
  } else if (verb === 'add') {
    add(call, words);
  } else {
    throw new Unsupported(`setkey ${verb ?? ''}`);
  }
}

/** `add SOURCE DESTINATION tcp SPI -A tcp-md5 "SECRET"`. */
function add(call: CommandCall, words: WordList): void {
  let source = words.valueOf('add');
  if (/^-[46n]+$/.test(source)) source = words.valueOf('add');
  const destination = words.valueOf('add');
  for (const address of [source, destination]) {
    if (parseIpAddress(address) === undefined) throw new Unsupported(`setkey address ${address}`);
  }
  const protocol = words.valueOf('add');
  if (protocol !== 'tcp') throw new Unsupported(`setkey add ${protocol}`);
  const index = words.valueOf('tcp');
  if (!/^(?:0x[\da-fA-F]{1,8}|\d{1,10})$/.test(index)) throw new Unsupported(`setkey SPI ${index}`);
  let secret: Uint8Array | undefined;
  for (let word = words.take(); word !== undefined; word = words.take()) {
    if (word === '-m') {
      const mode = words.valueOf('-m');
      if (mode !== 'any' && mode !== 'transport') throw new Unsupported(`setkey -m ${mode}`);
    } else if (word === '-A') {
      const algorithm = words.valueOf('-A');
      if (algorithm !== 'tcp-md5') throw new Unsupported(`setkey -A ${algorithm}`);
      secret = secretOf(words.valueOf(algorithm));
    } else {
      throw new Unsupported(`setkey ${word}`);
    }
  }
  if (secret === undefined) throw new Unsupported('setkey add without -A tcp-md5');
  call.host.addMd5Key({ source, destination, secret });
}

/** A text in quotes, or hexadecimal digits behind `0x`. */
function secretOf(written: string): Uint8Array {
  if (written.startsWith('"')) return new TextEncoder().encode(written.slice(1, -1));
  const digits = /^0x((?:[\da-fA-F]{2}){1,80})$/.exec(written)?.[1];
  if (digits === undefined) throw new Unsupported(`setkey key ${written}`);
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

export const SETKEY_COMMANDS: CommandTable = { setkey };
