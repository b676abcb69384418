import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bootId, processStart } from '../util/processes.ts';
import { claimInstance } from './instance-claim.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-claim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('one holds the claim at a time, and the next gets it when it is released', () => {
  const first = claimInstance(folder);
  expect(first.claim).not.toBeNull();
  expect(claimInstance(folder)).toMatchObject({ claim: null, holder: { pid: process.pid } });
  first.claim?.release();
  expect(claimInstance(folder).claim).not.toBeNull();
  expect(readdirSync(folder)).toEqual(['2']);
});

test('the claim of a dead process, a reused pid or another boot is followed', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const mine = { pid, start: processStart(pid), boot: bootId() };
  const claimBy = (holder: object) => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    writeFileSync(join(folder, '1'), JSON.stringify(holder));
    return claimInstance(folder);
  };
  expect(claimBy(mine)).toMatchObject({ claim: null, holder: { pid } });
  expect(claimBy({ ...mine, start: '1' }).claim).not.toBeNull();
  expect(claimBy({ ...mine, boot: 'another' }).claim).not.toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(claimBy(mine).claim).not.toBeNull();
});
