/** Reasons not to begin. Nothing has been changed yet; a refusal is recorded with what was found. */
import { formatBytes } from '../util/bytes.ts';
import { canaryObjection } from './canary-gate.ts';
import { Problem } from './errors.ts';
import type { CheckStatus } from './events.ts';
import type { Drift, Observed } from './observe.ts';
import { lookWithin } from './observe.ts';
import { short } from './release.ts';
import { findingLines, type SchemaInspection, schemaObjection } from './schema-gate.ts';
import type { Session } from './session.ts';
import { unheldData } from './unheld.ts';
import type { EnvironmentRow } from './views.ts';

export interface GateRequest {
  readonly acceptDrift: boolean;
  /** Why a commit that was taken back is tried again. */
  readonly despiteFreeze: string | null;
  /** Why a change of the schema that breaks, or that nobody can tell about, ships all the same. */
  readonly acceptSchema: string | null;
}

/** What is judged: what was found on the targets, and in the schemas. */
export interface Judged extends Observed {
  readonly schema: SchemaInspection | null;
}

interface Gate {
  readonly check: string;
  readonly status: CheckStatus;
  readonly summary: string;
  readonly findings: readonly string[];
  readonly problem: Problem | null;
}

function frozen(session: Session, row: EnvironmentRow | null, request: GateRequest): Gate | null {
  const { commit } = session.state.source;
  const freeze = row?.frozen.find((one) => one.commit === commit);
  if (!freeze || session.state.kind === 'rollback' || session.state.kind === 'restore') return null;
  const summary = `commit ${short(commit)} was taken back on ${freeze.at}: ${freeze.reason}`;
  if (request.despiteFreeze !== null) return { check: 'freeze', status: 'warn', summary, findings: [], problem: null };
  const problem = new Problem('ENVIRONMENT_FROZEN', `${row?.environment} is frozen for commit ${short(commit)}`, {
    why: freeze.reason,
    next: 'deploy a new commit, or: belay deploy --despite-freeze "why it is fine now"',
  });
  return { check: 'freeze', status: 'fail', summary, findings: [], problem };
}

function drifted(drift: readonly Drift[], request: GateRequest): Gate | null {
  if (drift.length === 0) return null;
  const findings = drift.map(
    (one) => `${one.target}: ${one.saw ?? 'nothing'} is live, the record says ${one.expected ?? 'nothing'}`,
  );
  const summary = 'what is live differs from the record';
  if (request.acceptDrift) return { check: 'drift', status: 'warn', summary, findings, problem: null };
  const problem = new Problem('DRIFT', 'Something was changed behind our back', {
    why: findings.join('; '),
    next: 'see what happened, then: belay deploy --accept-drift',
    details: findings,
  });
  return { check: 'drift', status: 'fail', summary, findings, problem };
}

function unheld(session: Session, { targets }: Observed): Gate | null {
  const problem = session.state.plan && unheldData(session.state.plan, targets);
  if (!problem) return null;
  return { check: 'hold', status: 'fail', summary: problem.message, findings: problem.details, problem };
}

async function canary({ runtime, environment, state }: Session, { targets }: Observed): Promise<Gate | null> {
  const problem = state.plan && (await canaryObjection(runtime, environment, state.plan, targets));
  return (
    problem && { check: 'canary', status: 'fail', summary: problem.message, findings: [problem.why ?? ''], problem }
  );
}

/** What was compared is on record when it passes, too. */
function schema({ schema: inspection }: Judged, { acceptSchema }: GateRequest): Gate | null {
  if (!inspection) return null;
  const { summary, findings } = inspection;
  const problem = schemaObjection(inspection);
  const seen = { check: 'schema', summary, findings: findings.flatMap(findingLines) };
  if (!problem) return { ...seen, status: 'pass', problem };
  if (acceptSchema !== null) {
    return { ...seen, status: 'warn', findings: [...seen.findings, `accepted: ${acceptSchema}`], problem: null };
  }
  const breaking = findings.some(({ level }) => level === 'breaking');
  return { ...seen, status: breaking ? 'fail' : 'inconclusive', problem };
}

async function room(session: Session): Promise<Gate | null> {
  const { runtime, environment, fence } = session;
  for (const [name, { data }] of environment.targets) {
    if (!data) continue;
    const { needed, free } = await lookWithin(runtime, environment, name, (ctx) => data.room(ctx), {
      fence,
      at: 'data',
    });
    if (free >= needed) continue;
    const summary = `a snapshot of ${data.what} needs ${formatBytes(needed)}, ${formatBytes(free)} are free`;
    const problem = new Problem('NO_ROOM', `There is no room for the snapshot of ${name}`, {
      why: summary,
      next: 'belay snapshot prune',
    });
    return { check: 'room', status: 'fail', summary, findings: [], problem };
  }
  return null;
}

/** Records what was found; returns the reason to refuse, or null. */
export async function passGates(
  session: Session,
  row: EnvironmentRow | null,
  observed: Judged,
  request: GateRequest,
): Promise<Problem | null> {
  const { drift } = observed;
  const gates = [
    frozen(session, row, request),
    drifted(drift, request),
    unheld(session, observed),
    await canary(session, observed),
    schema(observed, request),
    await room(session),
  ].filter((gate) => gate !== null);
  for (const { check, status, summary, findings } of gates) {
    session.defer(session.event('gate.checked', { check, status, summary, findings }));
  }
  const refusal = gates.find((gate) => gate.problem !== null)?.problem ?? null;
  if (refusal) {
    session.defer(session.event('deployment.refused', { reason: refusal.why ?? refusal.message }));
    return refusal;
  }
  for (const one of drift) session.defer(session.event('drift.found', { ...one, accepted: true }));
  if (request.despiteFreeze !== null) {
    const thaw = { commit: session.state.source.commit, reason: request.despiteFreeze };
    session.defer(session.event('environment.thawed', thaw));
  }
  return null;
}
