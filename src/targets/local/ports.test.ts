import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { choosePort } from './ports.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function takePort(): Promise<number> {
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test('a port that is in use or reserved is passed over', async () => {
  const taken = await takePort();
  const chosen = await choosePort({ from: taken, to: taken + 20 }, new Set([taken + 1]));
  expect(chosen).toBeGreaterThan(taken + 1);
});

test('a full range is refused with the command that shows who uses it', async () => {
  const taken = await takePort();
  await expect(choosePort({ from: taken, to: taken }, new Set())).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    next: expect.stringContaining(`:${taken}`),
  });
});

test('without a range the system chooses', async () => {
  expect(await choosePort(undefined, new Set())).toBeGreaterThan(1_023);
});
