/** Metrics for people: the figures, what takes how long, what got slower, and what to look at again. */
import type { Figure, Metrics, Review } from '../../metrics/metrics.ts';
import { formatDuration } from '../../util/duration.ts';
import type { Cli } from '../cli.ts';
import { facts } from './facts.ts';
import { type Column, grid } from './grid.ts';
import { wrap } from './layout.ts';
import { type Look, paint, plainText, shape } from './shape.ts';

const DAYS_A_WEEK = 7;

const seconds = (value: number): string => formatDuration(value * 1_000);

function share(value: number): string {
  const percent = value * 100;
  return `${percent === 0 || percent === 100 ? percent : percent.toFixed(1)} %`;
}

/** "3.2 a week", "≥ 14 min", "4.2 %"; a dash where it is unknown. */
export function figureText({ value, unit, atLeast }: Pick<Figure, 'value' | 'unit' | 'atLeast'>): string {
  if (value === null) return '–';
  const least = atLeast ? '≥ ' : '';
  if (unit === 's') return least + seconds(value);
  if (unit === 'share') return least + share(value);
  return value >= 1 ? `${value.toFixed(1)} a day` : `${(value * DAYS_A_WEEK).toFixed(1)} a week`;
}

function countText({ value, unit, n, count, quantiles, caveats }: Figure): string {
  if (value === null) return n === 0 ? 'nothing to measure' : `unknown: ${caveats[0] ?? ''}`;
  if (unit === 'share') return `${count} of ${n}`;
  const spread = quantiles ? ` · p95 ${seconds(quantiles.p95)}` : '';
  return `n = ${n}${spread}`;
}

const FIGURE_COLUMNS: readonly Column[] = [
  { title: 'figure' },
  { title: 'value', right: true },
  { title: 'of what', shrinks: true },
];

function figuresOf({ successRate, pipelineFailureRate, duration, dora }: Metrics): readonly Figure[] {
  const { deploymentFrequency, changeLeadTime, changeFailRate, recoveryTime, reworkRate } = dora;
  return [
    successRate,
    pipelineFailureRate,
    duration,
    deploymentFrequency,
    changeLeadTime,
    changeFailRate,
    recoveryTime,
    reworkRate,
  ];
}

const DURATION_COLUMNS: readonly Column[] = [
  { title: 'step' },
  { title: 'target' },
  { title: 'n', right: true },
  { title: 'median', right: true },
  { title: 'p75', right: true },
  { title: 'p95', right: true },
  { title: 'latest', right: true },
];

/** Faster than this, nobody waits: `--json` has them all. */
const WORTH_A_LINE = 0.05;

function durationRows(durations: Metrics['durations']): readonly (readonly string[])[] {
  const shown = durations.filter(({ step, p95 }) => step === 'total' || p95 >= WORTH_A_LINE);
  return shown.map((row) => [
    `${row.way === 'rollback' ? 'rollback: ' : ''}${row.stage === null ? row.step : `${row.step} ${row.stage + 1}`}`,
    row.target ?? '',
    String(row.n),
    seconds(row.median),
    seconds(row.p75),
    seconds(row.p95),
    seconds(row.latest),
  ]);
}

function durationSections(cli: Cli, { durations }: Metrics): void {
  for (const environment of new Set(durations.map((row) => row.environment))) {
    const rows = durationRows(durations.filter((row) => row.environment === environment));
    section(cli, `Durations on ${environment}`, grid(cli, DURATION_COLUMNS, rows, cli.columns));
  }
}

const REVIEW_LOOKS: Readonly<Record<Review['state'], Look>> = { due: 'waiting', fine: 'live', 'not-checked': 'none' };
const REVIEW_WORDS: Readonly<Record<Review['state'], string>> = {
  due: 'look at it',
  fine: 'fine',
  'not-checked': 'not checked',
};
const REVIEW_NAMES: Readonly<Record<Review['key'], string>> = {
  teamSize: 'team',
  deploysPerWeek: 'deploys',
  users: 'users',
  failureRate: 'failures',
  recovery: 'recovery',
};

