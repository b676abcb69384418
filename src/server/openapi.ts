/** The document of the API, from the same shapes that check what goes in. */
import { z } from 'zod';
import { problem } from './api/vocabulary.ts';
import { type Route, ROUTES } from './api/routes.ts';

type Document = Record<string, unknown>;

const shapeOf = (shape: z.ZodType, io: 'input' | 'output'): Document => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(shape, { io, unrepresentable: 'any' });
  return rest;
};

const json = (shape: z.ZodType, io: 'input' | 'output'): Document => ({
  content: { 'application/json': { schema: shapeOf(shape, io) } },
});

function parametersOf({ path, query }: Route): Document[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const { properties = {}, required = [] } = query
    ? (shapeOf(query, 'input') as { properties?: Record<string, unknown>; required?: readonly string[] })
    : {};
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  return [...inPath, ...inQuery];
}

function operationOf(id: string, route: Route): Document {
  const { allow, answer, media, summary, body, status = 200 } = route;
  const told = { description: 'Refused: what, why, and what comes next', ...json(problem, 'output') };
  const fine = answer ? json(answer, 'output') : { content: { [media ?? '*/*']: { schema: { type: 'string' } } } };
  return {
    operationId: id,
    summary,
    description: allow === 'anyone' ? 'For anyone.' : `For the role ${allow} and those above it.`,
    security: allow === 'anyone' ? [] : [{ token: [] }, { cookie: [] }],
    parameters: parametersOf(route),
    ...(body ? { requestBody: { required: true, ...json(body, 'input') } } : {}),
    responses: { [status]: { description: summary, ...(status === 302 ? {} : fine) }, default: told },
  };
}

/** @returns OpenAPI 3.1 */
export function openApi(version: string, cookie: string): Document {
  const paths: Record<string, Document> = {};
  for (const [id, route] of Object.entries(ROUTES) as [string, Route][]) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(id, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Belay', version, description: 'What is live, what happened, and going back.' },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Made by `belay token create`.' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: cookie,
          description: 'With the header x-belay-csrf to change something.',
        },
      },
    },
  };
}
