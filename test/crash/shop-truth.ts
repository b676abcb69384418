/** What must be so after any crash and one undisturbed `recover`: record, answers and processes tell one story. */
import { expect } from 'vitest';
import { processesIn, runningReleases } from '../support/processes.ts';
import { readRecord, type Recorded } from '../support/recorded.ts';
import type { Shop } from '../support/shop.ts';
import { until } from '../support/until.ts';

/** The live release's commit message is `version X`, and its application says X. */
export async function expectOneTruth(shop: Shop, context: string): Promise<Recorded> {
  const record = await readRecord(shop);
  const { environment, deployments } = record;
  expect(record.chainFault, context).toBeNull();
  expect(record.lockedBy, context).toBeNull();
  expect(environment, context).toMatchObject({ open: null, attention: null });
  for (const one of deployments) expect(['committed', 'rolled-back', 'refused'], context).toContain(one.outcome);
  const live = environment?.live;
  // A daemon that was killed may still be on its way back.
  const answers = await until(`${context}: it answers`, () => shop.version());
  expect(`version ${answers}`, context).toBe(live?.source.subject === 'first' ? 'version one' : live?.source.subject);
  await until(`${context}: of all releases only the live one runs`, () => {
    return [...runningReleases(shop.folder).keys()].join() === live?.release;
  });
  // No build, no second daemon; a guardian that was overtaken leaves when it next looks.
  await until(`${context}: beside it daemon and guardian run, and nothing else`, () => {
    const applications = [...runningReleases(shop.folder).values()].flat();
    return processesIn(shop.folder).filter((pid) => !applications.includes(pid)).length === 2;
  });
  return record;
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
