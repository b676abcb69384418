/** `belay metrics`: how deploying has gone, and what of it should be looked at; also for Prometheus and for OpenTelemetry. */
import { Command } from 'commander';
import type { TraceAddress } from '../../config/environment.ts';
import { Problem } from '../../core/errors.ts';
import { findDeployment } from '../../core/history.ts';
import type { DeploymentRow } from '../../core/views.ts';
import { exposition } from '../../metrics/prometheus.ts';
import { exposedEnvironments, readCommits, readMetricsIndex } from '../../project-metrics.ts';
import type { ProjectRecord } from '../../project-record.ts';
import { sendTrace } from '../../project-traces.ts';
import type { BuildCommand, Cli, CommonOptions } from '../cli.ts';
import { helpText } from '../help-text.ts';
import { momentOption, parseMoment } from '../moment.ts';
import { withCommonOptions } from '../options.ts';
import { explainMetrics, printMetrics } from '../render/metrics.ts';
import { environmentsMeant, withRecord } from '../with-record.ts';

interface MetricsOptions extends CommonOptions {
  readonly since?: string;
  readonly explain?: boolean;
  readonly prometheus?: boolean;
  readonly otlp?: string | true;
  readonly deployment?: string;
}

const DEFAULT_PERIOD = '90d';

/** The one that was named; null: all of them. */
async function environmentNamed(cli: Cli, options: MetricsOptions, record: ProjectRecord): Promise<string | null> {
  if (!(options.env ?? cli.env.environment)) return null;
  const [named = null] = await environmentsMeant(cli, options, record);
  return named;
}

async function tell(cli: Cli, options: MetricsOptions, record: ProjectRecord): Promise<void> {
  const environment = await environmentNamed(cli, options, record);
  const until = new Date().toISOString();
  const since = options.since ?? parseMoment(DEFAULT_PERIOD) ?? until;
  const [index, commits] = await Promise.all([
    readMetricsIndex(record.store, { environment, since }),
    readCommits(record.directory),
  ]);
  const known = commits.size > 0 ? { commits } : {};
  const metrics = index.metrics({ environment, since, until, review: record.review, ...known });
  if (options.json) cli.out(JSON.stringify(metrics));
  else if (options.explain) explainMetrics(cli, metrics);
  else printMetrics(cli, metrics);
}

/** Counters count from the beginning of the journal: what Prometheus wants to see is that they only rise. */
async function expose(cli: Cli, { store }: ProjectRecord): Promise<void> {
  const [index, environments] = await Promise.all([
    readMetricsIndex(store, { environment: null, since: '' }),
    exposedEnvironments(store),
  ]);
  cli.out(exposition({ version: cli.version, index, environments, undelivered: null }).trimEnd());
}

/** @throws Problem USAGE without an address, or with one that is none */
function addressOf(cli: Cli, written: string | true): TraceAddress {
  const next = 'belay metrics --otlp http://localhost:4318';
  if (written === true) {
    if (cli.env.traces) return cli.env.traces;
    throw new Problem('USAGE', 'Where is the collector?', { why: 'OTEL_EXPORTER_OTLP_ENDPOINT is not set', next });
  }
  if (!URL.canParse(written) || !/^https?:$/.test(new URL(written).protocol))
    throw new Problem('USAGE', `${written} is not an address`, { why: 'expected http:// or https://', next });
  const { pathname } = new URL(written);
  const url = pathname === '/' ? `${written.replace(/\/$/, '')}/v1/traces` : written;
  return { url, headers: cli.env.traceHeaders };
}

async function latest({ store }: ProjectRecord, environment: string | null): Promise<DeploymentRow> {
  const [row] = await store.view('deployments', { limit: 1, ...(environment === null ? {} : { environment }) });
  if (row) return row.row as DeploymentRow;
  throw new Problem('DEPLOYMENT_UNKNOWN', 'Nothing was deployed yet', { next: 'belay deploy' });
}

async function trace(cli: Cli, options: MetricsOptions, record: ProjectRecord, written: string | true): Promise<void> {
  const address = addressOf(cli, written);
  const row =
    options.deployment === undefined
      ? await latest(record, await environmentNamed(cli, options, record))
      : await findDeployment(record.store, options.deployment);
  await sendTrace(record.store, address, row.id);
  const { origin, pathname } = new URL(address.url);
  if (options.json) cli.out(JSON.stringify({ deployment: row.id, sentTo: `${origin}${pathname}` }));
  else cli.out(`The trace of ${row.id} (${row.environment}) was sent to ${origin}${pathname}.`);
}

export const command: BuildCommand = (cli) =>
  withCommonOptions(new Command('metrics'))
    .description('How deploying has gone: durations, success, the DORA keys, what got slower, what to look at again.')
    .option(
      '--since <time>',
      'only what was opened since then: 2026-11-21, an ISO time, or an age such as 30d (default: 90d)',
      momentOption,
    )
    .option('--explain', 'say how each figure is counted, and list what is behind it')
    .option('--prometheus', 'print everything in the text format of Prometheus instead')
    .option(
      '--otlp [address]',
      'send the trace of a deployment to this OpenTelemetry collector instead (default: OTEL_EXPORTER_OTLP_ENDPOINT)',
    )
    .option('--deployment <id>', 'with --otlp: this one instead of the latest')
    .addHelpText(
      'after',
      helpText(
        cli,
        '\nExamples:\n  belay metrics --env production --since 30d\n  belay metrics --explain\n' +
          '  belay metrics --prometheus > /var/lib/node_exporter/belay.prom\n  belay metrics --otlp http://localhost:4318',
      ),
    )
    .action((options: MetricsOptions) =>
      withRecord(cli, options, async (record) => {
        if (options.otlp !== undefined) return trace(cli, options, record, options.otlp);
        return options.prometheus ? expose(cli, record) : tell(cli, options, record);
      }),
    );
