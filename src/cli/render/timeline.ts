/** A deployment after the fact: each event as a line with its time, steps that never ran included. */
import type { JournalEvent } from '../../core/events.ts';
import type { DeploymentState } from '../../core/state.ts';
import { describeEvent } from '../../core/event-words.ts';
import { layoutLine } from './layout.ts';
import { paint, type Style } from './shape.ts';

const STAMP = 9;

/** Local time of day, to the second. */
const timeOf = (iso: string): string => new Date(iso).toTimeString().slice(0, 8);

function eventLines(style: Style, event: JournalEvent, columns: number): string[] {
  const described = describeEvent(event);
  if (!described) return [];
  const findings = event.kind === 'gate.checked' ? event.data.findings : [];
  const lines = layoutLine(style, described, columns - STAMP).split('\n');
  return [
    ...lines.map((line, at) => (at === 0 ? `${timeOf(event.at)} ${line}` : ' '.repeat(STAMP) + line)),
    ...findings.filter((one) => one !== described.text).map((one) => `${' '.repeat(STAMP + 15)}${one}`),
  ];
}

/** Steps of the plan that have no event of their own, in words. */
function neverRan(style: Style, state: DeploymentState, columns: number): string[] {
  if (state.outcome === null) return [];
  const skipped = (state.plan?.steps ?? []).filter((step) => !state.steps.has(step.id));
  return skipped.map((step) => {
    const text = `${step.target ? `${step.target}  ` : ''}did not run`;
    const line = layoutLine(style, { look: 'none', label: step.kind, text }, columns - STAMP);
    return paint(style, 'gray', ' '.repeat(STAMP) + line);
  });
}

export function timeline(
  style: Style & { readonly columns: number },
  state: DeploymentState,
  events: readonly JournalEvent[],
): string[] {
  const lines = events.flatMap((event) => eventLines(style, event, style.columns));
  return [...lines, ...neverRan(style, state, style.columns)];
}
