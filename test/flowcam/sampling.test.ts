import { describe, expect, test } from 'vitest';
import { gatherSampling } from '../../src/flowcam/sampling.js';
import { refusalOf } from '../support/refusals.js';

const position = { lat: 1, lon: 2 };

describe('which source is believed', () => {
  test('the first that has a part, for each part', () => {
    const facts = gatherSampling([
      { depth: { depth: 5 } },
      { position, depth: { depth: 6 }, date: '2023-05-04' },
      { position: { lat: 3, lon: 4 }, date: '2023-05-05', time: '10:00:00' },
    ]);
    expect(facts.depth).toEqual({ depth: 5 });
    expect(facts.position).toEqual(position);
    expect(facts.sampled?.date).toBe('2023-05-04');
  });

  test('no time of day comes from a lesser source than its date', () => {
    const sources = [{ date: '2023-05-04' }, { date: '2023-05-05', time: '10:00:00' }];
    expect(gatherSampling(sources).sampled).toEqual({ date: '2023-05-04', time: null });
    expect(gatherSampling([{ time: '10:00:00' }, { date: '2023-05-05' }]).sampled).toEqual({
      date: '2023-05-05',
      time: '10:00:00',
    });
  });

  test('a better part is asked before a worse one, which may be wrong', () => {
    const wrong = {
      get position(): never {
        throw new Error('out of range');
      },
    };
    expect(gatherSampling([{ position }, wrong]).position).toEqual(position);
    expect(() => gatherSampling([wrong])).toThrow('out of range');
  });

  test('what an earlier tagging wrote counts last; its time goes with its date only', () => {
    const recorded = {
      position,
      sampled: { date: '2023-05-04', time: '10:00:00', utc_offset: '+01:00' },
      depth: { depth_min: 0, depth_max: 9 },
    };
    expect(gatherSampling([], recorded)).toEqual(recorded);
    expect(gatherSampling([{ date: '2023-05-04' }], recorded).sampled).toEqual(recorded.sampled);
    expect(gatherSampling([{ date: '2023-05-05' }], recorded).sampled).toEqual({
      date: '2023-05-05',
      time: null,
    });
    expect(gatherSampling([{ time: '11:00:00' }], recorded).sampled?.time).toBe('11:00:00');
    expect(gatherSampling([{ depth: { depth: 3 } }], recorded).depth).toEqual({ depth: 3 });
  });

  test('a time of day without a date is refused, an offset without one is told', async () => {
    expect((await refusalOf(() => gatherSampling([{ time: '10:00:00' }]))).kind).toBe('usage');
    expect(gatherSampling([{ utcOffset: '+01:00' }])).toEqual({ offsetWithoutDate: true });
  });
});