function section(cli: Cli, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  cli.out(`\n${paint(cli, 'bold', plainText(cli, title))}`);
  cli.out(lines.join('\n'));
}

/** A line under a mark, wrapped behind it. */
function marked(cli: Cli, text: string): readonly string[] {
  const [first = '', ...rest] = wrap(plainText(cli, text), Math.min(cli.columns, 100) - 4);
  return [`  ${shape(cli, 'waiting')} ${first}`, ...rest.map((line) => `    ${line}`)];
}

function reviewLines(cli: Cli, reviews: readonly Review[]): readonly string[] {
  return reviews.flatMap(({ key, state, why, practice }) =>
    facts(
      cli,
      [
        [REVIEW_NAMES[key], `${REVIEW_WORDS[state]}: ${why}`],
        ['', state === 'due' ? practice : null],
      ],
      shape(cli, REVIEW_LOOKS[state]),
    ),
  );
}

/** Two lines: names of environments may be long. */
function heading({ environment, since, until, totals }: Metrics): readonly string[] {
  const { deployments, byKind, automaticRollbacks } = totals;
  const back = byKind.rollback + byKind.restore;
  const which = environment ?? 'all environments';
  return [
    `${which}, ${since.slice(0, 10)} to ${until.slice(0, 10)}`,
    `  ${deployments} deployments, ${back} of them back (${automaticRollbacks} by a trigger)`,
  ];
}

export function printMetrics(cli: Cli, metrics: Metrics): void {
  const { totals, dora, regressions, reviews } = metrics;
  if (totals.deployments === 0)
    return cli.out('Nothing was deployed in this time.\n  next  belay metrics --since 365d, or belay deploy');
  for (const line of heading(metrics)) cli.out(plainText(cli, line));
  const rows = figuresOf(metrics).map((figure) => [figure.title, figureText(figure), countText(figure)]);
  section(
    cli,
    `Figures${dora.environment ? ` (DORA: ${dora.environment})` : ''}`,
    grid(cli, FIGURE_COLUMNS, rows, cli.columns),
  );
  durationSections(cli, metrics);
  section(
    cli,
    'Got slower',
    regressions.flatMap(({ text }) => marked(cli, text)),
  );
  section(cli, 'Worth a look', reviewLines(cli, reviews));
  cli.out('  next  belay metrics --explain');
}

/** How each figure is counted, what to keep in mind, and what it is made of. */
export function explainMetrics(cli: Cli, metrics: Metrics): void {
  for (const figure of figuresOf(metrics)) {
    cli.out(
      `\n${paint(cli, 'bold', figure.title)}  ${plainText(cli, `${figureText(figure)}  (${countText(figure)})`)}`,
    );
    const lines: [string, string][] = [
      ['counted', figure.definition],
      ...figure.caveats.map((caveat): [string, string] => ['but', caveat]),
    ];
    cli.out(facts(cli, lines).join('\n'));
    const rows = figure.list
      .slice(0, 5)
      .map((item) => [
        item.deployment,
        item.environment,
        item.at.slice(0, 16).replace('T', ' '),
        item.commit,
        figure.unit === 's' ? `${item.atLeast ? '≥ ' : ''}${seconds(item.value)}` : '',
        item.note ?? '',
      ]);
    if (rows.length > 0) cli.out(grid(cli, LIST_COLUMNS, rows, cli.columns).join('\n'));
    if (figure.listed > rows.length) cli.out(`  and ${figure.listed - rows.length} more: belay metrics --json`);
  }
}

const LIST_COLUMNS: readonly Column[] = [
  { title: 'deployment' },
  { title: 'where', shrinks: true },
  { title: 'when (UTC)' },
  { title: 'commit' },
  { title: 'took', right: true },
  { title: 'why', shrinks: true },
];
