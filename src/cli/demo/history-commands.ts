/** What the team of a demo types: ship, go back, settle what was left. Each is one command of its own, as in reality. */
import { deploy, type DeployResult } from '../../core/deploy.ts';
import { isProblem } from '../../core/errors.ts';
import type { DeploymentKind } from '../../core/events.ts';
import { environmentRow, recoverOpen, requireOpenEnvironment, withSession } from '../../core/open.ts';
import { recover, type Verdict } from '../../core/recover.ts';
import { rollBack } from '../../core/rollback.ts';
import type { DemoFault, DemoWorld } from '../../project-demo.ts';
import type { Chance } from './chance.ts';
import type { DatedCommit } from './history-repository.ts';
import type { PaceAt } from './history-times.ts';

const REASONS = [
  'orders without a payment appear in the log',
  'the basket is empty after signing in',
  'support sees wrong totals',
] as const;

export interface Shipping {
  readonly environment: string;
  readonly actor: string;
  readonly fault?: DemoFault | null;
  readonly acceptDrift?: boolean;
}

export interface Commands {
  /** Null where it ended in a problem that the record tells of. */
  ship(kind: DeploymentKind, commit: DatedCommit, by: Shipping): Promise<DeployResult | null>;
  goBack(environment: string): Promise<void>;
  settle(environment: string, verdict: Verdict, reason: string): Promise<void>;
}

/** A problem that a person would read and go home with; it is in the record. */
async function told<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isProblem(error)) return null;
    throw error;
  }
}

export function createCommands(world: DemoWorld, chance: Chance, paceAt: PaceAt): Commands {
  const act = (environment: string, actor: string, fault: DemoFault | null = null) =>
    world.act({ environment, actor, fault, pace: paceAt(chance, environment, world.clock.now()) });
  return {
    async ship(kind, { source }, { environment: name, actor, fault = null, acceptDrift = false }) {
      const { runtime, environment } = act(name, actor, fault);
      const reason = kind === 'promote' ? 'promoted from staging' : null;
      const gates = { acceptDrift, despiteFreeze: null, acceptSchema: null };
      return told(deploy(runtime, environment, { kind, source, reason, ...gates }));
    },
    async goBack(name) {
      const { runtime, environment } = act(name, chance.pick(['mia', 'tom']));
      const request = { to: null, reason: chance.pick(REASONS), data: 'unless-written', loseWrites: 0 } as const;
      const going = withSession(runtime, environment, async (session) => {
        await recoverOpen(session);
        requireOpenEnvironment(await environmentRow(runtime, name), name);
        return rollBack(session, request);
      });
      await told(going);
    },
    async settle(name, verdict, reason) {
      const { runtime, environment } = act(name, 'mia');
      await told(recover(runtime, environment, verdict, reason));
    },
  };
}
