/** Looks through the sources for a route that says whether the application is well, and for SQLite files beside them. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

const LEFT_OUT = new Set(['node_modules', 'dist', 'build', 'vendor', 'coverage', 'tmp', 'log']);
const CODE = new Set(['.js', '.cjs', '.mjs', '.ts', '.mts', '.tsx', '.jsx', '.rb', '.py', '.go', '.ru', '.php']);
const SQLITE = new Set(['.db', '.sqlite', '.sqlite3']);
const MOST_FILES = 2_000;
const MOST_BYTES = 300_000;

const WORD = '(?:healthz?|health[-_]?check|livez|readyz|ping|up)';
const IN_CODE = new RegExp(`['"\`](/(?:api/|_)?${WORD})['"\`]`);
/** Routes that a framework takes from where a file lies. */
const BY_FILE: readonly (readonly [RegExp, (word: string) => string])[] = [
  [new RegExp(`(?:^|/)pages/api/(${WORD})\\.[jt]sx?$`), (word) => `/api/${word}`],
  [new RegExp(`(?:^|/)app/api/(${WORD})/route\\.[jt]s$`), (word) => `/api/${word}`],
  [new RegExp(`(?:^|/)routes/(${WORD})/\\+server\\.[jt]s$`), (word) => `/${word}`],
];

/** Names in a fixed order, so that the same project always gives the same answer. */
function* filesBelow(folder: string, left = { count: MOST_FILES }): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) continue;
    if (left.count-- <= 0) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, left);
    else if (entry.isFile()) yield path;
  }
}

function isSqlite(path: string): boolean {
  const head = Buffer.alloc(15);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, head, 0, 15, 0);
  } finally {
    closeSync(handle);
  }
  return head.toString('latin1') === 'SQLite format 3';
}

function routeOf(path: string, name: string): string | null {
  for (const [pattern, route] of BY_FILE) {
    const word = pattern.exec(name)?.[1];
    if (word) return route(word);
  }
  if (!CODE.has(extname(name)) || /\.(test|spec)\./.test(name) || statSync(path).size > MOST_BYTES) return null;
  const text = readFileSync(path, 'utf8');
  return text.includes('rails/health#show') ? '/up' : (IN_CODE.exec(text)?.[1] ?? null);
}

export function findHealthRoute(folder: string): { healthPath: string | null; sqliteFiles: readonly string[] } {
  let healthPath: string | null = null;
  const sqliteFiles: string[] = [];
  for (const path of filesBelow(folder)) {
    const name = relative(folder, path);
    if (SQLITE.has(extname(name)) && isSqlite(path)) sqliteFiles.push(name);
    healthPath ??= routeOf(path, name);
  }
  return { healthPath, sqliteFiles };
}
