/**
 * The program that reads the functions of a Convex project in a process of its own, off the exports of its modules as
 * the vendor's backend reads them. It is text, written beside its answer, so that it is the same whether Belay is built
 * or not.
 */

/** A function as `npx convex function-spec` tells it. */
export type ToldFunction =
  | {
      readonly identifier: string;
      readonly functionType: 'Query' | 'Mutation' | 'Action';
      readonly visibility: { readonly kind: 'public' | 'internal' };
      readonly args: unknown;
      readonly returns: unknown;
    }
  | { readonly functionType: 'HttpAction'; readonly method: string; readonly path: string };

export interface ToldFunctions {
  readonly functions: readonly ToldFunction[];
  /** Modules that cannot be loaded, by their path in the folder of functions. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Arguments: the path of jiti, the folder of functions, the answer to write.
 *
 * Which files are modules is the vendor's rule (`entryPoints` of its bundler). Values of variables are the deployment's
 * alone, and many a module wants one while it loads (a client with its key): one that throws is loaded once more with a
 * word in place of every variable, which no validator depends on.
 */
export const EVALUATE_FUNCTIONS = String.raw`
const { existsSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [jiti, folder, answer] = process.argv.slice(2);
const { createJiti } = require(jiti);
const ENTRY = /\.(tsx|ts|js|mjs|cjs|jsx|mts|cts)$/;

const modulesIn = (at) =>
  readdirSync(join(folder, at), { withFileTypes: true }).flatMap((entry) => {
    const path = at === '' ? entry.name : at + '/' + entry.name;
    const nested = entry.isDirectory() && !existsSync(join(folder, path, 'convex.config.ts'));
    if (nested) return path === '_generated' || path === 'node_modules' ? [] : modulesIn(path);
    const plain = entry.isFile() && ENTRY.test(entry.name) && !/^[.#]/.test(entry.name) && !path.includes(' ');
    const schema = /^schema\.[jt]s$/.test(entry.name);
    return plain && !schema && entry.name.split('.').length === 2 ? [path] : [];
  });

const typeOf = (one) => (one.isQuery ? 'Query' : one.isMutation ? 'Mutation' : one.isAction ? 'Action' : null);
const json = (text) => (text === undefined ? { type: 'any' } : JSON.parse(text));

const functionsOf = (path, exported) => {
  const name = path.replace(ENTRY, '');
  const functions = Object.entries(exported).flatMap(([key, one]) => {
    const functionType = typeof one === 'function' || (typeof one === 'object' && one !== null) ? typeOf(one) : null;
    if (functionType === null) return [];
    return [{
      identifier: name + ':' + key,
      functionType,
      visibility: { kind: one.isInternal ? 'internal' : 'public' },
      args: json(one.exportArgs?.()),
      returns: json(one.exportReturns?.()),
    }];
  });
  const router = name === 'http' && exported.default?.isRouter ? exported.default.getRoutes() : [];
  return [...functions, ...router.map(([path, method]) => ({ functionType: 'HttpAction', method, path }))];
};

const given = (env) => new Proxy(env, {
  get: (target, key) => target[key] ?? (typeof key === 'string' && /^[A-Z]/.test(key) && !/^(NODE|DEBUG|CI$|JITI)/.test(key) ? 'belay' : undefined),
});

const load = async (path) => (await createJiti(folder, { fsCache: false, tsconfigPaths: true, jsx: true }).import(join(folder, path)));

const read = async (path) => {
  try {
    return functionsOf(path, await load(path));
  } catch {
    const { env } = process;
    process.env = given(env);
    try {
      return functionsOf(path, await load(path));
    } finally {
      process.env = env;
    }
  }
};

const evaluate = async () => {
  const told = { functions: [], unread: [] };
  for (const path of modulesIn('').sort()) {
    try {
      told.functions.push(...(await read(path)));
    } catch (error) {
      told.unread.push({ path, why: String(error?.message ?? error).trim().split('\n')[0].replaceAll(folder + '/', '') });
    }
  }
  writeFileSync(answer, JSON.stringify(told));
  process.exit(0);
};

void evaluate();
`;
