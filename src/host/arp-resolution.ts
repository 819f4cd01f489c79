/**
 * What a host does with ARP: RFC 826, RFC 1122 §2.3.2; probes, announcements and conflicts: RFC 5227.
 * Learning follows RFC 826's merge rule: who is known is updated, and only who speaks to us is added.
 */
import { IpAddress } from '../layers/address.ts';
import type { Timer } from '../layers/clock.ts';
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import * as arp from '../layers/link/arp.ts';
import { ARP } from '../layers/link/ethertype.ts';
import type { Neighbour } from '../layers/link/neighbour.ts';
import { type Random, uniform } from '../layers/random.ts';
import { isNeighbour, type OwnAddress } from './address-book.ts';
import { AddressTest } from './address-test.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';
import {
  ANNOUNCE_INTERVAL_NS,
  ANNOUNCE_WAIT_NS,
  DEFEND_INTERVAL_NS,
  PROBE_MAXIMUM_NS,
  PROBE_MINIMUM_NS,
} from './settings.ts';

/** RFC 5227 §1.1: PROBE_WAIT, the longest delay before the first probe. */
const PROBE_WAIT_NS = PROBE_MINIMUM_NS;

/** What is going on with one of this host's addresses. */
interface Claim {
  test: AddressTest | undefined;
  announcer: Timer | undefined;
  announcementsLeft: number;
  defendedAt: number;
}

export class ArpResolution {
  /** Told of a conflict over an address: whose it is now, and who else uses it. */
  conflict: ((address: IpAddress, mac: number) => void) | undefined;
  private readonly machine: Machine;
  private readonly random: Random;
  private readonly claims: Map<OwnAddress, Claim>;

  constructor(machine: Machine) {
    this.conflict = undefined;
    this.machine = machine;
    this.random = machine.random('arp');
    this.claims = new Map();
  }

  /** Asks for a neighbour's MAC address: everybody, or only the station that had it (RFC 1122 §2.3.2.1). */
  ask(networkInterface: NetworkInterface, neighbour: Neighbour, unicast: boolean): void {
    const { macHigh, macLow, address } = neighbour;
    const sender = this.senderFor(networkInterface, address);
    const high = unicast ? macHigh : 0xffff;
    const low = unicast ? macLow : -1;
    this.send(networkInterface, high, low, arp.REQUEST, sender, unicast ? neighbour.mac : 0, address.w3);
  }

  /** Starts to use a new IPv4 address: tests it if that is wanted, then announces it. */
  claim(own: OwnAddress): void {
    const { settings, timers, addresses } = this.machine;
    const claim: Claim = {
      test: undefined,
      announcer: undefined,
      announcementsLeft: 0,
      defendedAt: Number.NEGATIVE_INFINITY,
    };
    this.release(own);
    if (own.state === 'duplicate') return;
    this.claims.set(own, claim);
    if (settings.arpProbes === 0) {
      this.announce(own, claim);
      return;
    }
    addresses.setState(own, 'tentative');
    const { networkInterface, address } = own;
    claim.test = new AddressTest(timers, {
      delayNs: Math.round(uniform(this.random) * PROBE_WAIT_NS),
      questions: settings.arpProbes,
      intervalNs: () => Math.round(PROBE_MINIMUM_NS + uniform(this.random) * (PROBE_MAXIMUM_NS - PROBE_MINIMUM_NS)),
      waitNs: ANNOUNCE_WAIT_NS,
      ask: () => this.send(networkInterface, 0xffff, -1, arp.REQUEST, 0, 0, address.w3),
      passed: () => {
        addresses.setState(own, 'preferred');
        this.announce(own, claim);
      },
    });
  }

  /** The address is no longer this host's. */
  release(own: OwnAddress): void {
    const claim = this.claims.get(own);
    claim?.test?.stop();
    claim?.announcer?.cancel();
    this.claims.delete(own);
  }

