/** What a change of an OpenAPI description does to clients: old ones on the new server, new ones after a rollback. */
import { equal } from './json.ts';
import { type OpenApiDirection, type Pair, told, type Told } from './openapi-change.ts';
import { type OpenApiDocument, readOpenApi } from './openapi-document.ts';
import { bodyChanges, parametersChanges, securityChanges } from './openapi-request.ts';
import { responseChanges } from './openapi-response.ts';

export interface OpenApiReport {
  /** What clients of the old description meet on the new server. */
  readonly forward: OpenApiDirection;
  /** What clients of the new description meet after a rollback. */
  readonly backward: OpenApiDirection;
  readonly oldClients: 'work' | 'break' | 'unknown';
  readonly rollback: 'safe' | 'breaks-new-clients' | 'unknown';
}

/** Callbacks turn the roles around; that they changed is said, not judged. */
function callbackChanges(pair: Pair): readonly Told[] {
  const { was, now } = pair;
  if (equal(was.operation.callbacks, now.operation.callbacks)) return [];
  return [told(pair, 'unknown', 'callbacks', ['callbacks'], 'they changed, and are not compared')];
}

function changes(before: OpenApiDocument, after: OpenApiDocument): readonly Told[] {
  return [...before.operations.values()].flatMap((was): readonly Told[] => {
    const now = after.operations.get(was.key);
    if (!now) {
      const pair = { before, after, was, now: was };
      return [told(pair, 'breaking', 'operation-removed', [], 'it is not offered any more')];
    }
    const pair = { before, after, was, now };
    return [
      ...parametersChanges(pair),
      ...bodyChanges(pair),
      ...securityChanges(pair),
      ...responseChanges(pair),
      ...callbackChanges(pair),
    ];
  });
}

function direction(before: OpenApiDocument, after: OpenApiDocument): OpenApiDirection {
  const seen = new Map<string, Told>();
  for (const one of changes(before, after)) seen.set(JSON.stringify(one), one);
  const all = [...seen.values()];
  const of = (wanted: Told['weight']) =>
    all
      .filter((one) => one.weight === wanted)
      .map(({ type, path, description, pointer }) => ({ type, path, description, pointer }));
  return { breaking: of('breaking'), dangerous: of('dangerous'), unknown: of('unknown') };
}

function judged<Good, Bad>({ breaking, unknown }: OpenApiDirection, good: Good, bad: Bad): Good | Bad | 'unknown' {
  if (breaking.length > 0) return bad;
  return unknown.length > 0 ? 'unknown' : good;
}

/** Both are parsed JSON or YAML. @throws UnreadableSchema */
export function diffOpenApi(before: unknown, after: unknown): OpenApiReport {
  const old = readOpenApi('old', before);
  const next = readOpenApi('new', after);
  const forward = direction(old, next);
  const backward = direction(next, old);
  return {
    forward,
    backward,
    oldClients: judged(forward, 'work', 'break'),
    rollback: judged(backward, 'safe', 'breaks-new-clients'),
  };
}
