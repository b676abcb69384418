/** Who has appended, told by the server itself (LISTEN and NOTIFY); the connection is made again when it is lost. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Store } from './store.ts';

const AGAIN_MS = 1_000;

export const changesChannel = (schema: string): string => `${schema}_changes`;

/** @param connect makes a client of its own: one in a pool would forget what it listens to */
export function postgresChanges(connect: () => Promise<Client>, schema: string): NonNullable<Store['changes']> {
  return async (told) => {
    const stop = new AbortController();
    const listening = (async () => {
      while (!stop.signal.aborted) {
        await listen(connect, schema, told, stop.signal).catch(() => undefined);
        await delay(AGAIN_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    })();
    return async () => {
      stop.abort();
      await listening;
    };
  };
}

/** Until the connection is lost, or nobody wants to know any more. */
async function listen(
  connect: () => Promise<Client>,
  schema: string,
  told: () => void,
  signal: AbortSignal,
): Promise<void> {
  const client = await connect();
  try {
    const ended = new Promise<void>((resolve) => {
      client.once('error', () => resolve());
      client.once('end', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('notification', told);
    await client.query(`LISTEN "${changesChannel(schema)}"`);
    // What was appended while nobody listened.
    told();
    await ended;
  } finally {
    await client.end().catch(() => undefined);
  }
}
