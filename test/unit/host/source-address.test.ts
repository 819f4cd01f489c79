import { describe, expect, test } from 'vitest';
import { ownAddress } from '../../../src/host/address-book.ts';
import { NetworkInterface } from '../../../src/host/network-interface.ts';
import { chooseSource } from '../../../src/host/source-address.ts';
import { formatIpAddress, ipAddress } from '../../../src/layers/address-text.ts';
import { prefix } from '../../../src/layers/prefix.ts';
import { Lab } from './lab.ts';

const station = (index: number, isLoopback = false): NetworkInterface =>
  new NetworkInterface(
    { name: `eth${index}`, index, mac: index, mtu: 1500, isLoopback, parent: undefined, vlan: 0 },
    {} as never,
  );
const [out, elsewhere] = [station(2), station(3)];

/** Which of the addresses is chosen: those marked `!` are on another interface, `~` deprecated, `?` tentative. */
function choose(destination: string, candidates: readonly string[]): string | undefined {
  const own = candidates.map((text) => {
    const made = ownAddress(prefix(text.replace(/[!~?]/g, '')), text.includes('!') ? elsewhere : out);
    if (text.includes('~')) made.state = 'deprecated';
    if (text.includes('?')) made.state = 'tentative';
    return made;
  });
  const chosen = chooseSource(own, ipAddress(destination), out);
  return chosen === undefined ? undefined : formatIpAddress(chosen);
}

describe('source address selection', () => {
  test.each([
    // RFC 6724 §10.1 has these, where a rule that is left out does not decide.
    ['RFC 6724 §5 rule 1: the same address', '2001:db8::1', ['2001:db8::2/64', '2001:db8::1/64'], '2001:db8::1'],
    ['RFC 6724 §5 rule 2: appropriate scope', '2001:db8:1::1', ['fe80::1/64', '2001:db8:3::1/64'], '2001:db8:3::1'],
    ['RFC 6724 §5 rule 2: appropriate scope, a group', 'ff05::1', ['fe80::1/64', '2001:db8:3::1/64'], '2001:db8:3::1'],
    [
      'RFC 6724 §5 rule 2: the same, whichever comes first',
      'ff05::1',
      ['2001:db8:3::1/64', 'fe80::1/64'],
      '2001:db8:3::1',
    ],
    ['RFC 6724 §5 rule 2: link-local for link-local', 'fe80::9', ['2001:db8:3::1/64', 'fe80::1/64'], 'fe80::1'],
    ['RFC 6724 §5 rule 3: not deprecated', '2001:db8::9', ['2001:db8::1/64~', '2001:db8:3::1/64'], '2001:db8:3::1'],
    ['RFC 6724 §5 rule 3: deprecated rather than nothing', '2001:db8::9', ['2001:db8::1/64~'], '2001:db8::1'],
    [
      'RFC 6724 §5 rule 5: the outgoing interface',
      '2001:db8:9::9',
      ['2001:db8:9::1/64!', '2001:db8:3::1/64'],
      '2001:db8:3::1',
    ],
    [
      'RFC 6724 §5 rule 5: another interface rather than nothing',
      '2001:db8:9::9',
      ['2001:db8:3::1/64!'],
      '2001:db8:3::1',
    ],
    [
      'RFC 6724 §5 rule 6: the matching label',
      '2002:c633:6401::1',
      ['2001:db8:1::2/64', '2002:c633:6401::d5e3:7953:13eb:22e8/64'],
      '2002:c633:6401:0:d5e3:7953:13eb:22e8',
    ],
    ['RFC 6724 §5 rule 6: unique local for unique local', 'fd00::9', ['2001:db8:1::2/64', 'fd11::1/64'], 'fd11::1'],
    [
      'RFC 6724 §5 rule 8: the longest prefix',
      '2001:db8:1::9',
      ['2001:db8:8::2/64', '2001:db8:1::2/64'],
      '2001:db8:1::2',
    ],
    ['RFC 4862 §5.4: a tentative address is no candidate', '2001:db8::9', ['2001:db8::1/64?'], undefined],
    ['RFC 6724 §4: a link-local address of another link is no candidate', 'fe80::9', ['fe80::1/64!'], undefined],
    ['IPv4: the one of the same network', '10.0.1.9', ['10.0.0.1/24', '10.0.1.1/24'], '10.0.1.1'],
    ['IPv4: no IPv6 address', '10.0.1.9', ['fd00::1/64'], undefined],
  ])('%s', (_rule, destination, candidates, expected) => {
    expect(choose(destination, candidates)).toBe(expected);
  });
});

describe('bad input gets a sentence', () => {
  const host = () => new Lab().host('host');
  test.each([
    ['an address', () => host().addInterface({ name: 'e', mac: 2, addresses: ['10.0.0'] }), /is not a prefix/],
    [
      'a group’s MAC address',
      () => host().addInterface({ name: 'e', mac: 0x0100_0000_0000 }),
      /no station's MAC address/,
    ],
    ['an MTU', () => host().addInterface({ name: 'e', mac: 2, mtu: 60 }), /MTU of 60 is impossible/],
    [
      'IPv6 on a narrow link',
      () => host().addInterface({ name: 'e', mac: 2, mtu: 600, addresses: ['fd00::1/64'] }),
      /does not speak IPv6/,
    ],
    ['a taken name', () => host().addInterface({ name: 'lo', mac: 2 }), /has an interface lo already/],
    ['a VLAN without parent', () => host().addInterface({ name: 'e', mac: 2, vlan: 3 }), /both a parent and a VLAN/],
    ['a gateway that is nowhere', () => host().addRoute('0.0.0.0/0', '192.0.2.1'), /on no network of host/],
    ['a gateway of the other family', () => host().addRoute('0.0.0.0/0', 'fd00::1'), /another family/],
    ['a route to nowhere', () => host().addRoute('192.0.2.0/24'), /needs a gateway or the name/],
    ['a hop limit', () => new Lab().host('x', { settings: { hopLimit: 0 } }), /fits no header/],
    ['ARP in a hurry', () => new Lab().host('x', { settings: { arp: { retransTimerNs: 1 } } }), /once a second/],
    ['an unknown interface', () => host().addRoute('192.0.2.0/24', undefined, 'eth9'), /no interface eth9/],
  ])('%s', (_what, action, sentence) => {
    expect(action).toThrow(sentence);
  });
});
