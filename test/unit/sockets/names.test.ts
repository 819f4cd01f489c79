import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { NameError, resolveName } from '../../../src/sockets/names.ts';

const names = (name: string) =>
  name === 'server' ? [ipAddress('2001:db8::2'), ipAddress('10.0.0.2'), ipAddress('10.0.0.3')] : [];

describe('resolveName', () => {
  test('gives the first address of the family', () => {
    expect(resolveName(names, 'server', 4).equals(ipAddress('10.0.0.2'))).toBe(true);
    expect(resolveName(names, 'server', 6).equals(ipAddress('2001:db8::2'))).toBe(true);
  });

  test('reads a numeric address without asking anybody', () => {
    const nobody = (): never => {
      throw new Error('asked');
    };
    expect(resolveName(nobody, '192.0.2.1', 4).equals(ipAddress('192.0.2.1'))).toBe(true);
  });

  test('an unknown name, and an address of the other family, are NameErrors', () => {
    expect(() => resolveName(names, 'nowhere', 4)).toThrow(NameError);
    expect(() => resolveName(names, '10.0.0.2', 6)).toThrow(/ENOTFOUND 10\.0\.0\.2/);
    expect(() => resolveName(names, 'nowhere', 4)).toThrow(expect.objectContaining({ code: 'ENOTFOUND' }));
  });
});
