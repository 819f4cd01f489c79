import { bench, describe } from 'vitest';
import { inPlace, recordsRead, recordsWritten } from './cases/codec-runs.ts';
import { CODECS } from './cases/every-codec.ts';

for (const codec of CODECS) {
  const { protocol, read, verify, write, seal } = codec;
  describe(`${protocol}, ${codec.packet.length} bytes`, () => {
    const parts = { read, 'read and verified': verify, written: write, 'written with checksum': seal };
    for (const [name, once] of Object.entries(parts)) {
      if (once !== undefined) bench(name, inPlace(codec, once).run as () => void, { time: 100 });
    }
    bench('as records', recordsRead(codec).run as () => void, { time: 100 });
    bench('from records', recordsWritten(codec).run as () => void, { time: 100 });
  });
}
