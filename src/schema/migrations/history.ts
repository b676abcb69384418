/** Two states of one folder of migrations: what is new, and what was done to what is applied. */
import { compareVersions } from './places.ts';
import type { Migration, MigrationFolder, Oddity } from './read-folders.ts';

export interface History {
  readonly added: readonly Migration[];
  /** Applied, and not the same text any more. */
  readonly edited: readonly Migration[];
  /** Applied, and not there any more. */
  readonly removed: readonly Migration[];
  /** New, but sorted before one that is applied: tools skip or refuse it. */
  readonly early: readonly Migration[];
  /** Gaps and the like that the baseline does not have. */
  readonly oddities: readonly Oddity[];
}

const sameText = (a: string, b: string): boolean => a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');

/** Flyway's `R__` runs again whenever its text changes. */
const isRepeated = ({ version, name }: Migration): boolean => version === '' && /^R__/i.test(name);

export function compareHistory(before: MigrationFolder | undefined, after: MigrationFolder | undefined): History {
  const [applied, present] = [before?.migrations ?? [], after?.migrations ?? []];
  const was = new Map(applied.map((one) => [one.name, one]));
  const is = new Set(present.map(({ name }) => name));
  const changed = present.filter((one) => !sameText(was.get(one.name)?.text ?? one.text, one.text));
  const added = present.filter((one) => !was.has(one.name) || (isRepeated(one) && changed.includes(one)));
  const last = applied.findLast(({ version }) => version !== '');
  const known = new Set((before?.oddities ?? []).map(({ rule, name }) => `${rule} ${name}`));
  return {
    added,
    edited: changed.filter((one) => !isRepeated(one)),
    removed: applied.filter((one) => !is.has(one.name)),
    early: added.filter((one) => last !== undefined && compareVersions(one.version, last.version) < 0),
    oddities: (after?.oddities ?? []).filter(({ rule, name }) => !known.has(`${rule} ${name}`)),
  };
}

/** SQL that makes what the folder's migrations make. */
export const schemaOf = (folder: MigrationFolder | undefined): string =>
  folder?.dump ?? (folder?.migrations ?? []).map(({ sql }) => sql).join('\n;\n');
