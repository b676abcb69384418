/** A line of a trace, CSV or NDJSON, as one outcome. What is wrong with it is said with its line and what is expected. */
import type { Outcome } from '../../analysis/analysis.ts';
import { Problem } from '../../core/errors.ts';

export type RowReader = (text: string, number: number) => Outcome;

const COLUMNS = ['t', 'arm', 'status', 'latency_ms'] as const;
const EXTRA = ['client', 'instance'] as const;
type Column = (typeof COLUMNS)[number] | (typeof EXTRA)[number];
const KNOWN: readonly string[] = [...COLUMNS, ...EXTRA];

export const EXPECTED_HEADER = COLUMNS.join(',');

export function traceProblem(name: string, line: number, what: string, expected: string): Problem {
  return new Problem('USAGE', `${name} line ${line}: ${what}`, {
    why: `expected ${expected}`,
    next: `correct the trace and run belay analyze again`,
  });
}

/** As a person can read it in a terminal, whatever the file holds. */
const shown = (value: unknown): string => {
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).replace(/[^ -~]/g, '?');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

/** No answer: the connection was lost or the time ran out. */
const NO_ANSWER: readonly unknown[] = [undefined, null, '', 'inf', 'Infinity', '+Inf'];

/** A field of CSV is text, one of NDJSON may be a number; anything else is none. */
function numberIn(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** An answer is bad with 500 or above, with 0, or without a status that is a number. */
function isBad(status: unknown): boolean {
  const code = numberIn(status);
  return !(code < 500) || code === 0;
}

const textIn = (value: unknown): string | null =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : null;

/** Both formats end here; `get` gives a field as it was written. @throws Problem USAGE */
function outcomeOf(name: string, number: number, get: (column: Column) => unknown): Outcome {
  const fail = (what: string, expected: string) => traceProblem(name, number, what, expected);
  const [arm, latency] = [get('arm'), get('latency_ms')];
  const t = numberIn(get('t'));
  if (!Number.isFinite(t)) throw fail(`t is ${shown(get('t'))}`, 'seconds since the canary began, below 0 before it');
  if (arm !== 'c' && arm !== 'b') throw fail(`arm is ${shown(arm)}`, 'c for the canary or b for the old release');
  const bad = isBad(get('status'));
  const lost = NO_ANSWER.includes(latency);
  if (lost && !bad) throw fail('latency_ms is missing', 'milliseconds; only a failed request may have none');
  const latencyMs = lost ? Number.POSITIVE_INFINITY : numberIn(latency);
  if (!(latencyMs >= 0)) throw fail(`latency_ms is ${shown(latency)}`, 'milliseconds, 0 or more');
  return {
    t,
    canary: arm === 'c',
    bad,
    latencyMs,
    client: textIn(get('client')),
    instance: textIn(get('instance')),
  };
}

function csvReader(name: string, header: string): RowReader {
  const columns = header.split(',').map((column) => column.trim());
  const unknown = columns.find((column) => !KNOWN.includes(column));
  const missing = COLUMNS.find((column) => !columns.includes(column));
  if (unknown !== undefined || missing !== undefined || new Set(columns).size < columns.length) {
    const what =
      unknown === undefined
        ? `column ${missing ?? shown(header)} is ${missing ? 'missing' : 'there twice'}`
        : `unknown column ${shown(unknown)}`;
    throw traceProblem(name, 1, what, `the header ${EXPECTED_HEADER} (and, if known, client and instance), or NDJSON`);
  }
  const places = new Map(columns.map((column, at) => [column, at]));
  const [t = 0, arm = 0, status = 0, latency = 0] = COLUMNS.map((column) => places.get(column) ?? 0);
  const place: Record<Column, number> = {
    t,
    arm,
    status,
    latency_ms: latency,
    client: places.get('client') ?? columns.length,
    instance: places.get('instance') ?? columns.length,
  };
  return (text, number) => {
    const cells = text.split(',');
    if (cells.length !== columns.length)
      throw traceProblem(name, number, `${cells.length} fields`, `${columns.length}, as in the header ${header}`);
    return outcomeOf(name, number, (column) => cells[place[column]]);
  };
}

function ndjsonReader(name: string): RowReader {
  return (text, number) => {
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch {
      throw traceProblem(name, number, 'not a JSON object', `one object a line with ${COLUMNS.join(', ')}`);
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw traceProblem(name, number, 'not a JSON object', `one object a line with ${COLUMNS.join(', ')}`);
    const fields = row as Readonly<Record<string, unknown>>;
    const unknown = Object.keys(fields).find((key) => !KNOWN.includes(key));
    if (unknown !== undefined) throw traceProblem(name, number, `unknown key ${shown(unknown)}`, COLUMNS.join(', '));
    return outcomeOf(name, number, (column) => fields[column]);
  };
}

/** Which format it is shows in the first line. `headed`: that line is the header and holds no outcome. */
export function readerFor(name: string, first: string): { readonly read: RowReader; readonly headed: boolean } {
  const text = first.replace(/^(\uFEFF|\u00EF\u00BB\u00BF)/, '');
  return text.trimStart().startsWith('{')
    ? { read: ndjsonReader(name), headed: false }
    : { read: csvReader(name, text), headed: true };
}
