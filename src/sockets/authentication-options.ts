/**
 * The socket options that give keys to TCP: TCP_MD5SIG, TCP_MD5SIG_EXT (tcp(7)) and TCP_AO_ADD_KEY, TCP_AO_DEL_KEY,
 * TCP_AO_INFO, TCP_AO_GET_KEYS (Linux's Documentation/networking/tcp_ao.rst), with Linux's errors. Before a socket has a
 * connection they are about its own keys, of which connections take what they need when they begin; afterwards about the
 * keys of the connection (RFC 5925 §7.1).
 * Left out on purpose: interfaces (VRFs), TCP_AO_REPAIR. An existing connection cannot begin or cease to be signed.
 */
import { IpAddress } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import { addressBits, contains, type Prefix } from '../layers/prefix.ts';
import type { AlgorithmName } from '../layers/transport/tcp/authentication/algorithms.ts';
import {
  complaintAbout,
  keyComplaint,
  type MasterKey,
  masterKey,
} from '../layers/transport/tcp/authentication/master-key.ts';
import { md5Key } from '../layers/transport/tcp/authentication/md5.ts';
import { Md5Authentication } from '../layers/transport/tcp/authentication/md5-authentication.ts';
import type {
  AuthenticationKeys,
  AuthenticationStatus,
} from '../layers/transport/tcp/authentication/segment-authentication.ts';
import { toStack } from './address-record.ts';
import { failure } from './errno.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** The value of TCP_MD5SIG and TCP_MD5SIG_EXT. An empty key takes the peer's key away. */
export interface Md5SignatureRequest {
  readonly address: IpAddress;
  /** All peers with this prefix: TCP_MD5SIG_EXT only. */
  readonly prefixLength?: number;
  readonly key: Uint8Array;
}

/** The value of TCP_AO_ADD_KEY. */
export interface AddKeyRequest {
  /** The peers: all of the address, unless a prefix length is given. */
  readonly address: IpAddress;
  readonly prefixLength?: number;
  /** The peer's port; any, if it is left out. */
  readonly port?: number;
  readonly sendId: number;
  readonly receiveId: number;
  readonly key: Uint8Array;
  /** HMAC-SHA-1-96, if it is left out. */
  readonly algorithm?: AlgorithmName;
  /** Whether options other than TCP-AO are covered, as they are if it is left out (Linux: TCP_AO_KEYF_EXCLUDE_OPT). */
  readonly coversOptions?: boolean;
  /** What is sent is signed with it; the peer is asked to sign with it. */
  readonly setCurrent?: boolean;
  readonly setNext?: boolean;
}

/** The value of TCP_AO_DEL_KEY. */
export interface DeleteKeyRequest {
  readonly address: IpAddress;
  readonly prefixLength?: number;
  readonly sendId: number;
  readonly receiveId: number;
}

/** The value of TCP_AO_INFO where it is set; what is left out stays. */
export interface AuthenticationRequest {
  /** A SendID, and a RecvID. */
  readonly currentKey?: number;
  readonly nextKey?: number;
  /** Only TCP-AO, with peers that have a key. */
  readonly required?: boolean;
  /** ICMP hard errors are heard. */
  readonly acceptIcmp?: boolean;
}

/** What TCP_AO_INFO answers. */
export interface AuthenticationInfo extends AuthenticationStatus {
  readonly required: boolean;
  readonly acceptIcmp: boolean;
}

export type KeyRequest = Md5SignatureRequest | AddKeyRequest | DeleteKeyRequest | AuthenticationRequest;

// Each answers 0 or `-errno`; a value of another shape is EINVAL.

export const setMd5Signature = (socket: TcpSocket, value: unknown): number =>
  isMd5Request(value) && value.prefixLength === undefined ? setExtendedMd5Signature(socket, value) : failure('EINVAL');

export function setExtendedMd5Signature(socket: TcpSocket, value: unknown): number {
  if (!isMd5Request(value)) return failure('EINVAL');
  const peer = peerOf(socket, value);
  if (typeof peer === 'string') return failure(peer);
  const { connection, keys } = socket;
  if (value.key.length === 0) return answer(connection === undefined ? keys.removeMd5Key(peer) : 'EBUSY');
  if (keyComplaint(value.key) !== undefined) return failure('EINVAL');
  const key = md5Key(peer, value.key);
  if (connection === undefined) return answer(keys.addMd5Key(key));
  const { authentication } = connection.block;
  if (!(authentication instanceof Md5Authentication) || !contains(peer, connection.remote)) return failure('EINVAL');
  authentication.useKey(key);
  return 0;
}

