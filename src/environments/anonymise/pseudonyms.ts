/**
 * Another value in place of the true one: the same for the same, of the same kind, and not to be led back. The key is
 * random, is never written anywhere, and is gone with the process.
 */
import { createHmac } from 'node:crypto';
import type { Action } from './rules.ts';

export type Kind = Exclude<Action, 'keep' | 'remove' | 'number'>;

export interface Pseudonyms {
  text(kind: Kind, value: string): string;
  number(value: number): number;
}

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

export async function createPseudonyms(key: Uint8Array): Promise<Pseudonyms> {
  const lists = await drawLists();
  const digest = (kind: string, value: string) => createHmac('sha256', key).update(`${kind}\0${value}`).digest();
  return {
    text: (kind, value) => MAKERS[kind](digest(kind, plain(kind, value)), value, lists),
    number(value) {
      const fraction = digest('number', String(value)).readUInt32LE() / 2 ** 32;
      // Of the same size, and whole where it was.
      const moved = value * (0.5 + fraction);
      return Number.isInteger(value) ? Math.round(moved) : moved;
    },
  };
}

interface Lists {
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly streets: readonly string[];
  readonly words: readonly string[];
}

const DRAWN = 1_000;

/** Drawn once: a generator takes far too long for each of a million values. */
async function drawLists(): Promise<Lists> {
  const { base, en, Faker: Generator } = await import('@faker-js/faker');
  const faker = new Generator({ locale: [en, base], seed: 1 });
  const draw = (one: () => string) => Array.from({ length: DRAWN }, one);
  return {
    first: draw(() => faker.person.firstName()),
    last: draw(() => faker.person.lastName()),
    streets: draw(() => faker.location.street()),
    words: draw(() => faker.lorem.word()),
  };
}

/** Two bytes of the digest choose; `at` says which. */
const pick = (list: readonly string[], digest: Buffer, at: number): string =>
  list[digest.readUInt16LE((at * 2) % 30) % list.length] ?? '';

/** Written in two ways it is still the same person. */
function plain(kind: Kind, value: string): string {
  const text = value.trim();
  if (kind === 'phone') return text.replaceAll(/[^\d+]/g, '');
  return kind === 'email' || kind === 'name' ? text.toLowerCase() : text;
}

type Make = (digest: Buffer, value: string, lists: Lists) => string;

/** Letters and digits that the digest alone decides. */
function code(digest: Buffer, length: number): string {
  let text = '';
  for (let block = digest; text.length < length; block = createHmac('sha256', digest).update(block).digest()) {
    for (const byte of block) text += LETTERS[byte % LETTERS.length];
  }
  return text.slice(0, length);
}

const wordsIn = (value: string): number => value.trim().split(/\s+/).length;
const MOST_WORDS = 200;

const MAKERS: Readonly<Record<Kind, Make>> = {
  // Reserved for examples, so that nothing is ever delivered; the code keeps two people apart.
  email(digest, _value, { first }) {
    const name = pick(first, digest, 10)
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '');
    return `${name}.${code(digest, 10)}@example.com`;
  },
  name(digest, value, { first, last }) {
    const name = pick(first, digest, 0);
    return wordsIn(value) === 1 ? name : `${name} ${pick(last, digest, 1)}`;
  },
  phone: (digest) => `+1555${String(digest.readBigUInt64LE() % 10_000_000n).padStart(7, '0')}`,
  address: (digest, _value, { streets }) => `${1 + (digest.readUInt16LE(4) % 999)} ${pick(streets, digest, 0)}`,
  token: (digest, value) => code(digest, Math.min(Math.max(value.length, 8), 256)),
  ip(digest, value) {
    // 10.0.0.0/8 and fd00::/8 are nobody's on the internet.
    if (value.includes(':')) return `fd00::${digest.toString('hex', 0, 2)}:${digest.toString('hex', 2, 4)}`;
    return `10.${digest[0]}.${digest[1]}.${digest[2]}`;
  },
  url: (digest) => `https://example.com/${code(digest, 16)}`,
  text(digest, value, { words }) {
    const count = Math.min(wordsIn(value), MOST_WORDS);
    return Array.from({ length: count }, (_, at) => words[(digest.readUInt32LE() + at * 7) % words.length]).join(' ');
  },
};
