/** `belay logs`: what a release printed. */
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import { chooseRelease, releasesOf } from '../../core/rollback.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import type { Target } from '../../targets/target.ts';
import type { BuildCommand, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { wholeNumber, withCommonOptions } from '../options.ts';
import { newLines } from '../render/new-lines.ts';
import { paint } from '../render/shape.ts';
import { type Opened, withEnvironment } from '../with-project.ts';

interface LogsOptions extends CommonOptions {
  readonly lines: number;
  readonly release?: string;
  readonly target?: string;
  readonly follow?: boolean;
}

interface Source {
  readonly target: string;
  readonly ref: ReleaseRef;
  read(lines: number): Promise<readonly string[]>;
}

const LOOK_EVERY_MS = 500;
/** Lines compared between two looks: more than this in between is shown as a gap. */
const WINDOW = 1_000;

async function refsOf(
  opened: Opened,
  wanted: string | undefined,
): Promise<{ id: string; refs: Readonly<Record<string, ReleaseRef | null>> }> {
  const { store } = opened.project.runtime;
  const row = await readEnvironmentRow(store, opened.name);
  if (wanted !== undefined) return chooseRelease(await releasesOf({ store }, opened.name), row, wanted);
  if (row?.live) return { id: row.live.release, refs: row.live.refs };
  throw new Problem('RELEASE_UNKNOWN', `Nothing is live on ${opened.name}`, { next: 'belay releases' });
}

/** An artefact that never became a release is found by its own name as well: what failed has logs too. */
async function sourcesOf(opened: Opened, options: LogsOptions, wanted: string | undefined): Promise<readonly Source[]> {
  const { targets } = opened.environment;
  const names = [...targets.keys()].filter((name) => options.target === undefined || name === options.target);
  if (names.length === 0) {
    const why = `${opened.name} has ${[...targets.keys()].join(', ')}`;
    throw new Problem('USAGE', `There is no target ${options.target}`, {
      why,
      next: `belay logs --env ${opened.name}`,
    });
  }
  const { id, refs } = await refsOf(opened, wanted).catch((error: unknown) => {
    if (wanted === undefined) throw error;
    return { id: wanted, refs: Object.fromEntries(names.map((name) => [name, { id: wanted }])) };
  });
  const sources = names.flatMap((name): Source[] => {
    const { logs } = targets.get(name) ?? ({} as Partial<Target>);
    const ref = refs[name];
    return logs && ref ? [{ target: name, ref, read: async (lines) => logs(ref, lines) }] : [];
  });
  if (sources.length > 0) return sources;
  throw new Problem('RELEASE_UNKNOWN', `No output of ${id} is kept by ${names.join(', ')}`, { next: 'belay releases' });
}

async function follow(
  opened: Opened,
  sources: readonly Source[],
  shown: Map<string, readonly string[]>,
  say: (target: string, line: string) => void,
): Promise<void> {
  const { gently } = opened.project.runtime.stop;
  while (!gently.aborted) {
    await delay(LOOK_EVERY_MS, undefined, { signal: gently }).catch(() => undefined);
    for (const source of sources) {
      const now = await source.read(WINDOW);
      for (const line of newLines(shown.get(source.target) ?? [], now)) say(source.target, line);
      shown.set(source.target, now);
    }
  }
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('logs'))
    .description('What a release printed, newest last.')
    .argument('[release]', 'release, or the artefact of a target (default: what is live)')
    .option('-n, --lines <count>', 'how many lines of each target', wholeNumber, 100)
    .option('--release <id>', 'the same as the argument')
    .option('--target <name>', 'only this target')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nWith --json every line is an object: {"target", "release", "line"}.\n\nExamples:\n  belay logs -n 50\n  belay logs r-4f2c1d9-x1k2v8 --target web --follow',
      ),
    )
    .action((release: string | undefined, options: LogsOptions) =>
      withEnvironment(cli, options, { readOnly: true }, async (opened) => {
        const sources = await sourcesOf(opened, options, release ?? options.release);
        const clean = opened.project.clean;
        const say = (target: string, line: string) => {
          const text = clean(line);
          const id = sources.find((source) => source.target === target)?.ref.id;
          if (options.json) cli.out(JSON.stringify({ target, release: id, line: text }));
          else cli.out(sources.length > 1 ? `${paint(cli, 'gray', target)}  ${text}` : text);
        };
        const shown = new Map<string, readonly string[]>();
        for (const source of sources) {
          const lines = await source.read(Math.max(options.lines, options.follow ? WINDOW : 0));
          for (const line of options.lines === 0 ? [] : lines.slice(-options.lines)) say(source.target, line);
          shown.set(source.target, lines.slice(-WINDOW));
        }
        if (options.follow) await follow(opened, sources, shown, say);
      }),
    );
