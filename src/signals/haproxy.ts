/** Counters of a HAProxy that is not ours: over its stats socket, or its statistics page as CSV. */
import { suggest } from '../util/suggest.ts';
import type { Json } from '../core/release.ts';
import { addressOf } from './address.ts';
import { advance, noData, type Sample } from './advance.ts';
import { ask } from './ask.ts';
import { doubt } from './freshness.ts';
import { askSocket } from './haproxy-socket.ts';
import { BACKEND, findRow, parseStat, processOf, type StatRow, totalsOf } from './haproxy-stat.ts';
import { unreachable, unusable } from './refusals.ts';
import { type Arms, withReleases } from './releases.ts';
import type { Signal, SignalContext } from './signal.ts';
import type { HaproxyRow, HaproxySpec } from './spec.ts';

/** Counters are live; a look is as fresh as the last request that ended. */
const LAG_MS = 1_000;

interface Look {
  readonly rows: readonly StatRow[];
  readonly process: string | null;
  /** Clock of the page; null over the socket and where the page does not tell. */
  readonly clock: number | null;
}

/** @throws Problem CONFIG_INVALID */
export function haproxySignal(spec: HaproxySpec, now: () => number = Date.now): Signal {
  if ('url' in spec.from) addressOf('haproxy', spec.from.url);
  if (spec.canary.backend === spec.stable.backend && spec.canary.server === spec.stable.server) {
    throw unusable('haproxy', 'canary and stable are the same row of its statistics');
  }
  return {
    kind: 'haproxy',
    lagMs: LAG_MS,
    async reachable(ctx) {
      const look = await lookAt(spec, ctx);
      const why = doubt({ source: 'haproxy', now: now(), clock: look.clock, evidence: null, oldestMs: 0 });
      if (why) throw unreachable('haproxy', why);
      for (const arm of ['stable', 'canary'] as const) requireRow(look.rows, filled(spec[arm], ctx), arm);
    },
    async read(ctx, cursor) {
      const look = await lookAt(spec, ctx);
      const at = now();
      const why = doubt({ source: 'haproxy', now: at, clock: look.clock, evidence: null, oldestMs: 0 });
      if (why) return noData(cursor, why);
      const before = split(cursor);
      const sample: Sample = {
        at,
        canary: countsOf(look.rows, spec.canary, ctx),
        stable: countsOf(look.rows, spec.stable, ctx),
      };
      const fresh = before.process !== null && before.process !== look.process;
      const moved = advance(fresh ? zeroed(before.counts) : before.counts, sample, {
        source: 'haproxy',
        decrease: 'from-zero',
      });
      return { cursor: { process: look.process, counts: moved.cursor }, reading: moved.reading };
    },
  };
}

async function lookAt({ from }: HaproxySpec, ctx: SignalContext): Promise<Look> {
  if ('url' in from) {
    const { headers, timeoutMs } = from;
    const url = addressOf('haproxy', from.url);
    const { body, date } = await ask({ source: 'haproxy', url, headers, timeoutMs, signal: ctx.signal });
    return { rows: rowsOf(body, 'its url does not answer with CSV; it ends in ";csv"'), process: null, clock: date };
  }
  const text = await askSocket(from.socket, 'show info;show stat', { timeoutMs: from.timeoutMs, signal: ctx.signal });
  const start = text.indexOf('# pxname');
  const info = start < 0 ? text : text.slice(0, start);
  const rows = rowsOf(start < 0 ? '' : text.slice(start), `${from.socket} does not answer "show stat"`);
  return { rows, process: processOf(info), clock: null };
}

function rowsOf(text: string, fault: string): readonly StatRow[] {
  const rows = parseStat(text);
  if (rows.length === 0) throw unusable('haproxy', fault);
  return rows;
}

function filled(row: HaproxyRow, arms: Arms): HaproxyRow {
  const fill = (text: string) => withReleases(text, arms, String);
  return { backend: fill(row.backend), server: row.server === null ? null : fill(row.server) };
}

function countsOf(rows: readonly StatRow[], row: HaproxyRow, arms: Arms) {
  const found = findRow(rows, filled(row, arms));
  return found ? totalsOf(found) : null;
}

/** @throws Problem CONFIG_INVALID with the names that there are */
function requireRow(rows: readonly StatRow[], row: HaproxyRow, arm: 'canary' | 'stable'): void {
  const found = findRow(rows, row);
  if (found) {
    if (totalsOf(found)) return;
    throw unusable('haproxy', `backend ${row.backend} counts no HTTP answers: it is not in mode http`);
  }
  const backends = [...new Set(rows.filter(({ svname }) => svname === BACKEND).map(({ pxname }) => pxname ?? ''))];
  if (!backends.includes(row.backend)) throw unusable('haproxy', notThere('backend', row.backend, arm, backends));
  const servers = rows
    .filter(({ pxname, type }) => pxname === row.backend && type === '2')
    .map(({ svname }) => svname ?? '');
  throw unusable('haproxy', notThere(`server of backend ${row.backend}`, row.server ?? '', arm, servers));
}

function notThere(what: string, name: string, arm: string, names: readonly string[]): string {
  const near = suggest(name, names);
  const hint = near ? `; did you mean ${near}?` : `; there are ${names.slice(0, 10).join(', ') || 'none'}`;
  return `there is no ${what} named ${name} for ${arm}${hint}`;
}

interface Kept {
  readonly process: string | null;
  readonly counts: Json | null;
}

function split(cursor: Json | null): Kept {
  if (typeof cursor !== 'object' || cursor === null || !('counts' in cursor)) return { process: null, counts: null };
  const { process, counts } = cursor as { readonly process?: Json; readonly counts: Json };
  return { process: typeof process === 'string' ? process : null, counts };
}

/** A new process has counted all it has since it began: also what happens to be more than before. */
function zeroed(counts: Json | null): Json | null {
  if (typeof counts !== 'object' || counts === null || !('at' in counts)) return null;
  const { at } = counts as { readonly at: Json };
  return { at, canary: { requests: 0, bad: 0 }, stable: { requests: 0, bad: 0 } };
}
