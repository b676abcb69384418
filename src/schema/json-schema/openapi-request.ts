/** What a client sends: parameters, the body, what proves who it is. */
import { equal, isObject, type Json, type JsonObject, recordOf, textOf } from './json.ts';
import { type Pair, sentByClient, told, type Told } from './openapi-change.ts';
import { resolve } from './side.ts';

const names = (path: string): readonly string[] => [...path.matchAll(/\{([^}]*)\}/g)].map((found) => found[1] ?? '');

/** Parameters in the path by their place; headers whatever their case. */
function keyOf(path: string, { in: place, name }: JsonObject): string {
  const text = textOf(name);
  if (place === 'path') return `path ${names(path).indexOf(text)}`;
  return `${textOf(place)} ${place === 'header' ? text.toLowerCase() : text}`;
}

function schemaOf(parameter: JsonObject): Json | undefined {
  if (parameter.schema !== undefined) return parameter.schema;
  const [media] = Object.values(recordOf(parameter.content));
  return isObject(media) ? media.schema : undefined;
}

const WRITTEN = ['style', 'explode', 'allowReserved'] as const;

function parameterChanges(pair: Pair, was: JsonObject, now: JsonObject): readonly Told[] {
  const where = [`${textOf(was.in)} parameter ${textOf(was.name)}`];
  const found = sentByClient(pair, where, schemaOf(was), schemaOf(now));
  if (now.required === true && was.required !== true && was.in !== 'path') {
    found.push(told(pair, 'breaking', 'parameter-required', where, 'it was optional and is required'));
  }
  if (
    WRITTEN.some((key) => !equal(was[key], now[key])) ||
    (was.content === undefined) !== (now.content === undefined)
  ) {
    found.push(told(pair, 'unknown', 'parameter-written', where, 'how it is written into the request changed'));
  }
  return found;
}

export function parametersChanges(pair: Pair): readonly Told[] {
  const { was, now } = pair;
  const before = new Map(was.parameters.map((one) => [keyOf(was.pointer[1] ?? '', one), one]));
  const after = new Map(now.parameters.map((one) => [keyOf(now.pointer[1] ?? '', one), one]));
  const where = (one: JsonObject) => [`${textOf(one.in)} parameter ${textOf(one.name)}`];
  const kept = [...before].flatMap(([key, one]) => {
    const other = after.get(key);
    if (other) return parameterChanges(pair, one, other);
    return one.in === 'path' ? [] : [told(pair, 'dangerous', 'parameter-removed', where(one), 'it is ignored now')];
  });
  const added = [...after].flatMap(([key, one]) =>
    one.required === true && one.in !== 'path' && !before.has(key)
      ? [told(pair, 'breaking', 'parameter-required', where(one), 'it is new and required')]
      : [],
  );
  const lost = was.unresolved + now.unresolved;
  const unknown = lost > 0 ? [told(pair, 'unknown', 'reference', ['parameters'], 'a reference leads nowhere')] : [];
  return [...kept, ...added, ...unknown];
}

export function bodyChanges(pair: Pair): readonly Told[] {
  const { requestBody: old } = pair.was.operation;
  const { requestBody: next } = pair.now.operation;
  const was = resolve(pair.before.root, old);
  const now = resolve(pair.after.root, next);
  const where = ['request body'];
  if ((old !== undefined && was === null) || (next !== undefined && now === null)) {
    return [told(pair, 'unknown', 'reference', where, 'a reference leads nowhere')];
  }
  if (was === null && now === null) return [];
  if (now === null) return [told(pair, 'dangerous', 'request-body-removed', where, 'it is ignored now')];
  const required = now.required === true && was?.required !== true;
  const found = required ? [told(pair, 'breaking', 'request-body-required', where, 'it is required now')] : [];
  return was === null ? found : [...found, ...mediaChanges(pair, was, now)];
}

function mediaChanges(pair: Pair, was: JsonObject, now: JsonObject): readonly Told[] {
  const after = recordOf(now.content);
  return Object.entries(recordOf(was.content)).flatMap(([type, media]) => {
    const other = mediaOf(after, type);
    const where = ['request body', ...(type === 'application/json' ? [] : [type])];
    if (other === undefined) return [told(pair, 'breaking', 'media-type-removed', where, `${type} is not taken now`)];
    return sentByClient(pair, where, recordOf(media).schema, recordOf(other).schema);
  });
}

/** `application/json` is also found under `application/*` and `*\/*`. */
export function mediaOf(content: JsonObject, type: string): Json | undefined {
  const plain = type.split(';')[0]?.trim() ?? type;
  return content[type] ?? content[plain] ?? content[`${plain.split('/')[0]}/*`] ?? content['*/*'];
}

/** An old client proves who it is as before: one way of the new server must need nothing more. */
export function securityChanges(pair: Pair): readonly Told[] {
  const { was, now } = pair;
  if (now.security.length === 0 || equal([...was.security], [...now.security])) return [];
  const ways = was.security.length > 0 ? was.security : [{}];
  const taken = (way: Json) =>
    now.security.some((one) => Object.keys(recordOf(one)).every((key) => key in recordOf(way)));
  if (!ways.every(taken)) {
    return [told(pair, 'breaking', 'security-added', ['security'], 'what proves who calls is no longer enough')];
  }
  return [told(pair, 'dangerous', 'security-changed', ['security'], 'schemes or scopes changed')];
}
