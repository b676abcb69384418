/** Looks into a JSON answer by JSONPath (RFC 9535). */
import { isDeepStrictEqual } from 'node:util';
import type { JSONValue } from 'json-p3';
import type { JsonExpectation } from './spec.ts';
import type { Finding } from './verdict.ts';
import { clip } from './verdict.ts';

type Judge = (value: unknown, expected: JsonExpectation) => Finding | null;

const fail = (what: string): Finding => ({ status: 'fail', what });
const cannotTell = (what: string): Finding => ({ status: 'inconclusive', what });
const shown = (value: unknown) => clip(JSON.stringify(value) ?? 'nothing', 80);

/** An empty answer is no answer: `inconclusive`. One that is not JSON fails. */
export async function judgeJson(body: string, expectations: readonly JsonExpectation[]): Promise<Finding[]> {
  if (expectations.length === 0) return [];
  if (body.trim() === '') return [cannotTell('expected JSON, saw an empty body')];
  let document: JSONValue;
  try {
    document = JSON.parse(body) as JSONValue;
  } catch {
    return [fail(`expected JSON, saw ${clip(body, 80)}`)];
  }
  const { jsonpath } = await import('json-p3');
  return expectations.flatMap((expected) => {
    let values: unknown[];
    try {
      values = jsonpath.query(expected.path, document).values();
    } catch (error) {
      return [{ status: 'error' as const, what: `${expected.path} is not a JSON path: ${(error as Error).message}` }];
    }
    return judgeValues(values, expected);
  });
}

function judgeValues(values: readonly unknown[], expected: JsonExpectation): Finding[] {
  const { path, count, exists } = expected;
  const found: Finding[] = [];
  if (count !== undefined && values.length !== count)
    found.push(fail(`${path}: expected ${count} values, saw ${values.length}`));
  if (exists === false) {
    if (values.length > 0) found.push(fail(`${path}: expected to be absent, saw ${shown(values[0])}`));
    return found;
  }
  if (values.length === 0) return count === undefined ? [fail(`${path}: expected a value, saw none`)] : found;
  return [...found, ...values.flatMap((value) => judgeValue(value, expected))];
}

/** One value by what is expected of it; `path` is how it is called in a finding. */
export function judgeValue(value: unknown, expected: JsonExpectation): Finding[] {
  return JUDGES.flatMap((judge) => judge(value, expected) ?? []);
}

const equals: Judge = (value, { path, equals: wanted }) =>
  wanted === undefined || isDeepStrictEqual(value, wanted)
    ? null
    : fail(`${path}: expected ${shown(wanted)}, saw ${shown(value)}`);

const contains: Judge = (value, { path, contains: wanted }) =>
  wanted === undefined || (typeof value === 'string' && value.includes(wanted))
    ? null
    : fail(`${path}: expected a text with ${shown(wanted)}, saw ${shown(value)}`);

const matches: Judge = (value, { path, matches: wanted }) =>
  wanted === undefined || (typeof value === 'string' && new RegExp(wanted, 'u').test(value))
    ? null
    : fail(`${path}: expected a match of /${wanted}/, saw ${shown(value)}`);

const within: Judge = (value, { path, above, below }) => {
  if (above === undefined && below === undefined) return null;
  if (typeof value !== 'number' || !Number.isFinite(value))
    return cannotTell(`${path}: expected a number, saw ${shown(value)}`);
  if (above !== undefined && value <= above) return fail(`${path}: expected more than ${above}, saw ${value}`);
  if (below !== undefined && value >= below) return fail(`${path}: expected less than ${below}, saw ${value}`);
  return null;
};

const JUDGES: readonly Judge[] = [equals, contains, matches, within];
