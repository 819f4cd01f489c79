import { describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../../../src/layers/errors.ts';
import { describeError, ERRNO, errorCodeOf, failure } from '../../../src/sockets/errno.ts';
import { SocketError, TimeoutError } from '../../../src/sockets/socket-error.ts';

describe('error numbers', () => {
  test('every name has a number of its own, and the number leads back to it', () => {
    const codes = Object.keys(ERRORS) as ErrorCode[];
    expect(new Set(codes.map((code) => ERRNO[code])).size).toBe(codes.length);
    for (const code of codes) {
      expect(failure(code)).toBeLessThan(0);
      expect(errorCodeOf(failure(code))).toBe(code);
      expect(errorCodeOf(ERRNO[code])).toBe(code);
    }
  });

  test('the numbers are those of Linux', () => {
    expect(ERRNO).toMatchObject({ EAGAIN: 11, EPIPE: 32, EADDRINUSE: 98, ECONNREFUSED: 111, EINPROGRESS: 115 });
  });

  test('a number that the stack never reports is a mistake of the program', () => {
    expect(() => errorCodeOf(-4)).toThrow(RangeError);
  });
});

describe('SocketError', () => {
  test('has the shape of a system error of Node', () => {
    const error = new SocketError('ECONNREFUSED', 'connect', '10.0.0.2', 80);
    expect(error).toMatchObject({
      name: 'SocketError',
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
      address: '10.0.0.2',
      port: 80,
      message: 'connect ECONNREFUSED 10.0.0.2:80: connection refused',
    });
    expect(error).toBeInstanceOf(Error);
  });

  test('leaves out what the call did not have, and brackets IPv6', () => {
    const error = new SocketError('EAGAIN', 'recv');
    expect('address' in error).toBe(false);
    expect('port' in error).toBe(false);
    expect(error.message).toBe(`recv EAGAIN: ${describeError('EAGAIN')}`);
    expect(new SocketError('EHOSTUNREACH', 'connect', '2001:db8::1', 80).message).toContain('[2001:db8::1]:80');
  });

  test('running out of time is an ETIMEDOUT with a name of its own', () => {
    const error = new TimeoutError('recv');
    expect(error).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT', errno: -110, syscall: 'recv' });
    expect(error).toBeInstanceOf(SocketError);
  });
});
