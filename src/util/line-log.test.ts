/** A log that is read while it grows. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLineLog, readLineLog } from './line-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (text: string) => ({ at: '2026-11-21T10:00:00.000Z', step: 'stage:web', text });

test('is read on from where the last page ended, line breaks and any language inside of a line included', async () => {
  const path = join(folder, 'deep', 'd-1.ndjson');
  const log = openLineLog(path, 1_000_000);
  const texts = ['one', 'zwei\r\nLinien', '\u{1f6a2} \u2028 ende'];
  for (const text of texts) log.add(line(text));
  await log.flush();
  const first = await readLineLog(path, 0, 2);
  const rest = await readLineLog(path, first.at(-1)?.n ?? 0, 100);
  expect([...first, ...rest].map(({ text }) => text)).toEqual(texts);
  expect(await readLineLog(path, rest.at(-1)?.n ?? 0, 100)).toEqual([]);
  log.add(line('later'));
  await log.flush();
  expect((await readLineLog(path, rest.at(-1)?.n ?? 0, 100)).map(({ text }) => text)).toEqual(['later']);
});

test('what a killed process left half written is not a line, and what follows it is', async () => {
  const path = join(folder, 'd-2.ndjson');
  appendFileSync(path, `${JSON.stringify(line('whole'))}\n{"at":"2026`);
  expect((await readLineLog(path, 0, 10)).map(({ text }) => text)).toEqual(['whole']);
  const [whole] = await readLineLog(path, 0, 10);
  const log = openLineLog(path, 1_000_000);
  log.add(line('after it'));
  await log.flush();
  expect((await readLineLog(path, whole?.n ?? 0, 10)).map(({ text }) => text)).toEqual(['after it']);
});

test('a log that is too long says so once, and a place that cannot be written fails nobody', async () => {
  const path = join(folder, 'd-3.ndjson');
  const log = openLineLog(path, 200);
  for (let at = 0; at < 5; at += 1) {
    log.add(line('x'.repeat(80)));
    await log.flush();
  }
  expect(readFileSync(path, 'utf8').match(/too long/g)).toHaveLength(1);
  const nowhere = openLineLog(join(path, 'below-a-file', 'd-4.ndjson'), 200);
  nowhere.add(line('lost'));
  await nowhere.flush();
});
