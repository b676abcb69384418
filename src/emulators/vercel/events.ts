/** What a build said, as the vendor streams it: a line of JSON each, until the deployment has ended. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { BuildEvent, Deployment } from './model.ts';

const LOOK_EVERY_MS = 10;
const UNENDED = new Set(['QUEUED', 'INITIALIZING', 'BUILDING']);

export function eventsOf(deployment: Deployment) {
  return deployment.events.map((event, serial) => show(deployment, event, serial));
}

/** With `follow` it goes on until the build has ended. */
export function followEvents(deployment: Deployment, follow: boolean): Readable {
  async function* lines() {
    let told = 0;
    for (;;) {
      // Looked at before the events: what is pushed with the last state must still be told.
      const last = !follow || !UNENDED.has(deployment.readyState);
      for (const event of deployment.events.slice(told)) {
        yield `${JSON.stringify(show(deployment, event, told))}\n`;
        told += 1;
      }
      if (last) return;
      await delay(LOOK_EVERY_MS);
    }
  }
  return Readable.from(lines());
}

function show({ id }: Deployment, { type, created, text, readyState }: BuildEvent, serial: number) {
  const info = {
    type: 'build',
    name: `bld_${id.slice(4)}`,
    entrypoint: '.',
    ...(readyState === undefined ? {} : { readyState }),
  };
  return {
    type,
    created,
    payload: {
      deploymentId: id,
      info,
      text,
      id: `${created}${String(serial).padStart(6, '0')}`,
      date: created,
      serial: String(serial),
      created,
    },
  };
}
