/** Proving the chains while the pages stay quick: walked in the background, one at a time, progress told. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { verifyEnvironment } from '../../core/audit.ts';
import { describeError } from '../../core/errors.ts';
import type { Chains } from '../api/record.ts';
import type { ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import { environmentNames } from './environments.ts';

type Chain = Chains['chains'][number];
type Found = Pick<Chain, 'verdict' | 'checked' | 'at' | 'fault'>;

/** Small enough that whoever asks for a page meanwhile does not notice. */
const PAGE = 500;
const UNSEEN: Found = { verdict: null, checked: 0, at: null, fault: null };

export interface ChainBoard {
  read(): Promise<Chains>;
  /** Returns at once; `read` tells how far it is. */
  verify(environment: string | undefined): Promise<Chains>;
}

export function createChainBoard(parts: ServerParts, changed: () => void): ChainBoard {
  const { store, clock } = parts;
  const found = new Map<string, Found>();
  let turn: Promise<void> = Promise.resolve();

  async function read(): Promise<Chains> {
    const names = await environmentNames(parts);
    const chains = names.map(async (environment): Promise<Chain> => {
      const { n, hash } = await store.head(environment);
      return { environment, events: n, head: hash, ...(found.get(environment) ?? UNSEEN) };
    });
    return { chains: await Promise.all(chains) };
  }

  async function walk(environment: string): Promise<void> {
    const at = clock.wall().toISOString();
    try {
      const onPage = async (checked: number): Promise<void> => {
        found.set(environment, { verdict: 'running', checked, at, fault: null });
        await nextTurn();
      };
      const { events, fault } = await verifyEnvironment(store, environment, { page: PAGE, onPage });
      found.set(environment, {
        verdict: fault ? 'broken' : 'whole',
        checked: events,
        at,
        fault: fault && `event ${fault.n}: ${fault.what}`,
      });
    } catch (error) {
      found.set(environment, { ...UNSEEN, at, fault: `cannot tell: ${describeError(error)}` });
    }
    changed();
  }

  return {
    read,
    async verify(environment) {
      const known = await environmentNames(parts);
      if (environment !== undefined && !known.includes(environment)) {
        throw new Refusal(404, 'ENVIRONMENT_UNKNOWN', `There is no environment ${environment}`);
      }
      for (const name of environment === undefined ? known : [environment]) {
        if (found.get(name)?.verdict === 'running') continue;
        found.set(name, { verdict: 'running', checked: 0, at: clock.wall().toISOString(), fault: null });
        turn = turn.then(() => walk(name));
      }
      return read();
    },
  };
}
