/**
 * The program that reads `convex/schema.ts` in a process of its own: run by jiti, exported as JSON. It is text, written
 * beside its answer, so that it is the same whether Belay is built or not.
 */

/** What the program writes: the exported schema, or at which stage it failed. */
export type Evaluated =
  | { readonly schema: unknown }
  | {
      /** `convex`: it is not installed. `load`: something imported is missing, or does not parse. */
      readonly failed: 'convex' | 'load' | 'evaluate' | 'shape';
      readonly message: string;
      readonly details: readonly string[];
    };

/**
 * Arguments: the path of jiti, the entry file, the answer to write.
 *
 * Files are resolved as a bundler would: path aliases of the tsconfig that is nearest to each file, JSON, `./x.js` for
 * `x.ts`, packages in TypeScript. But jiti has no loaders: an import of anything else (`.txt`, `.css`, an image) is
 * refused with ERR_UNKNOWN_FILE_EXTENSION, and a schema that needs it can be given as an exported file.
 */
export const EVALUATE = String.raw`
const { writeFileSync } = require('node:fs');
const { dirname } = require('node:path');

const [jiti, entry, answer] = process.argv.slice(2);
const { createJiti } = require(jiti);

const end = (value) => {
  writeFileSync(answer, JSON.stringify(value));
  process.exit(0);
};

const UNRESOLVED = [
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_UNKNOWN_FILE_EXTENSION',
];

const unresolved = (error, message) => ({
  failed: /^Cannot find (module|package) 'convex['\/]/.test(message) ? 'convex' : 'load',
  message,
  details: (error.requireStack ?? []).map((file) => 'imported by ' + file),
});

const failure = (error) => {
  const text = String(error?.message ?? error).trim();
  const message = text.split('\n')[0];
  // jiti writes where at the end: "ParseError: what\n /path/file.ts:line:column".
  const [, what, at] = /^ParseError: (.*?)\s*\n\s*(\S.*:\d+):\d+$/s.exec(text) ?? [];
  if (at) return { failed: 'load', message: at + ': ' + what, details: [] };
  if (UNRESOLVED.includes(error?.code)) return unresolved(error, message);
  const frames = String(error?.stack ?? '').split('\n').map((line) => line.trim());
  const ours = [__filename, dirname(dirname(jiti)), 'node:'];
  const theirs = frames.filter((line) => line.startsWith('at ') && !ours.some((place) => line.includes(place)));
  return { failed: 'evaluate', message, details: theirs.slice(0, 3) };
};

const evaluate = async () => {
  let schema;
  try {
    const options = { fsCache: false, tsconfigPaths: true, jsx: true };
    schema = (await createJiti(entry, options).import(entry)).default;
    if (typeof schema?.export === 'function') return { schema: JSON.parse(schema.export()) };
  } catch (error) {
    return failure(error);
  }
  return { failed: 'shape', message: 'its default export is not what defineSchema() gives', details: [] };
};

void evaluate().then(end);
`;
