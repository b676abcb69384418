/** Writes one more environment into a configuration, beside those that are there; comments stay. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { Document, isMap, isNode, type Node, parseDocument } from 'yaml';
import { Problem } from '../core/errors.ts';
import { loadConfig, type LoadOptions } from './load.ts';

/** As it stands in the file. */
export type WrittenNode = { readonly [key: string]: string | number | null | WrittenNode };

export interface Addition {
  /** False where the file is a program: it is for a person to edit. */
  readonly written: boolean;
  /** What is written, or has to be. */
  readonly text: string;
  /** Puts it into the file; nothing where that is a program. */
  write(): void;
}

const DATA = new Set(['.yml', '.yaml', '.json']);

/** The configuration as it would be, judged as a whole; nothing is written yet. @throws Problem CONFIG_INVALID */
export async function addEnvironment(
  options: LoadOptions & { readonly file: string },
  name: string,
  node: WrittenNode,
): Promise<Addition> {
  const { file } = options;
  const kind = extname(file);
  if (!DATA.has(kind)) return { written: false, text: `${name}: ${program(node, '')},`, write: () => {} };
  const before = readFileSync(file, 'utf8');
  const after = withEnvironment(before, kind, name, node);
  const side = join(dirname(file), `.${basename(file, kind)}-${process.pid}${kind}`);
  try {
    writeFileSync(side, after);
    await loadConfig({ ...options, file: side });
  } finally {
    rmSync(side, { force: true });
  }
  const write = () => {
    if (readFileSync(file, 'utf8') !== before) throw changedMeanwhile(file);
    writeFileSync(side, after);
    renameSync(side, file);
  };
  return { written: true, text: yamlOf(name, node).trimEnd(), write };
}

function changedMeanwhile(file: string): Problem {
  return new Problem('CONFIG_INVALID', `${basename(file)} was changed meanwhile, so nothing was written into it`, {
    why: 'somebody else edits it',
    next: 'the same command again: what it has made already is found',
    retry: 'later',
  });
}

function withEnvironment(text: string, kind: string, name: string, node: WrittenNode): string {
  if (kind === '.json') {
    const config = JSON.parse(text) as { readonly environments: object };
    return `${JSON.stringify({ ...config, environments: { ...config.environments, [name]: node } }, null, 2)}\n`;
  }
  const document = parseDocument(text);
  const environments = document.get('environments');
  if (!isMap(environments)) throw new Problem('CONFIG_INVALID', 'The configuration has no list of environments');
  const written = yamlOf(name, node);
  const [first, last] = [environments.items.at(0)?.key, environments.items.at(-1)?.value];
  if (!environments.flow && isNode(first) && isNode(last)) return inserted(text, written, startOf(first), endOf(last));
  environments.set(document.createNode(name), new Document(node).contents);
  return document.toString({ lineWidth: 0 });
}

const startOf = ({ range }: Node): number => range?.[0] ?? 0;
const endOf = ({ range }: Node): number => range?.[1] ?? 0;

/** A secret and what is inside it reads best on one line. */
function yamlOf(name: string, node: WrittenNode): string {
  const document = new Document({ [name]: node });
  for (const item of secretsIn(document.contents)) item.flow = true;
  return document.toString({ lineWidth: 0 });
}

/** As text, behind the last environment: writing the whole document anew would move comments about. */
function inserted(text: string, written: string, firstKey: number, end: number): string {
  const indent = ' '.repeat(firstKey - (text.lastIndexOf('\n', firstKey - 1) + 1));
  const used = text.slice(0, end).trimEnd().length;
  const lineEnd = text.indexOf('\n', used);
  const at = lineEnd < 0 ? text.length : lineEnd + 1;
  const before = lineEnd < 0 ? `${text}\n` : text.slice(0, at);
  return before + written.replaceAll(/^(?=.)/gm, indent) + text.slice(at);
}

function secretsIn(node: unknown): { flow?: boolean }[] {
  if (!isMap(node)) return [];
  return node.has('secret') ? [node] : node.items.flatMap(({ value }) => secretsIn(value));
}

const KEY = /^[A-Za-z_$][\w$]*$/;

function program(node: WrittenNode | string | number | null, indent: string): string {
  if (node === null || typeof node !== 'object') return typeof node === 'string' ? `'${node}'` : String(node);
  const { secret, file } = node;
  if (typeof secret === 'string')
    return `secret('${secret}'${typeof file === 'string' ? `, { file: '${file}' }` : ''})`;
  const lines = Object.entries(node).map(
    ([key, value]) => `${indent}  ${KEY.test(key) ? key : `'${key}'`}: ${program(value, `${indent}  `)},`,
  );
  return `{\n${lines.join('\n')}\n${indent}}`;
}
