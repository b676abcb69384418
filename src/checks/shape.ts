/** What may stand in a health file, or inline under `checks`. */
import { z } from 'zod';
import { argumentList, duration, regularExpression, secretReference } from '../util/written.ts';
import { CHECK_DEFAULTS as DEFAULTS } from './defaults.ts';

/** A name that starts with a dash would be an option of the runner. */
const functionName = z
  .string()
  .regex(/^[A-Za-z_][\w./:-]*$/, 'is not the name of a function, such as "generationJobs:getRecentJobs"');

const status = z.union([
  z.int().min(100).max(599),
  z.string().regex(/^[1-5](xx|\d\d(-[1-5]\d\d)?)$/, 'expected a status such as 200, "2xx" or "200-299"'),
]);

const jsonExpectation = z.strictObject({
  path: z
    .string()
    .startsWith('$', 'expected a JSON path, such as "$.status"')
    .meta({ description: 'JSONPath (RFC 9535) into the answer.' }),
  exists: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the path selects anything. Meant when nothing else is expected.', default: true }),
  equals: z.json().optional().meta({ description: 'Every selected value equals this.' }),
  contains: z.string().optional().meta({ description: 'Every selected text contains this.' }),
  matches: regularExpression.optional().meta({ description: 'Every selected text matches this regular expression.' }),
  above: z.number().optional().meta({ description: 'Every selected number is greater.' }),
  below: z.number().optional().meta({ description: 'Every selected number is smaller.' }),
  count: z.int().min(0).optional().meta({ description: 'The path selects this many values.' }),
});

const expectation = z.strictObject({
  status: z
    .union([status, z.array(status).min(1)])
    .optional()
    .meta({
      description: 'Accepted status codes: one, a list, or ranges such as "2xx" and "200-299".',
      default: DEFAULTS.status,
    }),
  contains: z.string().min(1).optional().meta({ description: 'The body contains this text.' }),
  matches: regularExpression.optional().meta({ description: 'The body matches this regular expression.' }),
  json: z
    .union([jsonExpectation, z.array(jsonExpectation).min(1)])
    .optional()
    .meta({ description: 'What the body holds, as JSON.' }),
  latency: duration.optional().meta({ description: 'The whole answer is there within this time.' }),
});

const httpCheck = z
  .strictObject({
    name: z.string().min(1).optional().meta({ description: 'How the check is called in the record.' }),
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address that starts with http:// or https://' })
      .optional()
      .meta({
        description: 'Whole address. Without it the release under test is asked, by `target` and `path`.',
      }),
    target: z.string().min(1).optional().meta({ description: 'Target to ask; not needed when there is only one.' }),
    path: z
      .string()
      .startsWith('/', 'must start with "/"')
      .optional()
      .meta({ description: 'Path on the target.', default: DEFAULTS.path }),
    method: z
      .string()
      .regex(/^[A-Z]+$/, 'expected a method in capitals, such as "GET"')
      .optional()
      .meta({ description: 'Request method.', default: DEFAULTS.method }),
    headers: z
      .record(z.string(), z.union([z.string(), secretReference]))
      .optional()
      .meta({ description: 'Request headers; a value may be a secret.' }),
    body: z
      .union([z.string(), z.json()])
      .optional()
      .meta({ description: 'Request body: a text, or anything else as JSON.' }),
    expect: expectation.optional().meta({ description: 'What counts as a pass.' }),
    timeout: duration.optional().meta({ description: 'Longest time for one try.', default: DEFAULTS.timeout }),
    retries: z
      .int()
      .min(0)
      .max(10)
      .optional()
      .meta({ description: 'Further tries after one that did not pass.', default: DEFAULTS.retries }),
  })
  .refine((check) => check.url === undefined || (check.target === undefined && check.path === undefined), {
    error: 'is not needed beside "target" and "path"',
    path: ['url'],
  });

const commandCheck = z.strictObject({
  name: z.string().min(1).optional().meta({ description: 'How the check is called in the record.' }),
  run: z
    .union([z.string().min(1), argumentList])
    .meta({ description: 'Program with arguments as a list, or a line for the shell.' }),
  exit: z.int().min(0).max(255).optional().meta({ description: 'Expected exit code.', default: DEFAULTS.exit }),
  contains: z.string().min(1).optional().meta({ description: 'The output contains this text.' }),
  limit: duration.optional().meta({ description: 'Longest time to run.', default: DEFAULTS.limit }),
});

const sqlExpectation = jsonExpectation.omit({ path: true, exists: true, count: true });

const sqlCheck = z.strictObject({
  name: z.string().min(1).optional().meta({ description: 'How the check is called in the record.' }),
  url: secretReference.meta({
    description: 'Address of a Postgres database: always a secret. A user that may only read is enough.',
  }),
  query: z
    .string()
    .min(1)
    .meta({ description: 'A SELECT that answers one row with one value. It runs in a read-only transaction.' }),
  expect: sqlExpectation
    .refine((expected) => Object.keys(expected).length > 0, 'expects nothing')
    .optional()
    .meta({ description: 'What the value must be. Without it any value will do, but there must be one.' }),
  timeout: duration
    .optional()
    .meta({ description: 'The server ends the query after this time.', default: DEFAULTS.timeout }),
});

export const healthShape = z.strictObject({
  critical_functions: z.array(functionName).optional().meta({
    description: 'Functions that must run without an error, such as `generationJobs:getRecentJobs`.',
  }),
  critical_queries: z.array(functionName).optional().meta({
    description: 'Queries that must run without an error and answer something.',
  }),
  function_runner: argumentList.optional().meta({
    description: 'Program that runs a function; its name is appended.',
    default: DEFAULTS.functionRunner,
  }),
  http: z.array(httpCheck).optional().meta({ description: 'Requests to the release, or to any address.' }),
  commands: z.array(commandCheck).optional().meta({ description: 'Programs that must succeed.' }),
  sql: z.array(sqlCheck).optional().meta({ description: 'Values that a Postgres database must answer.' }),
});

export type WrittenHealth = z.input<typeof healthShape>;
export type WrittenHttp = z.input<typeof httpCheck>;
export type WrittenSql = z.input<typeof sqlCheck>;
export type WrittenCommand = z.input<typeof commandCheck>;
