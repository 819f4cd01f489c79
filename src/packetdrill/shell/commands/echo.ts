/** `echo` and `printf`. Without `-e`, `echo` leaves backslashes alone, as bash does. */
import { Unsupported } from '../../unsupported.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
};

/** `\n`, `\t`, `\101`: what is no such thing stays as it is. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:0?([0-7]{1,3})|x([\da-fA-F]{1,2})|(.))/gs, (all, octal, hexadecimal, letter) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (hexadecimal !== undefined) return String.fromCharCode(Number.parseInt(hexadecimal, 16));
    return Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter]! : all;
  });

function echo(call: CommandCall): number {
  const words = [...call.arguments];
  let end = '\n';
  let escapes = false;
  for (let word = words[0]; word !== undefined && /^-[neE]+$/.test(word); word = words[0]) {
    if (word.includes('n')) end = '';
    if (word.includes('e')) escapes = true;
    if (word.includes('E')) escapes = false;
    words.shift();
  }
  const text = words.join(' ');
  call.print((escapes ? unescaped(text) : text) + end);
  return 0;
}

const CONVERSION = /%([-0+ #]*)(\d{0,3})(?:\.(\d{0,3}))?([a-zA-Z%])/g;

/** The format is used again as long as there are arguments left over. */
function printf(call: CommandCall): number {
  const [format, ...given] = call.arguments[0] === '--' ? call.arguments.slice(1) : call.arguments;
  if (format === undefined) return fails(call, 'usage: printf format [arguments]', 2);
  let status = 0;
  let taken = 0;
  const piece = (_all: string, flags: string, width: string, precision: string | undefined, letter: string): string => {
    if (letter === '%') return '%';
    const word = given[taken++];
    const text = converted(letter, word, flags, precision);
    if (text === undefined) {
      status = fails(call, `${word}: expected numeric value`);
      return padded('0', flags, width);
    }
    return padded(text, flags, width);
  };
  do {
    const before = taken;
    call.print(unescaped(format).replace(CONVERSION, piece));
    if (taken === before) break;
  } while (taken < given.length);
  return status;
}

/** @returns `undefined` for what is no number where one is due */
function converted(
  letter: string,
  word: string | undefined,
  flags: string,
  precision: string | undefined,
): string | undefined {
  if (letter === 's') return precision === undefined ? (word ?? '') : (word ?? '').slice(0, Number(precision));
  if (letter === 'b') return unescaped(word ?? '');
  if (letter === 'c') return (word ?? '').slice(0, 1);
  const number = word === undefined || word === '' ? 0 : Number(word);
  if (!Number.isFinite(number)) return undefined;
  const sign = number >= 0 && flags.includes('+') ? '+' : '';
  if (letter === 'f') return sign + number.toFixed(Number(precision ?? 6));
  if (!Number.isSafeInteger(number)) return undefined;
  switch (letter) {
    case 'd':
    case 'i':
    case 'u':
      return sign + String(number);
    case 'x':
      return number.toString(16);
    case 'X':
      return number.toString(16).toUpperCase();
    case 'o':
      return number.toString(8);
    default:
      throw new Unsupported(`command printf %${letter}`);
  }
}

function padded(text: string, flags: string, width: string): string {
  const size = Number(width);
  if (flags.includes('-')) return text.padEnd(size);
  if (!flags.includes('0')) return text.padStart(size);
  const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  return sign + digits.padStart(size - sign.length, '0');
}

export const ECHO_COMMANDS: CommandTable = { echo, printf };
