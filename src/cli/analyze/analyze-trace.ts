/** One trace from its file to its verdict. */
import { Problem } from '../../core/errors.ts';
import { createHistory } from './history.ts';
import { type TraceMeta, traceName } from './meta.ts';
import { createReplay, type Replay, type Replayed, type ReplaySettings } from './replay.ts';
import { readLines } from './trace-lines.ts';
import { EXPECTED_HEADER, readerFor, type RowReader, traceProblem } from './trace-row.ts';

export interface Analysed extends Replayed {
  readonly name: string;
  readonly truncated: boolean;
  /** Whether it is known how the requests were meant to be split. */
  readonly described: boolean;
  /** Requests before the canary. */
  readonly history: number;
}

interface TraceSink {
  line(text: string, number: number): void;
  end(): Replayed | null;
  readonly history: number;
  /** Seconds of the last row. */
  last(): number;
}

/** Rows before t = 0 are history; the replay begins with the first one that is not. */
function createTraceSink(path: string, meta: TraceMeta | null, settings: ReplaySettings): TraceSink {
  const history = createHistory();
  let replay: Replay | null = null;
  let read: RowReader | null = null;
  let last = Number.NEGATIVE_INFINITY;
  return {
    line(text, number) {
      if (text.trim() === '') return;
      if (read === null) {
        const reader = readerFor(path, text);
        read = reader.read;
        if (reader.headed) return;
      }
      const outcome = read(text, number);
      if (outcome.t < last)
        throw traceProblem(path, number, `t goes back from ${last} to ${outcome.t}`, 'rows in order of time');
      last = outcome.t;
      if (outcome.t < 0) return history.add(outcome.t, outcome.latencyMs);
      replay ??= createReplay(history, meta, settings);
      replay.observe(outcome);
    },
    end: () => replay?.end() ?? null,
    last: () => last,
    get history() {
      return history.requests;
    },
  };
}

/** A last line without an end: a row that only lost its line break counts, half a row does not. True when it counted. */
function takeRest(sink: TraceSink, rest: string, number: number): boolean {
  if (rest === '') return false;
  try {
    sink.line(rest, number);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** Half a row may look like a whole one; then only the time tells that something is missing. */
const MISSING_SECONDS = 5;

/** Memory does not grow with the trace. @throws Problem USAGE for what cannot be read as one */
export async function analyzeTrace(path: string, meta: TraceMeta | null, settings: ReplaySettings): Promise<Analysed> {
  const sink = createTraceSink(path, meta, settings);
  const ending = await readLines(path, sink);
  // What stands behind the last line break of a cut gzip may be the beginning of a number.
  const completed = !ending.cut && takeRest(sink, ending.rest, ending.restNumber);
  const result = sink.end();
  if (result === null) {
    const why = sink.history > 0 ? 'every row is from before the canary (t below 0)' : 'there is no row in it';
    throw new Problem('USAGE', `${path} holds no traffic to judge`, {
      why,
      next: `write it as CSV with the header ${EXPECTED_HEADER}, or as NDJSON with these keys`,
    });
  }
  const early = sink.last() < (meta?.durationSeconds ?? 0) - MISSING_SECONDS;
  const truncated = ending.cut || (ending.rest !== '' && (!completed || early));
  return { ...result, name: traceName(path), truncated, described: meta !== null, history: sink.history };
}
