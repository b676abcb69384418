/** The documents of a table, one after the other: the same seed gives the same ones, whatever else is filled. */
import { createHash } from 'node:crypto';
import type { Faker } from '@faker-js/faker';
import { Problem } from '../../core/errors.ts';
import type { ValidatorJson } from '../../schema/convex/validator.ts';
import { type Maker, NONE, valueFor } from './document.ts';
import { NOW } from './field-values.ts';

/** A generator of its own: loaded only when something is filled. */
export async function createFaker(seed: number): Promise<(table: string) => Faker> {
  const { base, en, Faker: Generator } = await import('@faker-js/faker');
  return (table) => {
    const faker = new Generator({ locale: [en, base] });
    faker.seed([seed, createHash('sha256').update(table).digest().readUInt32LE()]);
    faker.setDefaultRefDate(NOW);
    return faker;
  };
}

export interface Wanted {
  readonly table: string;
  readonly type: ValidatorJson;
  readonly rows: number;
}

/** Lines of JSON. @throws Problem SCHEMA_UNREADABLE where no document can be made */
export function* linesOf(
  { table, type, rows }: Wanted,
  faker: Faker,
  idsOf: (table: string) => readonly string[],
): Generator<string> {
  const maker: Maker = {
    faker,
    table,
    idOf: (other) => {
      const ids = idsOf(other);
      // Drawn even where there are none: what follows is the same with and without.
      return ids[Math.floor(faker.number.float({ max: 0.999_999 }) * ids.length)] ?? null;
    },
  };
  for (let row = 0; row < rows; row += 1) {
    const document = valueFor(maker, type.type === 'any' ? { type: 'object', value: {} } : type, table);
    if (document === NONE) {
      throw new Problem('SCHEMA_UNREADABLE', `No document of ${table} can be made`, {
        why: 'a required field refers to what is not there, or holds a kind of value that this version does not know',
        next: 'fill the other tables with it, or leave this one out with --table',
      });
    }
    yield `${JSON.stringify(document)}\n`;
  }
}
