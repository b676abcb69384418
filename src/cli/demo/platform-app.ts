/** The application of the platform demo: the example of this package, and what each release changes in it. */
import { cpSync, existsSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { commitAll, openRepository } from './repository.ts';
import type { Stage } from './stage.ts';

/** An edit of a file: the first text becomes the second. */
type Edit = readonly [file: string, from: string, to: string];

export interface PlatformVersion {
  readonly subject: string;
  readonly edits: readonly Edit[];
}

const OWNER_FIELD = "owner: v.optional(v.id('users'))";

/** The migration between the widened schema and the narrowed one. */
const FILL = `export const fillPriorities = mutationGeneric({
  args: {},
  handler: async ({ db }) => {
    for (const task of await db.query('tasks').collect()) await db.patch(task._id, { priority: task['priority'] ?? 1 });
  },
});

`;

export const FIRST = 'List tasks';

/** In the order in which they are deployed, after the first. */
export const CHANGES = {
  priorities: {
    subject: 'Give tasks a priority',
    edits: [
      ['convex/schema.ts', OWNER_FIELD, `${OWNER_FIELD}, priority: v.optional(v.number())`],
      ['convex/tasks.ts', 'title, done, owner: user', 'title, done, priority, owner: user'],
      ['convex/tasks.ts', '({ _id, title, done, owner })', '({ _id, title, done, owner, priority })'],
      ['convex/tasks.ts', 'export const complete', `${FILL}export const complete`],
      ['app/page.tsx', '<h1>Tasks</h1>', '<h1>Tasks by priority</h1>'],
    ],
  },
  // The page asks for a function that nobody wrote: the build is fine, and nothing works.
  typo: {
    subject: 'Tidy up names',
    edits: [
      ['app/api/health/route.ts', "anyApi['tasks']?.['list']", "anyApi['tasks']?.['listAll']"],
      ['convex/tasks.ts', "order('desc')", "order('asc')"],
    ],
  },
  required: {
    subject: 'Demand a priority',
    edits: [['convex/schema.ts', 'priority: v.optional(v.number())', 'priority: v.number()']],
  },
} as const satisfies Record<string, PlatformVersion>;

export function exampleFolder(cli: Cli): string {
  const folder = join(dirname(realpathSync(cli.argv[1] ?? '')), '..', 'examples', 'convex-vercel');
  if (existsSync(folder)) return folder;
  throw new Problem('SOURCE_INVALID', 'The example application is not part of this installation', {
    why: `${folder} is not there`,
    next: 'npm install belayctl',
  });
}

/** Its dependencies: those beside it where they are installed, else installed here for the time of the demo. */
export async function dependencies({ cli, exec, folder }: Stage, example: string): Promise<string> {
  const beside = join(example, 'node_modules');
  if (existsSync(join(beside, 'next'))) return beside;
  cli.err('\nInstalling the dependencies of the example application (once)');
  const place = join(folder, 'dependencies');
  cpSync(join(example, 'package.json'), join(place, 'package.json'));
  cpSync(join(example, 'package-lock.json'), join(place, 'package-lock.json'));
  // Not `ci`: it refuses where a registry lacks a build for another system, which nobody needs here.
  const install = ['npm', 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'] as const;
  const { code, tail } = await exec([...install], { cwd: place, limitMs: 10 * 60_000 });
  if (code === 0) return join(place, 'node_modules');
  throw new Problem('BUILD_FAILED', 'The dependencies of the example application cannot be installed', {
    why: tail.at(-1) ?? 'npm said nothing',
    next: `npm install --ignore-scripts --prefix ${example}`,
    retry: 'later',
    details: tail,
  });
}

/** @param modules the installed dependencies, as they would lie in anybody's work tree */
export async function createApp(
  { exec, folder }: Stage,
  {
    example,
    modules,
    configuration,
  }: { readonly example: string; readonly modules: string; readonly configuration: string },
): Promise<string> {
  const app = join(folder, 'app');
  cpSync(example, app, { recursive: true, filter: (path) => !/node_modules|\.next$|tsbuildinfo$/.test(path) });
  writeFileSync(join(app, 'belay.yml'), configuration);
  writeFileSync(
    join(app, '.gitignore'),
    '.belay/\nnode_modules\n.next/\nnext-env.d.ts\n*.tsbuildinfo\nconvex/_generated/\n',
  );
  symlinkSync(modules, join(app, 'node_modules'));
  await openRepository(exec, app);
  await commitAll(exec, app, FIRST);
  return app;
}

export async function commitChange({ exec }: Stage, app: string, { subject, edits }: PlatformVersion): Promise<void> {
  for (const [file, from, to] of edits) {
    const path = join(app, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  }
  await commitAll(exec, app, subject);
}
