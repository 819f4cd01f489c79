/**
 * A dissected frame as a tree: a line for each layer, and under it one for each of its fields.
 */
import type { Dissection } from './dissect.ts';
import { type Fields, fieldsOf, type Plain } from './fields.ts';
import { explainProblem, type Layer, PROTOCOL_TITLES } from './layer.ts';

/** Numbers that people know in hexadecimal. */
const HEXADECIMAL: ReadonlySet<string> = new Set([
  'checksum',
  'flags',
  'typeOrLength',
  'protocolType',
  'trafficClass',
  'flowLabel',
  'identification',
  'destinationSap',
  'sourceSap',
]);
/** Bytes that a tree shows; a hex dump shows all. */
const LONGEST_BYTES = 48;

/** The lines of the tree. */
export const tree = (dissection: Dissection, indent = '    '): string[] =>
  dissection.layers.flatMap((layer) => layerLines(layer, dissection.bytes, indent));

function layerLines(layer: Layer, bytes: Uint8Array, indent: string): string[] {
  const title = layer.protocol === 'data' ? layer.record.name : PROTOCOL_TITLES[layer.protocol];
  const notes = [`${layer.length} bytes at ${layer.at}`];
  if (layer.checksum !== undefined) notes.push(`checksum ${layer.checksum}`);
  const lines = [`${indent}${title}: ${notes.join(', ')}`];
  const inner = `${indent}    `;
  if (layer.problem !== undefined) {
    const { what, rule } = explainProblem(layer.problem);
    lines.push(`${inner}problem: ${layer.problem}: ${what}${rule === undefined ? '' : ` (${rule})`}`);
  }
  lines.push(...fieldLines(fieldsOf(layer, bytes), inner));
  if (layer.quoted !== undefined && layer.quoted.length > 0) {
    lines.push(`${inner}quoted packet:`);
    for (const quoted of layer.quoted) lines.push(...layerLines(quoted, bytes, `${inner}    `));
  }
  return lines;
}

function fieldLines(fields: Fields, indent: string): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (NAMES.has(name) || value === '') return [];
    if (!Array.isArray(value) || !value.some((item) => typeof item === 'object')) {
      return [`${indent}${words(name)}: ${valueText(name, value)}${nameText(fields[NAME_OF[name] ?? ''])}`];
    }
    return [`${indent}${words(name)}:`, ...value.map((item) => `${indent}    ${itemText(item)}`)];
  });
}

/** Fields that name the number of another one, beside which they are shown. */
const NAME_OF: Readonly<Record<string, string>> = {
  typeOrLength: 'typeName',
  type: 'typeName',
  code: 'codeName',
  protocol: 'protocolName',
  operation: 'operationName',
  flags: 'flagNames',
};
const NAMES: ReadonlySet<string> = new Set(['name', ...Object.values(NAME_OF)]);

const nameText = (value: Plain | undefined): string => (value === undefined ? '' : ` (${valueText('', value)})`);

/** One option, tag or record of a list, in one line: its name first. */
function itemText(item: Plain): string {
  if (typeof item !== 'object' || Array.isArray(item)) return valueText('', item);
  const entries = Object.entries(item);
  const [first, ...rest] = entries;
  const isNamed = first !== undefined && (first[0] === 'name' || first[0] === 'header') && typeof first[1] === 'string';
  const details = (isNamed ? rest : entries).map(([name, value]) => `${words(name)} ${valueText(name, value)}`);
  return [isNamed ? words(String(first[1])) : '', details.join(', ')].filter((text) => text !== '').join(': ');
}

function valueText(name: string, value: Plain): string {
  if (typeof value === 'number')
    return HEXADECIMAL.has(name) ? `0x${value.toString(16).padStart(4, '0')}` : String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') {
    return value.length > 2 * LONGEST_BYTES
      ? `${value.slice(0, 2 * LONGEST_BYTES)}… (${value.length / 2} bytes)`
      : value;
  }
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((item) => valueText(name, item)).join(' ');
  return itemText(value);
}

/** `source port` for `sourcePort`. */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
