/**
 * Python's operators on numbers and sequences. Division is Python 3's: `/` gives a float, `//` and `%` round down. An int
 * has any size, up to a limit that no script meets but by mistake.
 */
import { Unsupported } from '../unsupported.ts';
import { percentFormat } from './percent-format.ts';
import { pythonError } from './python-error.ts';
import { checkLength, elements, joined, repeated } from './sequences.ts';
import { numeric, PythonDict, PythonList, type PythonValue, toFloat, typeName } from './values.ts';

type Operator = (left: PythonValue, right: PythonValue) => PythonValue;
type OnInts = (left: bigint, right: bigint) => PythonValue;
type OnFloats = (left: number, right: number) => number;

/** Bits that an int may have. */
const LARGEST_BITS = 1_000_000;

/** Bits of an int that a float has room for. */
const EXACT_BITS = 53n;

/** An operator on two numbers, as ints if both are. What it does otherwise is asked first. */
function arithmetic(sign: string, onInts: OnInts, onFloats: OnFloats | undefined, otherwise?: OtherOperator): Operator {
  return (left, right) => {
    const found = otherwise?.(left, right);
    if (found !== undefined) return found;
    const [one, other] = [numeric(left), numeric(right)];
    if (typeof one === 'bigint' && typeof other === 'bigint') return onInts(one, other);
    if (one !== undefined && other !== undefined && onFloats !== undefined)
      return onFloats(toFloat(one), toFloat(other));
    throw pythonError(
      'TypeError',
      `unsupported operand type(s) for ${sign}: '${typeName(left)}' and '${typeName(right)}'`,
    );
  };
}

type OtherOperator = (left: PythonValue, right: PythonValue) => PythonValue | undefined;

/** The same of bits: two bools stay bools. */
function onBits(sign: string, onInts: (left: bigint, right: bigint) => bigint): Operator {
  const operator = arithmetic(sign, onInts, undefined, (left, right) => {
    if (sign === '|' && left instanceof PythonDict && right instanceof PythonDict) {
      throw new Unsupported("Python's | of two dicts");
    }
    return undefined;
  });
  return (left, right) => {
    const result = operator(left, right);
    return typeof left === 'boolean' && typeof right === 'boolean' ? result !== 0n : result;
  };
}

/** @throws {PythonError} for a divisor of 0 */
function checkDivisor(divisor: bigint | number): void {
  if (Number(divisor) === 0) throw pythonError('ZeroDivisionError', 'division by zero');
}

function floorDivided(left: bigint, right: bigint): bigint {
  checkDivisor(right);
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

/** What is left has the sign of the divisor. */
function remainder(left: bigint, right: bigint): bigint {
  checkDivisor(right);
  const rest = left % right;
  return rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest;
}

function floatRemainder(left: number, right: number): number {
  checkDivisor(right);
  const rest = left % right;
  if (rest === 0) return right < 0 ? -0 : 0;
  return rest < 0 !== right < 0 ? rest + right : rest;
}

function floatFloorDivided(left: number, right: number): number {
  checkDivisor(right);
  const rest = left % right;
  const quotient = (left - rest) / right - (rest !== 0 && rest < 0 !== right < 0 ? 1 : 0);
  if (quotient === 0) return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  // The division above may have rounded.
  return Math.floor(quotient) + (quotient - Math.floor(quotient) > 0.5 ? 1 : 0);
}

/** A float, also of two ints. */
function divided(left: bigint, right: bigint): number {
  checkDivisor(right);
  const quotient = Number(left) / Number(right);
  if (Number.isFinite(Number(left)) && Number.isFinite(Number(right))) return quotient;
  throw pythonError('OverflowError', 'integer division result too large for a float');
}

function checkBits(bits: bigint): void {
  if (bits > LARGEST_BITS) throw pythonError('MemoryError', `an int of ${bits} bits, and ${LARGEST_BITS} are the most`);
}

const bitLength = (value: bigint): bigint => BigInt((value < 0n ? -value : value).toString(2).length);

function power(base: bigint, exponent: bigint): PythonValue {
  if (exponent < 0n) {
    const isExact = base !== 0n && bitLength(base) * -exponent <= EXACT_BITS;
    return isExact ? 1 / Number(base ** -exponent) : floatPower(toFloat(base), toFloat(exponent));
  }
  if (base !== 1n && base !== -1n) checkBits(bitLength(base) * exponent);
  // The last bit says whether -1 and 1 change their sign.
  return base === 1n || base === -1n ? base ** (exponent & 1n) : base ** exponent;
}

function floatPower(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) {
    throw pythonError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  }
  // In Python 1 to the power of anything is 1, and so is -1 to that of an infinity.
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw new Unsupported("Python's complex numbers");
  }
  const result = base ** exponent;
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw pythonError('OverflowError', 'the result is too large for a float');
  }
  return result;
}

