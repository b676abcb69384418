import { expect, test } from 'vitest';
import { lookAtRegions, regionsSentence } from './regions.ts';

const answer = (id: string | null, status = 200) => ({
  status,
  headers: new Headers(id === null ? {} : { 'x-vercel-id': id }),
});
const fine = (status: number) => status < 400;

/** The rest of the answers, in turn; one too many is an error. */
function asking(...answers: readonly ReturnType<typeof answer>[]) {
  const left = [...answers];
  return async () => left.shift() ?? Promise.reject(new Error('asked once too often'));
}

test('each region that answers is told, and nobody is asked once more than it takes', async () => {
  const ask = asking(answer('fra1::iad1::b'));
  const look = await lookAtRegions(['fra1', 'iad1'], answer('fra1::fra1::a'), ask, fine);
  expect(look).toEqual({ seen: ['fra1', 'iad1'], untold: [], bad: null });
});

test('where all answers come from one region, nothing is claimed of the others', async () => {
  const same = answer('fra1::fra1::a');
  const look = await lookAtRegions(['fra1', 'iad1'], same, asking(same), fine);
  expect(look).toEqual({ seen: ['fra1'], untold: ['iad1'], bad: null });
  expect(regionsSentence(look)).toMatch(/^fra1 answered; cannot tell of iad1: /);
});

test('an answer without a function tells no region, nor does one without the header', async () => {
  for (const id of ['fra1::abc-123', null]) {
    const look = await lookAtRegions(['fra1'], answer(id), asking(), fine);
    expect(look).toEqual({ seen: [], untold: ['fra1'], bad: null });
  }
});

test('a region that answers badly is named', async () => {
  const ask = asking(answer('fra1::iad1::b', 500));
  const look = await lookAtRegions(['fra1', 'iad1'], answer('fra1::fra1::a'), ask, fine);
  expect(look.bad).toEqual({ region: 'iad1', status: 500 });
});
