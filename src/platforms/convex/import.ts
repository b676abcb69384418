/** Puts the documents of an export back, by the deployment's own import: swapped in as one, checked against the schema in force. */
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ZipFile as ZipWriter } from 'yazl';
import { Problem } from '../../core/errors.ts';
import type { ConvexClient } from './client.ts';
import { entriesOf, readEntry, tableOf, withZip } from './archive.ts';
import type { Doing } from './doing.ts';

/** Parts of less than 5 MiB are refused, but for the last. */
const PART_BYTES = 8 * 1024 * 1024;
const PART_LIMIT_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

type ImportState =
  | { readonly state: 'uploaded' }
  | { readonly state: 'waiting_for_confirmation' }
  | { readonly state: 'in_progress'; readonly progress_message?: string }
  | { readonly state: 'completed' }
  | { readonly state: 'failed'; readonly error_message: string };

/** The documents do not fit the schema that is in force. */
export class RefusedBySchema extends Error {}

/**
 * `replace` touches the tables of the ZIP alone: what it does not hold (and Belay's own tables) stays. Tables that came
 * since the export are therefore put in, empty.
 * @throws RefusedBySchema, Problem
 */
export async function importFrom(
  client: ConvexClient,
  ctx: Doing,
  { file, side }: { readonly file: string; readonly side: string },
): Promise<void> {
  await repack(file, side, await tableNames(client, ctx.signal));
  await importArchive(client, ctx, side);
}

/** Tables that the ZIP holds are replaced as one, the others stay. @throws RefusedBySchema, Problem */
export async function importArchive(client: ConvexClient, ctx: Doing, file: string): Promise<void> {
  const uploadToken = await start(client, ctx.signal);
  const partTokens = await upload(client, ctx, file, uploadToken);
  const body = { import: { mode: 'replace', format: 'zip' }, uploadToken, partTokens };
  const finish = await client.send('the end of the upload', 'POST', '/api/import/finish_upload', {
    body,
    signal: ctx.signal,
  });
  const { importId } = (await finish.json()) as { readonly importId: string };
  await carriedOut(client, ctx, importId);
}

/** The same ZIP without what is Belay's own, with an empty entry for each table that it does not know. */
async function repack(file: string, side: string, existing: readonly string[]): Promise<void> {
  await withZip(file, async (zip) => {
    const writer = new ZipWriter();
    const written = pipeline(writer.outputStream, createWriteStream(side, { mode: 0o600 }));
    const known = new Set<string>();
    for await (const entry of entriesOf(zip)) {
      known.add(tableOf(entry) ?? '');
      const stream = await readEntry(zip, entry);
      // One after the other: each is read to its end before the next is opened.
      const ended = new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
      writer.addReadStream(stream, entry.fileName);
      await ended;
    }
    for (const name of existing.filter((table) => !known.has(table))) {
      writer.addBuffer(Buffer.alloc(0), `${name}/documents.jsonl`);
    }
    writer.end();
    await written;
  });
}

async function tableNames(client: ConvexClient, signal: AbortSignal): Promise<readonly string[]> {
  const names: string[] = [];
  for (let cursor: string | null = null; ;) {
    const args = { paginationOpts: { cursor, numItems: 1_000 } };
    const answer = await client.call('query', '_system/cli/tables', args, signal);
    const page = answer.value as { page: { name: string }[]; isDone: boolean; continueCursor: string } | undefined;
    if (answer.status !== 'success' || !page) {
      throw new Problem('DATA_FAILED', 'The deployment does not tell its tables', {
        ...(answer.errorMessage === undefined ? {} : { why: answer.errorMessage }),
        retry: 'later',
      });
    }
    names.push(...page.page.map(({ name }) => name));
    if (page.isDone) return names;
    cursor = page.continueCursor;
  }
}

async function start(client: ConvexClient, signal: AbortSignal): Promise<string> {
  const response = await client.send('the upload', 'POST', '/api/import/start_upload', { signal, idempotent: true });
  return ((await response.json()) as { readonly uploadToken: string }).uploadToken;
}

async function upload(client: ConvexClient, ctx: Doing, file: string, token: string): Promise<readonly string[]> {
  const tokens: string[] = [];
  const stream = createReadStream(file, { highWaterMark: PART_BYTES });
  for await (const part of stream) {
    const path = `/api/import/upload_part?uploadToken=${encodeURIComponent(token)}&partNumber=${tokens.length + 1}`;
    const response = await client.send('the upload', 'POST', path, {
      body: part as Buffer,
      headers: { 'content-type': 'application/octet-stream' },
      signal: ctx.signal,
      limitMs: PART_LIMIT_MS,
      idempotent: true,
    });
    tokens.push((await response.json()) as string);
  }
  return tokens;
}

async function carriedOut(client: ConvexClient, ctx: Doing, importId: string): Promise<void> {
  let told = '';
  let confirmed = false;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const state = await stateOf(client, ctx.signal, importId);
    if (state.state === 'completed') return;
    if (state.state === 'failed') throw failed(state.error_message);
    if (state.state === 'waiting_for_confirmation' && !confirmed) {
      confirmed = true;
      const request = { body: { importId }, signal: ctx.signal };
      await client.send('the import', 'POST', '/api/perform_import', request);
    }
    const progress = state.state === 'in_progress' ? (state.progress_message ?? '') : '';
    if (progress !== told) ctx.say(`import: ${(told = progress)}`);
    await delay(pause, undefined, { signal: ctx.signal });
  }
}

async function stateOf(client: ConvexClient, signal: AbortSignal, importId: string): Promise<ImportState> {
  const answer = await client.call('query', '_system/cli/queryImport', { importId }, signal);
  const state = (answer.value as { readonly state?: ImportState } | null | undefined)?.state;
  if (answer.status === 'success' && state) return state;
  throw new Problem('DATA_FAILED', 'The deployment does not tell how the import goes', {
    ...(answer.errorMessage === undefined ? {} : { why: answer.errorMessage }),
    unknown: true,
  });
}

function failed(message: string): Error {
  if (/match(es)? the schema|schema/i.test(message) && !/ImportSchemaChanged/.test(message))
    return new RefusedBySchema(message);
  return new Problem('DATA_FAILED', 'The import failed; the data is as it was', { why: message, retry: 'later' });
}