function shifted(left: bigint, count: bigint): bigint {
  if (count < 0n) throw pythonError('ValueError', 'negative shift count');
  if (left !== 0n) checkBits(bitLength(left) + count);
  return left === 0n ? 0n : left << count;
}

function shiftedRight(left: bigint, count: bigint): bigint {
  if (count < 0n) throw pythonError('ValueError', 'negative shift count');
  return left >> count;
}

/** A sequence so many times, in whichever order it is written. */
const repetition: OtherOperator = (left, right) => {
  const [one, other] = [numeric(left), numeric(right)];
  if (typeof other === 'bigint' && one === undefined) return repeated(left, other);
  return typeof one === 'bigint' && other === undefined ? repeated(right, one) : undefined;
};

function product(left: bigint, right: bigint): bigint {
  if (left !== 0n && right !== 0n) checkBits(bitLength(left) + bitLength(right));
  return left * right;
}

export const OPERATORS: Readonly<Record<string, Operator>> = {
  '+': arithmetic(
    '+',
    (left, right) => left + right,
    (left, right) => left + right,
    joined,
  ),
  '-': arithmetic(
    '-',
    (left, right) => left - right,
    (left, right) => left - right,
  ),
  '*': arithmetic('*', product, (left, right) => left * right, repetition),
  '/': arithmetic('/', divided, (left, right) => {
    checkDivisor(right);
    return left / right;
  }),
  '//': arithmetic('//', floorDivided, floatFloorDivided),
  '%': arithmetic('%', remainder, floatRemainder, (left, right) =>
    typeof left === 'string' ? percentFormat(left, right) : undefined,
  ),
  '**': arithmetic('** or pow()', power, floatPower),
  '<<': arithmetic('<<', shifted, undefined),
  '>>': arithmetic('>>', shiftedRight, undefined),
  '&': onBits('&', (left, right) => left & right),
  '|': onBits('|', (left, right) => left | right),
  '^': onBits('^', (left, right) => left ^ right),
};

/** `left += right` and its like: a list is changed where it is. */
export function updated(sign: string, left: PythonValue, right: PythonValue): PythonValue {
  if (!(left instanceof PythonList)) return OPERATORS[sign]!(left, right);
  if (sign === '+') left.items = left.items.concat([...elements(right)]);
  else {
    const result = OPERATORS[sign]!(left, right);
    if (result instanceof PythonList) left.items = result.items;
  }
  checkLength(left.items.length);
  return left;
}

/** An operator before one operand. */
function unary(sign: string, onInt: (value: bigint) => bigint, onFloat: ((value: number) => number) | undefined) {
  return (value: PythonValue): PythonValue => {
    const number = numeric(value);
    if (typeof number === 'bigint') return onInt(number);
    if (number !== undefined && onFloat !== undefined) return onFloat(number);
    throw pythonError('TypeError', `bad operand type for unary ${sign}: '${typeName(value)}'`);
  };
}

export const UNARY_OPERATORS: Readonly<Record<string, (value: PythonValue) => PythonValue>> = {
  '-': unary(
    '-',
    (value) => -value,
    (value) => -value,
  ),
  '+': unary(
    '+',
    (value) => value,
    (value) => value,
  ),
  '~': unary('~', (value) => ~value, undefined),
};
