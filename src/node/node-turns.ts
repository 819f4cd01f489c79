/**
 * The rule by which virtual time waits for programs that run on Node: the next event of the world comes when nothing is
 * left to do in the present one. Left to do are callbacks that are queued already (promises, `process.nextTick`,
 * `setImmediate`) and real work that a thread of Node's pool does: files, names, crypto, compression. What such work ends
 * with belongs to the moment at which it began, however long it took.
 *
 * Not waited for are real timers, real sockets, processes and workers: nobody knows whether they ever end. Two works that
 * are going on at the same time end in the order that the machine gives them; whoever needs the same run again awaits the
 * one before the other begins.
 */
import { createHook } from 'node:async_hooks';
import type { Turns } from '../sockets/turns.ts';

/** What the pool works on, by Node's names for it. Each calls back once. */
const WORK: ReadonlySet<string> = new Set([
  'FILEHANDLECLOSEREQ',
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'GETADDRINFOREQWRAP',
  'GETNAMEINFOREQWRAP',
  'CHECKPRIMEREQUEST',
  'CIPHERREQUEST',
  'DERIVEBITSREQUEST',
  'HASHREQUEST',
  'KEYEXPORTREQUEST',
  'KEYGENREQUEST',
  'KEYPAIRGENREQUEST',
  'PBKDF2REQUEST',
  'RANDOMBYTESREQUEST',
  'RANDOMPRIMEREQUEST',
  'SCRYPTREQUEST',
  'SIGNREQUEST',
  'VERIFYREQUEST',
]);

/** A stream of compression: one resource for many works, each begun by `write` and ended by a callback. */
interface Compressor {
  write: (...parameters: unknown[]) => unknown;
}

export class NodeTurns implements Turns {
  private readonly hook: ReturnType<typeof createHook>;
  /** Works that have not called back, by the number of their resource. */
  private readonly working: Map<number, number>;
  private readonly compressors: Set<number>;
  /** Immediates that were set, but for our own. */
  private immediates: number;
  private isOurs: boolean;

  constructor() {
    this.working = new Map();
    this.compressors = new Set();
    this.immediates = 0;
    this.isOurs = false;
    this.hook = createHook({
      init: (id, type, _trigger, resource) => this.began(id, type, resource),
      after: (id) => this.ended(id),
      destroy: (id) => void this.working.delete(id),
    }).enable();
  }

  take(): Promise<void> {
    return new Promise((resolve) => {
      let seen = this.immediates;
      const look = (): void => {
        // An immediate that was set before this one has run; one that it has set runs before the next look.
        if (this.working.size === 0 && this.immediates === seen) {
          resolve();
          return;
        }
        seen = this.immediates;
        this.later(look);
      };
      this.later(look);
    });
  }

  close(): void {
    this.hook.disable();
  }

  private later(look: () => void): void {
    this.isOurs = true;
    setImmediate(look);
    this.isOurs = false;
  }

  private began(id: number, type: string, resource: object): void {
    if (type === 'Immediate') {
      if (!this.isOurs) this.immediates++;
    } else if (WORK.has(type)) {
      this.working.set(id, 1);
    } else if (type === 'ZLIB') {
      this.follow(id, resource as Compressor);
    }
  }

  private follow(id: number, compressor: Compressor): void {
    const { write } = compressor;
    this.compressors.add(id);
    compressor.write = (...parameters) => {
      this.working.set(id, (this.working.get(id) ?? 0) + 1);
      return write.apply(compressor, parameters);
    };
  }

  private ended(id: number): void {
    const left = (this.working.get(id) ?? 0) - 1;
    if (left > 0) this.working.set(id, left);
    else this.working.delete(id);
  }
}