  /** An ARP packet arrived, at `at` in the frame. @param toLinkGroup whether it was sent to more than this station */
  input(networkInterface: NetworkInterface, frame: Frame, at: number, toLinkGroup: boolean): DropReason | undefined {
    const { view } = frame;
    const refused = arp.check(view, at, frame.end - at);
    if (refused !== undefined) return refused;
    const senderWord = arp.senderWord(view, at);
    const senderMac = arp.senderMac(view, at);
    const target = this.ownOf(networkInterface, arp.targetWord(view, at));
    if (senderMac === networkInterface.mac) return 'arp-not-for-us';
    const contested = this.contested(networkInterface, senderWord, target, arp.isProbe(view, at));
    if (contested !== undefined) {
      this.conflictOver(contested, senderMac);
      return undefined;
    }
    const isForUs = target !== undefined && isUsable(target);
    const isReply = arp.operation(view, at) === arp.REPLY;
    const isKnown = this.learn(networkInterface, senderWord, senderMac, isForUs, isReply && !toLinkGroup);
    // An announcement is for everybody, and who does not know the sender has nothing to correct (RFC 5227 §3).
    if (!isForUs) return isKnown || arp.isAnnouncement(view, at) ? undefined : 'arp-not-for-us';
    if (!isReply) {
      const high = Math.floor(senderMac / 0x1_0000_0000);
      this.send(networkInterface, high, senderMac | 0, arp.REPLY, target.address.w3, senderMac, senderWord);
    }
    return undefined;
  }

  /** RFC 826's merge. @returns whether the sender is in the cache now */
  private learn(
    networkInterface: NetworkInterface,
    word: number,
    mac: number,
    isForUs: boolean,
    isAnswer: boolean,
  ): boolean {
    // A probe has no sender (RFC 5227 §1.1); a group is no sender.
    if (word === 0 || word >>> 28 >= 0xe) return false;
    const cache = networkInterface.neighbours4;
    const known = cache?.find(0, 0, 0, word, 4);
    if (known !== undefined && isAnswer && isForUs && known.asked > 0) {
      cache?.advertised(known.address, mac, true, true, false);
      return true;
    }
    return cache?.heard(known?.address ?? new IpAddress(4, 0, 0, 0, word), mac, isForUs) !== undefined;
  }

  /** RFC 5227 §2.1.1 and §2.4: an address of ours that the sender uses, or means to use while we test it. */
  private contested(
    networkInterface: NetworkInterface,
    senderWord: number,
    target: OwnAddress | undefined,
    isProbe: boolean,
  ): OwnAddress | undefined {
    if (isProbe && target?.state === 'tentative') return target;
    const own = senderWord === 0 ? undefined : this.ownOf(networkInterface, senderWord);
    return own === undefined || own.state === 'duplicate' ? undefined : own;
  }

  private conflictOver(own: OwnAddress, mac: number): void {
    const { addresses, counters, timers } = this.machine;
    counters.addressConflicts++;
    this.conflict?.(own.address, mac);
    if (own.state === 'tentative') {
      this.release(own);
      addresses.setState(own, 'duplicate');
      return;
    }
    // RFC 5227 §2.4 (c): the address was given to us and is kept; it is defended, but not in an endless duel.
    const claim = this.claims.get(own);
    const now = timers.now();
    if (claim === undefined || now - claim.defendedAt < DEFEND_INTERVAL_NS) return;
    claim.defendedAt = now;
    this.sendAnnouncement(own);
  }

  private announce(own: OwnAddress, claim: Claim): void {
    claim.announcementsLeft = this.machine.settings.arpAnnouncements;
    if (claim.announcementsLeft === 0) return;
    const { timers } = this.machine;
    const next = (): void => {
      claim.announcementsLeft--;
      this.sendAnnouncement(own);
      if (claim.announcementsLeft > 0) claim.announcer?.arm(timers.now() + ANNOUNCE_INTERVAL_NS);
    };
    claim.announcer = timers.timer(next);
    next();
  }

  private sendAnnouncement(own: OwnAddress): void {
    this.send(own.networkInterface, 0xffff, -1, arp.REQUEST, own.address.w3, 0, own.address.w3);
  }

  private ownOf(networkInterface: NetworkInterface, word: number): OwnAddress | undefined {
    return this.machine.addresses.of(networkInterface, 4).find((own) => own.address.w3 === word);
  }

  /** An address of the interface, on the target's network if there is one. */
  private senderFor(networkInterface: NetworkInterface, target: IpAddress): number {
    const usable = this.machine.addresses.of(networkInterface, 4).filter(isUsable);
    return (usable.find((own) => isNeighbour(own, target)) ?? usable[0])?.address.w3 ?? 0;
  }

  private send(
    networkInterface: NetworkInterface,
    macHigh: number,
    macLow: number,
    operation: number,
    senderWord: number,
    targetMac: number,
    targetWord: number,
  ): void {
    const frame = this.machine.pool.acquire(networkInterface.headroom, arp.PACKET_LENGTH);
    const { view, start } = frame;
    frame.end =
      start + arp.writePacket(view, start, operation, networkInterface.mac, senderWord, targetMac, targetWord);
    networkInterface.transmit(frame, macHigh, macLow, ARP);
  }
}

const isUsable = (own: OwnAddress): boolean => own.state === 'preferred' || own.state === 'deprecated';
