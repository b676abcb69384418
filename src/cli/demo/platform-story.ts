/** The story of the platform demo: a Next.js application on Convex and Vercel, both on this machine, moved as one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvexEmulator, VercelEmulator } from 'belayctl/emulators';
import { Problem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { CHANGES, commitChange, createApp, dependencies, exampleFolder, type PlatformVersion } from './platform-app.ts';
import { configuration, setVariable } from './platform-configuration.ts';
import { readRecord, type Told } from './record.ts';
import { belay, onStage, type Played, type Stage } from './stage.ts';

export interface PlatformDemoResult extends Played {
  readonly deployments: readonly Told[];
  readonly auditVerified: boolean;
  readonly snapshots: readonly { readonly id: string; readonly verified: boolean }[];
  /** What visitors saw at the end of each act. */
  readonly pages: readonly string[];
}

interface Clouds {
  readonly convex: ConvexEmulator;
  readonly scratch: ConvexEmulator;
  readonly vercel: VercelEmulator;
}

/** Loaded from the package as it is installed: they need `convex` and `convex-test`, which only they do. */
async function startClouds(): Promise<Clouds> {
  try {
    const { startConvexEmulator, startVercelEmulator } = await import('belayctl/emulators');
    const [convex, scratch, vercel] = await Promise.all([
      startConvexEmulator({ name: 'calm-otter-101' }),
      startConvexEmulator({ name: 'scratch-heron-102' }),
      startVercelEmulator(),
    ]);
    return { convex, scratch, vercel };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Problem('TOOL_MISSING', 'The clouds of this demo need the packages convex and convex-test', {
      why: (error as Error).message.split('\n')[0] ?? '',
      next: 'npm install convex convex-test, then again',
      cause: error,
    });
  }
}

const PEOPLE = ['Ada', 'Grace', 'Radia'];
/** A build of Next.js takes a while on a small machine. */
const DEPLOY_LIMIT_MS = 15 * 60_000;

/** What a visitor reads: the heading, and how many tasks there are. */
async function visit(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  const heading = /<h1>(.*?)<\/h1>/.exec(text)?.[1] ?? `status ${response.status}`;
  return `${heading}, ${text.match(/<li>/g)?.length ?? 0} of them`;
}

async function play(
  stage: Stage,
  { convex, scratch, vercel }: Clouds,
): Promise<Omit<PlatformDemoResult, keyof Played>> {
  const { cli } = stage;
  const example = exampleFolder(cli);
  const modules = await dependencies(stage, example);
  const project = await vercel.createProject({
    name: 'tasks',
    build: 'npm run build',
    start: 'npm start',
    nodeModules: modules,
  });
  await setVariable(vercel, project.id, 'CONVEX_URL', convex.url);
  const written = configuration({ convex, scratch, vercel, project: project.name, modules });
  const app = await createApp(stage, { example, modules, configuration: written });
  const inApp: Stage = {
    ...stage,
    folder: app,
    env: { CONVEX_KEY: convex.adminKey, SCRATCH_KEY: scratch.adminKey, VERCEL_TOKEN: vercel.token },
  };
  const pages: string[] = [];
  const look = async () => {
    pages.push(await visit(project.productionUrl));
    cli.err(`\n  visitors see: ${pages.at(-1)}`);
  };
  const ship = async (change: PlatformVersion) => {
    await commitChange(stage, app, change);
    await belay(inApp, ['deploy'], 'progress', DEPLOY_LIMIT_MS);
    await look();
  };

  cli.err(
    '\n1. The first release: functions and schema on Convex, then the site on Vercel, checked before anyone sees it',
  );
  await belay(inApp, ['deploy'], 'progress', DEPLOY_LIMIT_MS);
  await convex.insert(
    'tasks',
    PEOPLE.map((name) => ({ title: `Ask ${name}`, done: false })),
  );
  await look();
  cli.err(
    '\n2. The second release gives tasks a priority: a snapshot first, then the backend, which serves both sites',
  );
  await ship(CHANGES.priorities);
  cli.err('\n3. The third release builds, and does not work: both halves go back');
  await ship(CHANGES.typo);
  cli.err('\n4. The fourth demands what old documents do not have: refused before anything is touched');
  await commitChange(stage, app, { ...CHANGES.required, edits: [...undo(CHANGES.typo), ...CHANGES.required.edits] });
  await belay(inApp, ['deploy'], 'progress', DEPLOY_LIMIT_MS);
  cli.err('\n5. So the documents get what they lack, and the same commit is deployed again');
  await call(convex, 'tasks:fillPriorities');
  await belay(inApp, ['deploy', '--accept-schema', 'every task has a priority'], 'progress', DEPLOY_LIMIT_MS);
  await look();
  cli.err('\n6. Somebody deletes every task. The latest snapshot is tried out elsewhere, then put back');
  await belay(inApp, ['snapshot', 'create'], 'progress');
  convex.clear('tasks');
  const [latest] = await snapshots(inApp);
  await belay(inApp, ['snapshot', 'verify', latest?.id ?? ''], 'progress');
  await belay(inApp, ['snapshot', 'restore', latest?.id ?? '', '--lose-writes', String(PEOPLE.length)], 'progress');
  await look();
  cli.err('\n7. And back to the release before, with one command');
  await belay(inApp, ['rollback'], 'progress');
  await look();
  cli.err('\n8. What the record says');
  const record = await readRecord(inApp);
  const taken = (await snapshots(inApp)).map(({ id, verifiedAt }) => ({ id, verified: verifiedAt !== null }));
  return { ...record, snapshots: taken, pages };
}

async function call(convex: ConvexEmulator, path: string): Promise<void> {
  const response = await fetch(`${convex.url}/api/mutation`, {
    method: 'POST',
    headers: { authorization: `Convex ${convex.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ path, format: 'convex_encoded_json', args: [{}] }),
  });
  const { status, errorMessage } = (await response.json()) as { status: string; errorMessage?: string };
  if (status !== 'success') throw new Error(`${path}: ${errorMessage}`);
}

const undo = ({ edits }: PlatformVersion): PlatformVersion['edits'] =>
  edits.map(([file, from, to]) => [file, to, from]);

async function snapshots(
  stage: Stage,
): Promise<readonly { readonly id: string; readonly verifiedAt: string | null }[]> {
  const { stdout } = await belay(stage, ['snapshot', 'list', '--json'], 'nothing');
  return (JSON.parse(stdout) as { snapshots: { id: string; verifiedAt: string | null }[] }).snapshots;
}

export async function playPlatformDemo(cli: Cli, keep: boolean): Promise<PlatformDemoResult> {
  const clouds = await startClouds();
  try {
    return await onStage(cli, keep, (stage) => {
      mkdirSync(stage.folder, { recursive: true });
      writeFileSync(join(stage.folder, 'README'), 'The platform demo of Belay. Both clouds ended with it.\n');
      return play(stage, clouds);
    });
  } finally {
    await Promise.all(Object.values(clouds).map((cloud: { close(): Promise<void> }) => cloud.close()));
  }
}
