/** What a canary of the demo was judged on, and how: from the record of its deployment. */
import { describeReports } from '../../core/canary-words.ts';
import type { EventData, JournalEvent } from '../../core/events.ts';
import type { Told } from './record.ts';
import { belay, type Stage } from './stage.ts';

export interface Judged {
  /** In words: shown to be good, worse and by how much, or inconclusive. */
  readonly verdict: string;
  /** That the verdict rests on. */
  readonly canaryRequests: number;
}

const UNJUDGED: Judged = { verdict: 'not judged: there was nothing to compare it with', canaryRequests: 0 };

function lastMeasured(events: readonly JournalEvent[]): EventData['analysis.measured'] | null {
  const last = events.findLast((event) => event.kind === 'analysis.measured');
  return last?.kind === 'analysis.measured' ? last.data : null;
}

export async function judgementOf(stage: Stage, deployment: Told): Promise<Told & Judged> {
  const shown = await belay(stage, ['show', deployment.id, '--json'], 'nothing');
  const { events } = JSON.parse(shown.stdout) as { events: readonly JournalEvent[] };
  const reports = lastMeasured(events)?.sources.map(({ report }) => report) ?? [];
  if (reports.length === 0) return { ...deployment, ...UNJUDGED };
  const unshown = deployment.outcome === 'committed' && reports.some(({ verdict }) => verdict !== 'promote');
  const words = describeReports(reports).join('; ');
  return {
    ...deployment,
    verdict: unshown ? `${words}; it went live because nothing spoke against it` : words,
    canaryRequests: reports.reduce((sum, { canary }) => sum + canary.requests, 0),
  };
}
