/** HAProxy's statistics: the CSV of `show stat` as rows, and what a row counts as requests and errors. */
import type { Totals } from './counters.ts';
import type { HaproxyRow } from './spec.ts';

export type StatRow = Readonly<Record<string, string>>;

/** Columns by their names in the first line, which differ between versions. Names are never quoted; free texts may be. */
export function parseStat(text: string): readonly StatRow[] {
  const [head = '', ...lines] = text.split('\n');
  if (!head.startsWith('# pxname')) return [];
  const names = head.slice(2).split(',');
  return lines
    .filter((line) => line.includes(','))
    .map((line) => {
      const values = cells(line);
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    });
}

function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}

export const BACKEND = 'BACKEND';

export function findRow(rows: readonly StatRow[], { backend, server }: HaproxyRow): StatRow | undefined {
  return rows.find((row) => row.pxname === backend && row.svname === (server ?? BACKEND));
}

const CLASSES = ['hrsp_1xx', 'hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx', 'hrsp_5xx', 'hrsp_other'] as const;

/**
 * Null for a row without HTTP answers (mode tcp). A server's classes hold only what it answered itself: requests that it
 * could not be connected for (`econ`) or broke off (`eresp`) come on top. In the sum of a backend these are among the
 * 5xx, as HAProxy answered them.
 */
export function totalsOf(row: StatRow): Totals | null {
  if (!row.hrsp_2xx) return null;
  const number = (name: string) => Number(row[name] || 0);
  const answered = CLASSES.reduce((sum, name) => sum + number(name), 0);
  const lost = row.svname === BACKEND ? 0 : number('econ') + number('eresp');
  return { requests: answered + lost, bad: number('hrsp_5xx') + lost };
}

/** Which process the numbers are of: they begin at zero with it. From `show info`. */
export function processOf(info: string): string | null {
  const field = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(info)?.[1];
  const pid = field('Pid');
  return pid === undefined ? null : `${pid} ${field('Start_time_sec') ?? ''}`.trim();
}
