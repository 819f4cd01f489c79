/** The two ports of a packet: `53055 > 8080`. */
import type { Cursor } from './cursor.ts';
import { MOST_16_BITS, number, takesNumber } from './numbers.ts';
import type { Ports } from './script.ts';

/** Takes both ports if they come next. A number alone begins something else: `5. 1:1(0)`, `1:1001(1000)`. */
export function parsePorts(cursor: Cursor): Ports | undefined {
  const areHere = cursor.foresees(() => takesNumber(cursor) && cursor.sees('>'));
  return areHere ? bothPorts(cursor) : undefined;
}

/** `(9899 > 9899)`. */
export function portsInBrackets(cursor: Cursor, where: string): Ports {
  cursor.expect('(', where);
  const ports = bothPorts(cursor);
  cursor.expect(')', 'behind the ports');
  return ports;
}

function bothPorts(cursor: Cursor): Ports {
  const source = number(cursor, 'a port', MOST_16_BITS);
  cursor.expect('>', 'between the ports');
  return { source, destination: number(cursor, 'a port', MOST_16_BITS) };
}
