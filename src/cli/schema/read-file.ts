/** Reads a file that was named on the command line: missing, unreadable and oddly encoded ones are told as such. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type SchemaText, unreadable } from '../../compatibility/parse-document.ts';
import { Problem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';

const LIMIT_BYTES = 64 * 1024 * 1024;

function whyUnreadable(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read';
  if (code === 'EISDIR') return 'it is a directory';
  return error instanceof Error ? error.message : String(error);
}

/** Without a byte order mark. @throws Problem SCHEMA_UNREADABLE */
export function readText(cli: Cli, file: string): string {
  const path = resolve(cli.cwd, file);
  const next = 'name a file that is there, from this folder or as a whole path';
  try {
    const { size } = statSync(path);
    if (size > LIMIT_BYTES) throw unreadable(file, `it has ${size} bytes; at most ${LIMIT_BYTES} are read`, 'split it');
    return decode(file, readFileSync(path));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unreadable(file, whyUnreadable(error), next, error);
  }
}

function decode(file: string, bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  // PowerShell's `>` writes UTF-16.
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable(file, 'it is no text in UTF-8 or UTF-16', `iconv -t UTF-8 ${file}`, error);
  }
}

/** The file as a schema to compare. @throws Problem SCHEMA_UNREADABLE */
export const schemaText = (cli: Cli, file: string): SchemaText => ({ file, text: readText(cli, file) });
