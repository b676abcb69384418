/** What every kind of schema has in common once it was compared: verdicts in sections, reasons with a place, one way out each. */

import type { WayBack } from './rollback-class.ts';

/** `error` stands in the way, `unknown` could not be told and is no pass, `warning` and `note` are said. */
export type Level = 'error' | 'unknown' | 'warning' | 'note';

export interface Reason {
  readonly level: Level;
  /** Short name of the rule: the id in SARIF. */
  readonly rule: string;
  /** Where: `users.email`, `statement 2`, `GET /users/{id} · response 200`. */
  readonly place: string;
  readonly why: string;
  readonly recipe?: string | undefined;
  /** What shows it: a document, the statement, the types before and after. */
  readonly shown?: readonly Shown[];
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** A line with the sign of a change before it, or as it is. */
export interface Shown {
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
}

export interface Section {
  /** A table, a migration, a direction. */
  readonly title: string;
  /** Short verdicts, beside the title. */
  readonly verdicts: readonly string[];
  /** The change itself, line by line. */
  readonly shown?: readonly Shown[];
  readonly reasons: readonly Reason[];
}

export interface SchemaReport {
  /** `Convex · old.json → new.json` */
  readonly title: string;
  readonly sections: readonly Section[];
  /** What `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Absent where going back takes nothing but code. */
  readonly wayBack?: WayBack;
}

/** The worst of all sections; `note` where there is nothing to say. */
export function levelOf(reports: readonly SchemaReport[]): Level {
  const levels = reports.flatMap(({ sections }) =>
    sections.flatMap(({ reasons }) => reasons.map(({ level }) => level)),
  );
  return (['error', 'unknown', 'warning'] as const).find((level) => levels.includes(level)) ?? 'note';
}

/** `old.graphql → new.graphql`; one name when the file is the same. */
export const pairOf = (old: { readonly file: string }, next: { readonly file: string }): string =>
  old.file === next.file ? old.file : `${old.file} → ${next.file}`;

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** How many of what, in one line: `1 thing in the way · 2 cannot be told`. */
export function verdictOf(reports: readonly SchemaReport[]): string {
  const reasons = reports.flatMap(({ sections }) => sections.flatMap((section) => section.reasons));
  const of = (level: Level): number => reasons.filter((reason) => reason.level === level).length;
  const parts = [
    of('error') > 0 ? `${count(of('error'), 'thing', 'things')} in the way` : '',
    of('unknown') > 0 ? `${of('unknown')} cannot be told` : '',
    of('warning') > 0 ? `${count(of('warning'), 'thing', 'things')} to mind` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing stands in the way' : parts.join(' · ');
}
