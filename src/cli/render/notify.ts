/** How channels stand, on the terminal. */
import type { ChannelReport, EnvironmentReport, Tested } from '../../project-notifications.ts';
import { formatDuration } from '../../util/duration.ts';
import type { Cli } from '../cli.ts';
import { clip, grid } from './grid.ts';
import { plainText, shape } from './shape.ts';
import { since } from './since.ts';

export function printTested(cli: Cli, tested: readonly Tested[]): void {
  const rows = tested.map((one) => [
    shape(cli, one.accepted ? 'live' : 'needs-you'),
    one.channel,
    one.type,
    answer(one),
  ]);
  const columns = [{ title: '' }, { title: 'channel' }, { title: 'type' }, { title: 'answer' }] as const;
  cli.out(grid(cli, columns, rows, 1_000).join('\n'));
  const failed = tested.filter(({ accepted }) => !accepted);
  if (failed.length > 0) cli.out(`  next  belay notify test ${failed[0]?.channel}   once it is put right`);
}

/** A yes is what the receiver has said; whether anybody sees it, it does not say. */
function answer({ accepted, onlyLooked, receiver, reason }: Tested): string {
  if (!accepted) return `refused: ${reason ?? 'no reason given'}`;
  return onlyLooked ? `would be accepted by ${receiver} (nothing was sent)` : `accepted by ${receiver}`;
}

export function printChannels(cli: Cli, reports: readonly ChannelReport[]): void {
  if (reports.length === 0)
    return cli.out('Nobody is told: the configuration names no channel.\n  next  belay config explain notify.channels');
  for (const report of reports) printChannel(cli, report);
  const lost = reports.find(({ environments }) => environments.some((one) => one.undeliverable.length > 0));
  const next = lost ? `belay notify retry ${lost.name}` : 'belay notify test';
  cli.out(`  next  ${next}`);
}

function printChannel(cli: Cli, report: ChannelReport): void {
  const { name, type, unavailable, environments } = report;
  const look = type === null ? 'none' : unavailable || environments.some(isBad) ? 'needs-you' : 'live';
  cli.out(plainText(cli, `${shape(cli, look)} ${name}  ${type ?? 'no longer configured'} · ${hears(report)}`));
  if (unavailable) cli.out(`  cannot be told from here: ${unavailable}`);
  for (const one of environments) {
    cli.out(plainText(cli, `  ${one.environment}: ${tallies(one).join(' · ')}`));
    for (const { id, news, count, due, reason } of one.waiting) {
      const held = unavailable ? 'for whoever can tell it' : `until ${due}`;
      const why = reason ? `${reason}; again at ${due}` : held;
      cli.out(plainText(cli, clip(cli, `    waits  ${times(news, count)}  ${id}  ${why}`, cli.columns * 2)));
    }
    for (const { id, news, count, reason } of one.undeliverable)
      cli.out(plainText(cli, clip(cli, `    given up  ${times(news, count)}  ${id}  ${reason}`, cli.columns * 2)));
  }
}

const isBad = ({ undeliverable, waiting }: EnvironmentReport): boolean =>
  undeliverable.length > 0 || waiting.some(({ reason }) => reason !== null);

const times = (news: string, count: number): string => (count > 1 ? `${news} (${count} times)` : news);

function tallies({ cursor, sent, waiting, undeliverable, forgotten }: EnvironmentReport): readonly string[] {
  const last = sent.lastAt ? `, last ${since(sent.lastAt)}` : '';
  const lost = undeliverable.length + forgotten;
  return [
    `${sent.count} sent${last}`,
    `${waiting.length} waiting`,
    ...(lost > 0 ? [`${lost} undeliverable`] : []),
    `looked at up to event ${cursor}`,
  ];
}

/** A longer list is the default. */
const MANY = 12;

const clock = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');

/** The rules of a channel in a few words. */
function hears({ routes }: ChannelReport): string {
  const all = routes.map(({ environments, news, severity, quiet, groupMs }) => {
    const some = news && news.length < MANY ? news.join(', ') : null;
    const least = severity === 'info' ? 'everything' : `${severity} and above`;
    const what = some && severity !== 'info' ? `${some} (${least})` : (some ?? least);
    const where = environments?.join(', ') ?? 'anywhere';
    const how = [
      quiet ? `quiet ${clock(quiet.from)} to ${clock(quiet.to)} ${quiet.zone}` : '',
      groupMs > 0 ? `grouped for ${formatDuration(groupMs)}` : '',
    ].filter(Boolean);
    return `${what} of ${where}${how.length > 0 ? ` (${how.join(', ')})` : ''}`;
  });
  return all.length === 0 ? 'hears nothing' : `hears ${all.join('; ')}`;
}
