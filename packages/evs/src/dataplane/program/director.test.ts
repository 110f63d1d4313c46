import { describe, expect, test } from 'vitest';
import { conversations } from '../../../test/fixtures/conversations.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import { configure } from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

describe('a packet that concerns us', () => {
  test.each(conversations)('$name', ({ place, setup, steps }) => {
    const director = new VmDirector();
    configure(director, setup);

    for (const { name, packet, verdict, becomes } of steps) {
      const outcome = director.run(place, packet);

      expect({ name, verdict: outcome.verdict, frame: readFrame(outcome.packet) }).toEqual({
        name,
        verdict,
        frame: readFrame(becomes),
      });
      expect(outcome.packet).toEqual(becomes);
    }
  });
});
