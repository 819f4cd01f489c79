/** Addresses in calls: `...` for the script's own, structures as packetdrill writes them, and what was filled into one. */
import { IpAddress as Address, type IpAddress, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../../layers/address.ts';
import { formatIpAddress, ipAddress } from '../../layers/address-text.ts';
import { AF_INET, AF_INET6 } from '../../sockets/constants.ts';
import type { Expression, Place } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import type { Difference } from '../packets/compare.ts';
import { Unsupported } from '../unsupported.ts';
import { described, fieldsOf, numberOf } from './evaluate.ts';

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** The address of all interfaces, of a family. */
export const wildcard = (domain: number): IpAddress => (domain === AF_INET ? UNSPECIFIED_V4 : UNSPECIFIED_V6);

/** An endpoint as a script writes it; `...` is `other`. @throws {ScriptError} if it is neither */
export function endpointOf(expression: Expression, domain: number, other: Endpoint): Endpoint {
  if (expression.kind === 'ellipsis') return other;
  let { address, port } = { address: wildcard(domain), port: 0 };
  for (const { name, value } of fieldsOf(expression)) {
    switch (name) {
      case 'sa_family':
      case 'sin_family':
      case 'sin6_family':
        if (value.kind !== 'ellipsis' && numberOf(value) !== AF_INET && numberOf(value) !== AF_INET6) {
          throw new Unsupported(`an address of family ${value.kind === 'symbol' ? value.name : numberOf(value)}`);
        }
        break;
      case 'sin_port':
      case 'sin6_port':
        port = value.kind === 'ellipsis' ? other.port : numberOf(value);
        break;
      case 'sin_addr':
      case 'sin6_addr':
        address = value.kind === 'ellipsis' ? other.address : addressOf(value, domain);
        break;
      case undefined:
        if (value.kind === 'function' && value.name === 'inet_pton') address = addressOf(value, domain);
        break;
      default:
    }
  }
  return { address, port };
}

function addressOf(expression: Expression, domain: number): IpAddress {
  if (expression.kind === 'string') return read(expression.place, expression.value);
  if (expression.kind === 'symbol' && expression.name === 'INADDR_ANY') return wildcard(domain);
  const text = expression.kind === 'function' ? expression.arguments.find(({ kind }) => kind === 'string') : undefined;
  if (text?.kind === 'string') return read(text.place, text.value);
  if (expression.kind === 'number') return new Address(4, 0, 0, 0, expression.value | 0);
  if (expression.kind === 'function' && expression.arguments.length === 1) {
    return new Address(4, 0, 0, 0, numberOf(expression.arguments[0]!) | 0);
  }
  throw new ScriptError(
    expression.place,
    `an address belongs here, such as inet_addr("192.0.2.1"), not ${described(expression)}`,
  );
}

function read(place: Place, text: string): IpAddress {
  try {
    return ipAddress(text);
  } catch {
    throw new ScriptError(place, `"${text}" is no IP address; write "192.0.2.1" or "2001:db8::1"`);
  }
}

/** An address that the kernel has filled in, against what the script says. */
export function endpointDifferences(expression: Expression, domain: number, found: Endpoint): Difference[] {
  if (expression.kind !== 'structure') return [];
  const expected = endpointOf(expression, domain, found);
  const names = new Set(fieldsOf(expression).map(({ name }) => name));
  const differences: Difference[] = [];
  const hasAddress = names.has('sin_addr') || names.has('sin6_addr');
  if (hasAddress && !expected.address.equals(found.address)) {
    differences.push({
      field: 'address',
      expected: formatIpAddress(expected.address),
      found: formatIpAddress(found.address),
    });
  }
  if ((names.has('sin_port') || names.has('sin6_port')) && expected.port !== found.port) {
    differences.push({ field: 'port', expected: String(expected.port), found: String(found.port) });
  }
  return differences;
}
