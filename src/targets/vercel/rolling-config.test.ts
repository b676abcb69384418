import { expect, test } from 'vitest';
import { stagesFor } from './rolling-config.ts';

test('shares become rising stages, each once, with all traffic at the end', () => {
  const percentages = (shares: readonly number[]) => stagesFor(shares).stages?.map((one) => one.targetPercentage);
  expect(percentages([0.05, 0.25, 0.5, 0.05])).toEqual([5, 25, 50, 100]);
  expect(percentages([0.5, 0.29])).toEqual([29, 50, 100]);
  expect(percentages([])).toEqual([100]);
});
