/** `belay dashboard` and `belay token` as a person runs them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, codeOf, createScratch, type Scratch, signedInBy } from '../../support/dashboard.ts';
import { openEventStream } from '../../support/event-stream.ts';
import { until } from '../../support/until.ts';

const ROOT = join(import.meta.dirname, '../../..');

let scratch: Scratch;

beforeAll(async () => {
  scratch = await createScratch();
  await scratch.deploy('first');
});

afterAll(() => scratch.dispose());

function start(...args: readonly string[]) {
  const main = [join(ROOT, 'node_modules/.bin/jiti'), join(ROOT, 'src/cli/main.ts')];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [...main, ...args], {
    cwd: scratch.folder,
    env: { PATH, HOME, BELAY_USER: 'mia' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: once(child, 'exit') as Promise<[number | null]> };
}

test('it prints a link that signs in, takes tokens, and ends with Ctrl-C, streams and all', async () => {
  const made = start('token', 'create', '--role', 'viewer', '--name', 'grafana', '-c', 'belay.json', '--json');
  const [line] = (await once(createInterface(made.child.stdout), 'line')) as [string];
  const { token, role } = JSON.parse(line) as { token: string; role: string };
  expect(role).toBe('viewer');

  // The other name of the command.
  const { child, ended } = start('serve', '-c', 'belay.json', '--port', '0', '--json');
  const [told] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, signIn, store, readOnly } = JSON.parse(told) as Record<string, string>;
  expect([store, readOnly]).toEqual([`sqlite: ${join(scratch.folder, '.belay/journal.db')}`, null]);
  const code = codeOf(signIn ?? '');
  const answer = await ask(url ?? '', '/api/v1/sign-in/link', { method: 'POST', body: { code } });
  const mia = signedInBy(url ?? '', answer);
  const stream = await openEventStream(url ?? '', '/api/v1/events', { cookie: mia.cookie });
  const asked = await ask(url ?? '', '/api/v1/me', { headers: { authorization: `Bearer ${token}` } });
  expect(asked.json()).toMatchObject({ name: 'grafana', role: 'viewer', via: 'token' });
  // The one who changes something is named where everybody looks.
  const work = await scratch.deploy('second');
  await until('it in the feed', () => JSON.stringify(stream.messages).includes(work));

  const began = performance.now();
  child.kill('SIGINT');
  const [exit] = await ended;
  expect(exit).toBe(0);
  expect(performance.now() - began).toBeLessThan(5_000);
  await until('the end of the stream', () => stream.ended);
  await made.ended;
});
