import { describe, expect, test } from 'vitest';
import { conversations } from '../fixtures/conversations.ts';
import { readFrame } from '../fixtures/read-packet.ts';
import { configure } from '../fixtures/topology.ts';
import { KernelDirector } from './kernel-director.ts';

describe('a packet that concerns us', () => {
  test.each(conversations)('$name', ({ place, setup, steps }) => {
    using director = new KernelDirector();
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
