/** Looks at a folder and says how its application is installed, built, started and asked whether it is well. Runs nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { placeOf } from '../../schema/migrations/places.ts';
import { findHealthRoute } from './health-route.ts';
import { detectNode } from './node-project.ts';
import { detectPlatforms, type Platforms } from './platform.ts';
import { detectRuby } from './ruby-project.ts';

/** How a project is run, as one kind of project says. */
export interface Commands {
  /** Shown to the person: `Next.js with npm`. */
  readonly kind: string;
  readonly install: string | null;
  readonly build: string | null;
  readonly start: string | null;
}

export interface Detected extends Commands {
  /** Small letters, digits and dashes. */
  readonly app: string;
  readonly git: boolean;
  readonly branch: string;
  /** Null when none was found. */
  readonly healthPath: string | null;
  readonly sqliteFiles: readonly string[];
  readonly databaseUrl: boolean;
  readonly docker: boolean;
  /** Whether there is a Convex schema or a folder of SQL migrations to compare before anything ships. */
  readonly schema: boolean;
  readonly platforms: Platforms;
}

export function readText(folder: string, name: string): string | null {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** A name as the configuration wants it. */
export function appName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/^@[^/]+\//, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name || 'app';
}

/** `web: bundle exec puma` of a Procfile. */
function procfileStart(folder: string): string | null {
  const line = /^web:\s*(.+)$/m.exec(readText(folder, 'Procfile') ?? '');
  return line?.[1]?.trim() ?? null;
}

/** The program that a Dockerfile ends with, when it is written as a list. */
function dockerStart(folder: string): string | null {
  const line = [...(readText(folder, 'Dockerfile') ?? '').matchAll(/^CMD\s+(\[.*\])\s*$/gm)].at(-1);
  try {
    const words: unknown = JSON.parse(line?.[1] ?? 'null');
    return Array.isArray(words) && words.every((word) => /^[\w./:=@-]+$/.test(String(word))) ? words.join(' ') : null;
  } catch {
    return null; // Docker's own quoting is not JSON: better nothing than a guess.
  }
}

function branchOf(folder: string): string {
  return /^ref: refs\/heads\/(.+)$/m.exec(readText(folder, '.git/HEAD') ?? '')?.[1]?.trim() ?? 'main';
}

const MIGRATION_FOLDERS = [
  'db/migrations',
  'db/migrate',
  'migrations',
  'prisma/migrations',
  'drizzle',
  'supabase/migrations',
];

/** In the usual places only: `schema: auto` then finds all of them. */
function hasSchema(folder: string): boolean {
  if (['convex/schema.ts', 'convex/schema.js', 'convex.json'].some((name) => existsSync(join(folder, name))))
    return true;
  return MIGRATION_FOLDERS.some((name) => {
    const files = existsSync(join(folder, name)) ? readdirSync(join(folder, name), { recursive: true }) : [];
    return files.some((file) => placeOf(`${name}/${String(file)}`) !== null);
  });
}

const ENV_FILES = ['.env.example', '.env.sample', '.env.template', '.env'];
const NOTHING: Commands = { kind: 'nothing that it knows', install: null, build: null, start: null };

export function detect(folder: string): Detected {
  const found = detectNode(folder) ?? detectRuby(folder) ?? NOTHING;
  const manifest = JSON.parse(readText(folder, 'package.json') ?? '{}') as { name?: string };
  const { healthPath, sqliteFiles } = findHealthRoute(folder);
  const app = appName(manifest.name ?? basename(folder));
  return {
    ...found,
    start: procfileStart(folder) ?? found.start ?? dockerStart(folder),
    app,
    git: existsSync(join(folder, '.git')),
    branch: branchOf(folder),
    healthPath,
    sqliteFiles,
    databaseUrl: ENV_FILES.some((name) => /^\s*(export\s+)?DATABASE_URL=/m.test(readText(folder, name) ?? '')),
    docker: existsSync(join(folder, 'Dockerfile')),
    schema: hasSchema(folder),
    platforms: detectPlatforms(folder, app, (name) => readText(folder, name)),
  };
}
