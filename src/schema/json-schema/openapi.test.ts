/** Changes of an API, and what they mean for an old client and after a rollback. */
import { expect, test } from 'vitest';
import { diffOpenApi, UnreadableSchema } from './index.ts';
import type { Json, JsonObject } from './json.ts';

interface Shape {
  readonly method?: string;
  readonly path?: string;
  readonly parameters?: Json;
  readonly request?: Json;
  readonly requestRequired?: boolean;
  readonly response?: Json;
  readonly responses?: Json;
  readonly security?: Json;
  readonly version?: string;
}

const string = { type: 'string' };
const json = (schema: Json) => ({ content: { 'application/json': { schema } } });

function api(shape: Shape): JsonObject {
  const { method = 'post', path = '/users/{id}', request, response, parameters, security } = shape;
  const operation = {
    ...(parameters === undefined ? {} : { parameters }),
    ...(request === undefined ? {} : { requestBody: { required: shape.requestRequired ?? false, ...json(request) } }),
    ...(security === undefined ? {} : { security }),
    responses: shape.responses ?? { 200: { description: 'ok', ...(response === undefined ? {} : json(response)) } },
  };
  return { openapi: shape.version ?? '3.1.0', info: {}, paths: { [path]: { [method]: operation } } };
}

const object = (properties: JsonObject, required: readonly string[] = [], more: JsonObject = {}) => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const query = (name: string, required: boolean, schema: Json = string) => ({ in: 'query', name, required, schema });

/** Name, before, after, old clients, rollback. */
const PAIRS: readonly (readonly [string, Shape, Shape, string, string])[] = [
  ['nothing', { request: string }, { request: string }, 'work', 'safe'],
  ['a parameter in the path is renamed', { path: '/users/{id}' }, { path: '/users/{user}' }, 'work', 'safe'],
  ['an operation is replaced', { method: 'post' }, { method: 'put' }, 'break', 'breaks-new-clients'],
  [
    'a request takes more',
    { request: object({ a: string }) },
    { request: object({ a: { type: ['string', 'number'] } }) },
    'work',
    'breaks-new-clients',
  ],
  [
    'a request requires more',
    { request: object({ a: string }) },
    { request: object({ a: string }, ['a']) },
    'break',
    'safe',
  ],
  [
    'a response may leave out',
    { response: object({ a: string }, ['a']) },
    { response: object({ a: string }) },
    'break',
    'safe',
  ],
  [
    'a response tells more',
    { response: object({ a: string }) },
    { response: object({ a: string, b: string }, ['b']) },
    'work',
    'breaks-new-clients',
  ],
  ['a response has a new value', { response: { enum: ['a'] } }, { response: { enum: ['a', 'b'] } }, 'break', 'safe'],
  [
    'a closed response tells more',
    { response: object({ a: string }, [], { additionalProperties: false }) },
    { response: object({ a: string, b: string }, [], { additionalProperties: false }) },
    'work',
    'safe',
  ],
  ['an optional parameter is added', {}, { parameters: [query('page', false)] }, 'work', 'safe'],
  ['a required parameter is added', {}, { parameters: [query('page', true)] }, 'break', 'safe'],
  [
    'a parameter becomes required',
    { parameters: [query('page', false)] },
    { parameters: [query('page', true)] },
    'break',
    'safe',
  ],
  [
    'a parameter is narrowed',
    { parameters: [query('page', false)] },
    { parameters: [query('page', false, { type: 'integer' })] },
    'break',
    'breaks-new-clients',
  ],
  ['the body becomes required', { request: string }, { request: string, requestRequired: true }, 'break', 'safe'],
  ['an unknown keyword', { request: string }, { request: { type: 'string', madeUp: 1 } }, 'unknown', 'safe'],
  ['another success', { responses: { 200: {} } }, { responses: { 200: {}, 202: {} } }, 'break', 'safe'],
  ['another failure', { responses: { 200: {} } }, { responses: { 200: {}, 429: {} } }, 'work', 'safe'],
  ['a status under a range', { responses: { '2XX': {} } }, { responses: { 201: {} } }, 'work', 'breaks-new-clients'],
  ['a key is demanded', {}, { security: [{ key: [] }] }, 'break', 'safe'],
  [
    'a key is one of two ways',
    { security: [{ key: [] }] },
    { security: [{ key: [] }, { token: [] }] },
    'work',
    'breaks-new-clients',
  ],
  [
    'readOnly does not travel in requests',
    { request: object({ a: string }) },
    { request: object({ a: string, id: { type: 'string', readOnly: true } }, ['id']) },
    'work',
    'safe',
  ],
];

test.each(PAIRS)('%s', (_name, before, after, oldClients, rollback) => {
  const report = diffOpenApi(api(before), api(after));
  expect([report.oldClients, report.rollback], JSON.stringify(report, null, 1)).toEqual([oldClients, rollback]);
});

test('a change says the operation, the place in it, and why', () => {
  const report = diffOpenApi(
    api({ response: object({ a: string }) }),
    api({ response: object({ a: { type: 'null' } }) }),
  );
  expect(report.forward.breaking).toEqual([
    {
      type: 'response-type',
      path: 'POST /users/{id} · response 200 · a',
      description: 'null is sent, string is read',
      pointer: ['paths', '/users/{id}', 'post'],
    },
  ]);
});

test('OpenAPI 3.0 ignores what stands beside a reference, 3.1 does not', () => {
  const with30 = (version: string, schema: Json) => ({
    ...api({ version, request: schema }),
    components: { schemas: { Name: string } },
  });
  const ref = { $ref: '#/components/schemas/Name' };
  const short = { ...ref, maxLength: 3 };
  expect(diffOpenApi(with30('3.0.3', ref), with30('3.0.3', short)).oldClients).toBe('work');
  expect(diffOpenApi(with30('3.1.0', ref), with30('3.1.0', short)).oldClients).toBe('break');
});

test.each([
  [{ swagger: '2.0' }, /Swagger 2.0/],
  [{ openapi: '4.0.0' }, /4.0.0/],
  [{}, /openapi/],
  ['text', /OpenAPI/],
  [null, /OpenAPI/],
])('what is no OpenAPI 3 is refused: %j', (document, why) => {
  expect(() => diffOpenApi(document, api({}))).toThrow(UnreadableSchema);
  expect(() => diffOpenApi(api({}), document)).toThrow(why);
});
