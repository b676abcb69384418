/** What a server answers: statuses, media types, bodies, headers. */
import { isObject, type Json, type JsonObject, recordOf } from './json.ts';
import { type Pair, sentByServer, told, type Told } from './openapi-change.ts';
import { mediaOf } from './openapi-request.ts';
import { resolve } from './side.ts';

const isSuccess = (status: string): boolean => /^[23]/.test(status);

/** The old client's own entry for a status: the status, its range, or `default`. */
function knownAs(responses: JsonObject, status: string): Json | undefined {
  return responses[status] ?? responses[`${status[0]}XX`] ?? responses[`${status[0]}xx`] ?? responses.default;
}

export function responseChanges(pair: Pair): readonly Told[] {
  const before = recordOf(pair.was.operation.responses);
  const after = recordOf(pair.now.operation.responses);
  const answered = Object.entries(after).flatMap(([status, now]) =>
    statusChanges(pair, status, knownAs(before, status), now),
  );
  const gone = Object.keys(before).filter((status) => isSuccess(status) && knownAs(after, status) === undefined);
  const removed = gone.map((status) =>
    told(pair, 'dangerous', 'response-removed', [`response ${status}`], 'it is not answered any more'),
  );
  return [...answered, ...removed];
}

function statusChanges(pair: Pair, status: string, old: Json | undefined, next: Json): readonly Told[] {
  const where = [`response ${status}`];
  if (status.startsWith('x-')) return [];
  if (old === undefined) {
    if (isSuccess(status)) return [told(pair, 'breaking', 'response-added', where, 'the old client does not know it')];
    return [told(pair, 'dangerous', 'response-added', where, 'the old client does not know this failure')];
  }
  const was = resolve(pair.before.root, old);
  const now = resolve(pair.after.root, next);
  if (was === null || now === null) return [told(pair, 'unknown', 'reference', where, 'a reference leads nowhere')];
  return [...contentChanges(pair, where, was, now), ...headerChanges(pair, where, was, now)];
}

function contentChanges(pair: Pair, where: readonly string[], was: JsonObject, now: JsonObject): readonly Told[] {
  const before = recordOf(was.content);
  const after = recordOf(now.content);
  return Object.entries(before).flatMap(([type, media]) => {
    const other = mediaOf(after, type);
    const at = type === 'application/json' ? where : [...where, type];
    if (other === undefined) return [told(pair, 'breaking', 'media-type-removed', at, `${type} is not answered now`)];
    return sentByServer(pair, at, recordOf(media).schema, recordOf(other).schema);
  });
}

function headerChanges(pair: Pair, where: readonly string[], was: JsonObject, now: JsonObject): readonly Told[] {
  const after = new Map(Object.entries(recordOf(now.headers)).map(([name, header]) => [name.toLowerCase(), header]));
  return Object.entries(recordOf(was.headers)).flatMap(([name, written]) => {
    const header = resolve(pair.before.root, written);
    const other = resolve(pair.after.root, after.get(name.toLowerCase()));
    const at = [...where, `header ${name}`];
    const needed = isObject(header) && header.required === true;
    if (other === null) {
      const why = needed ? 'it was always there and is gone' : 'it is gone';
      return [told(pair, needed ? 'breaking' : 'dangerous', 'header-removed', at, why)];
    }
    const optional = needed && other.required !== true;
    const found = optional ? [told(pair, 'breaking', 'header-optional', at, 'it may be left out now')] : [];
    return [...found, ...sentByServer(pair, at, header?.schema, other.schema)];
  });
}