export function addKey(socket: TcpSocket, value: unknown): number {
  if (!isAddKeyRequest(value)) return failure('EINVAL');
  const peer = peerOf(socket, value);
  const keys = keysOf(socket);
  if (typeof peer === 'string') return failure(peer);
  const options = { ...value, peer, peerPort: value.port };
  if (keys === undefined || complaintAbout(options) !== undefined) return failure('EINVAL');
  const key = masterKey(options);
  const failed = keys.add(key);
  if (failed !== undefined) return failure(failed);
  if (value.setCurrent === true) keys.useCurrent(key.sendId);
  if (value.setNext === true) keys.useNext(key.receiveId);
  return 0;
}

export function deleteKey(socket: TcpSocket, value: unknown): number {
  if (!isDeleteKeyRequest(value)) return failure('EINVAL');
  const peer = peerOf(socket, value);
  const keys = keysOf(socket);
  if (typeof peer === 'string') return failure(peer);
  return keys === undefined ? failure('ENOENT') : answer(keys.remove(peer, value.sendId, value.receiveId));
}

export function changeAuthentication(socket: TcpSocket, value: unknown): number {
  if (!isAuthenticationRequest(value)) return failure('EINVAL');
  const { currentKey, nextKey, required, acceptIcmp } = value;
  const keys = keysOf(socket);
  const isKnown = (id: number | undefined, name: 'sendId' | 'receiveId'): boolean =>
    id === undefined || (keys?.all.some((key) => key[name] === id) ?? false);
  if (!isKnown(currentKey, 'sendId') || !isKnown(nextKey, 'receiveId')) return failure('ENOENT');
  if (currentKey !== undefined) keys?.useCurrent(currentKey);
  if (nextKey !== undefined) keys?.useNext(nextKey);
  if (required !== undefined) socket.changeSetting('authenticationRequired', required);
  if (acceptIcmp !== undefined) socket.changeSetting('icmpDespiteAuthentication', acceptIcmp);
  return 0;
}

/** TCP_AO_INFO: ENOENT where there is no connection with TCP-AO. */
export function authenticationInfo(socket: TcpSocket): AuthenticationInfo | number {
  const status = socket.connection?.info().authentication;
  if (status?.protocol !== 'tcp-ao') return failure('ENOENT');
  return {
    ...status,
    required: socket.setting('authenticationRequired'),
    acceptIcmp: socket.setting('icmpDespiteAuthentication'),
  };
}

/** TCP_AO_GET_KEYS. */
export const allKeys = (socket: TcpSocket): readonly MasterKey[] => keysOf(socket)?.all ?? [];

/** Those of the connection, or of the socket that has none; `undefined` if the connection has no TCP-AO. */
const keysOf = ({ connection, keys }: TcpSocket): AuthenticationKeys | undefined =>
  connection === undefined ? keys : connection.keys;

function peerOf(
  socket: TcpSocket,
  { address, prefixLength }: { readonly address: IpAddress; readonly prefixLength?: number },
): Prefix | ErrorCode {
  const peer = toStack(socket.domain, socket.v6Only, address);
  if (typeof peer === 'string') return peer;
  const bits = addressBits(peer.family);
  // The 96 bits in front of an IPv4-mapped address are always the same.
  const length = prefixLength === undefined ? bits : prefixLength - (addressBits(address.family) - bits);
  return Number.isInteger(length) && length >= 0 && length <= bits ? { address: peer, length } : 'EINVAL';
}

const answer = (failed: ErrorCode | undefined): number => (failed === undefined ? 0 : failure(failed));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const hasPeer = (value: unknown): value is { readonly address: IpAddress } =>
  isObject(value) && 'address' in value && value.address instanceof IpAddress;
const isMd5Request = (value: unknown): value is Md5SignatureRequest =>
  hasPeer(value) && 'key' in value && value.key instanceof Uint8Array;
const isDeleteKeyRequest = (value: unknown): value is DeleteKeyRequest =>
  hasPeer(value) && 'sendId' in value && 'receiveId' in value;
const isAddKeyRequest = (value: unknown): value is AddKeyRequest => isMd5Request(value) && isDeleteKeyRequest(value);
const isAuthenticationRequest = (value: unknown): value is AuthenticationRequest =>
  isObject(value) && Object.entries(value).every(([name, field]) => typeof field === AUTHENTICATION_FIELDS[name]);

const AUTHENTICATION_FIELDS: Readonly<Record<string, string>> = {
  currentKey: 'number',
  nextKey: 'number',
  required: 'boolean',
  acceptIcmp: 'boolean',
};
