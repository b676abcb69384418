/** The summary of a job in GitHub Actions, as Markdown: outcome, what is live, the next command, then what happened. */
import type { JournalEvent } from '../../core/events.ts';
import { formatDuration } from '../../util/duration.ts';
import { describeEvent, type Line } from '../../core/event-words.ts';
import type { Ending } from './outcome.ts';
import { OUTCOME_LOOKS, OUTCOME_WORDS, shape } from './shape.ts';

export interface Story {
  readonly events: readonly JournalEvent[];
  /** Address of the repository, for the link to the commit; null where it is not known. */
  readonly repository: string | null;
  /** Where what is live can be looked at. */
  readonly url: string | null;
  /** Who could not be told. */
  readonly undelivered: string | null;
}

const STYLE = { color: false, unicode: true };
/** More than this is read with `belay show`. */
const MOST_ROWS = 200;

/** Text as it is, whatever it holds: no markup, and no end of the cell. */
export function markdownText(text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return plain
    .replaceAll(/[\\|`*_[\]~#@]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const code = (text: string): string => `<code>${markdownText(text)}</code>`;
/** A command is there to be copied, a sentence to be read. */
const nextOf = (text: string): string => (text.startsWith('belay ') ? code(text) : markdownText(text));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

export function jobSummary(ending: Ending, story: Story): string {
  const mark = shape(STYLE, OUTCOME_LOOKS[ending.outcome]);
  const parts = [
    `### ${mark} ${OUTCOME_WORDS[ending.outcome]}: ${markdownText(ending.what)}`,
    table(['', ''], facts(ending, story)),
    ...steps(story.events),
    ...findings(story.events),
  ];
  return `${parts.join('\n\n')}\n\n`;
}

function facts(ending: Ending, { events, repository, url, undelivered }: Story): string[][] {
  const opened = events.find((event) => event.kind === 'deployment.opened');
  const planned = events.find((event) => event.kind === 'deployment.planned');
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    ['why', ending.reason && markdownText(ending.reason)],
    ['live', markdownText(ending.live) + (url === null ? '' : ` · ${link(url, 'look at it')}`)],
    ['next', nextOf(ending.next)],
    ['commit', opened && commitOf(opened, repository)],
    ['by', opened && markdownText(opened.actor)],
    ['rollback', planned && markdownText(planned.data.plan.rollbackClass)],
    ['not told', undelivered && markdownText(undelivered)],
  ];
  return rows.flatMap(([name, text]) => (text ? [[name, text]] : []));
}

function commitOf({ data }: JournalEvent & { kind: 'deployment.opened' }, repository: string | null): string {
  const { commit, subject } = data.source;
  const name = code(commit.slice(0, 12));
  const linked = repository === null || commit.startsWith('dir-') ? name : link(`${repository}/commit/${commit}`, name);
  return subject ? `${linked} ${markdownText(subject)}` : linked;
}

/** Only a web address, and nothing that could end the attribute. */
function link(address: string, text: string): string {
  if (!URL.canParse(address) || !/^https?:/.test(address)) return text;
  return `<a href="${new URL(address).href.replaceAll('"', '%22').replaceAll('|', '%7C')}">${text}</a>`;
}

function steps(events: readonly JournalEvent[]): string[] {
  const lines = events.flatMap((event) => describeEvent(event) ?? []);
  if (lines.length === 0) return [];
  const left = lines.length > MOST_ROWS ? [['', `${lines.length - MOST_ROWS} more: belay show`, '', '']] : [];
  const rows = lines.slice(0, MOST_ROWS).map(rowOf);
  return ['#### Steps', table(['', 'step', 'what', 'time'], [...rows, ...left]), ...lines.flatMap(outputOf)];
}

const rowOf = ({ look, label, text, ms }: Line): string[] => [
  shape(STYLE, look),
  markdownText(label),
  markdownText(text),
  ms === undefined ? '' : formatDuration(ms),
];

/** The last lines of what failed. */
function outputOf({ label, details = [] }: Line): string[] {
  if (details.length === 0) return [];
  const lines = details.map((line) => markdownText(line)).join('\n');
  return [`<details><summary>${markdownText(label)}: last lines</summary><pre>\n${lines}\n</pre></details>`];
}

function findings(events: readonly JournalEvent[]): string[] {
  const rows = events.flatMap((event) =>
    event.kind === 'gate.checked' && event.data.status !== 'pass'
      ? event.data.findings.map((text) => [markdownText(event.data.check), event.data.status, markdownText(text)])
      : [],
  );
  if (rows.length === 0) return [];
  return ['#### Findings', table(['check', 'verdict', 'finding'], rows.slice(0, MOST_ROWS))];
}
