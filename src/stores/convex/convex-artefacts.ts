/** What releases need to come back, in the component: uploaded in pieces, then named in one step. */
import { randomUUID } from 'node:crypto';
import { Problem } from '../../core/errors.ts';
import type { Artefacts } from '../store.ts';
import type { ComponentCalls } from './component-calls.ts';

/** Base64 characters in a document, which holds up to 1 MiB. */
const PIECE = 900_000;

/** Times that a reader begins again because the artefact was written over. */
const ROUNDS = 3;

export function convexArtefacts(calls: ComponentCalls): Artefacts {
  const sweep = async () => {
    while (await calls.call<boolean>('artefacts:sweep', {}));
  };
  return {
    async put(name, bytes) {
      const upload = randomUUID();
      const text = Buffer.from(bytes).toString('base64');
      const pieces = Math.max(1, Math.ceil(text.length / PIECE));
      for (let at = 0; at < pieces; at += 1) {
        const piece = text.slice(at * PIECE, (at + 1) * PIECE);
        await calls.call('artefacts:addPiece', { upload, at, text: piece });
      }
      if (!(await calls.call<boolean>('artefacts:name', { name, upload, pieces }))) throw lost(calls.where, name);
      await sweep();
    },
    async get(name) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const found = await calls.call<{ upload: string; pieces: number } | null>('artefacts:find', { name });
        if (found === null) return null;
        const bytes = await fetchPieces(calls, found.upload, found.pieces);
        if (bytes !== null) return bytes;
      }
      throw lost(calls.where, name);
    },
    list: (prefix) => calls.call('artefacts:list', { prefix }),
    async remove(name) {
      await calls.call('artefacts:remove', { name });
      await sweep();
    },
  };
}

async function fetchPieces(calls: ComponentCalls, upload: string, pieces: number): Promise<Uint8Array | null> {
  const texts: string[] = [];
  for (let at = 0; at < pieces; at += 1) {
    const text = await calls.call<string | null>('artefacts:piece', { upload, at });
    if (text === null) return null;
    texts.push(text);
  }
  return Buffer.from(texts.join(''), 'base64');
}

function lost(where: string, name: string): Problem {
  return new Problem('STORE_UNREACHABLE', `${name} cannot be kept in the store ${where}`, {
    why: 'it was changed from elsewhere at the same time',
    retry: 'later',
  });
}
