/** `belay env diff`: what differs between two environments; values are compared, never shown. */
import { Command } from 'commander';
import { type Difference, diffEnvironments } from '../../project-environment-diff.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { withCommonOptions } from '../options.ts';
import { grid } from '../render/grid.ts';
import { plainText, shape } from '../render/shape.ts';
import { withProject } from '../with-project.ts';

interface DiffOptions extends CommonOptions {
  readonly all?: boolean;
}

const COLUMNS = [
  { title: 'area' },
  { title: 'target' },
  { title: 'item', shrinks: true },
  { title: 'result' },
  { title: '', shrinks: true },
] as const;

function resultOf({ result }: Difference, a: string, b: string): string {
  return result.replace('only in A', `only in ${a}`).replace('only in B', `only in ${b}`);
}

/** What each has, where that is no value of a variable. */
function noteOf({ area, result, a, b, why }: Difference): string {
  if (why !== undefined) return why;
  return ['release', 'regions'].includes(area) && result === 'differs' ? `${a} → ${b}` : '';
}

function print(cli: Cli, [a, b]: readonly [string, string], all: readonly Difference[], everything: boolean): void {
  const shown = everything ? all : all.filter(({ result }) => result !== 'same');
  const same = all.length - all.filter(({ result }) => result !== 'same').length;
  const unsure = all.filter(({ result }) => result === 'cannot tell').length;
  const differ = all.length - same - unsure;
  const words = [`${differ} differ`, `${same} the same`, ...(unsure > 0 ? [`${unsure} cannot be told`] : [])];
  cli.out(
    plainText(cli, `${shape(cli, differ + unsure > 0 ? 'waiting' : 'live')} ${a} and ${b}: ${words.join(' · ')}`),
  );
  const rows = shown.map((one) => [one.area, one.target ?? '', one.item, resultOf(one, a, b), noteOf(one)]);
  if (rows.length > 0) for (const line of grid(cli, COLUMNS, rows, cli.columns)) cli.out(line);
  cli.out(`  next  belay promote ${a} ${b}`);
}

const HELP = `
Compared are the live commits, and per target the variables (by a hash under a key that lives for this run alone), the schema of the live release, the modules of functions, and regions. A variable whose value the platform shows nobody, and a half that cannot be asked, is "cannot tell". Exits with 0 whatever differs.

Examples:
  belay env diff staging production
  belay env diff staging production --json`;

export function diffCommand(cli: Cli): Command {
  return withCommonOptions(new Command('diff'))
    .description('what differs between two: variables, schema, functions, regions, releases')
    .argument('<a>', 'environment')
    .argument('<b>', 'environment')
    .option('--all', 'show also what is the same')
    .addHelpText('after', helpText(cli, HELP))
    .action((a: string, b: string, options: DiffOptions) =>
      withProject(cli, options, { readOnly: true }, async (project, renderer) => {
        const differences = await diffEnvironments(project, a, b);
        renderer.end();
        if (options.json) return cli.out(JSON.stringify({ a, b, differences }));
        print(cli, [a, b], differences, options.all ?? false);
      }),
    );
}
