/** The schema in force, relaxed for as long as documents of another time are put back. */
import { isProblem, Problem } from '../../core/errors.ts';
import { isRelaxed, type PushRequest, releaseOf, withoutValidation } from '../../platforms/convex/push-request.ts';
import type { TargetContext } from '../target.ts';
import { readPush } from './kept-releases.ts';
import type { ConvexSetup } from './options.ts';
import { push } from './push.ts';

type Context = Pick<TargetContext, 'signal' | 'say'>;

export function validationOf(setup: ConvexSetup): {
  off(ctx: Context): Promise<void>;
  isOff(ctx: Context): Promise<boolean>;
  on(ctx: Context): Promise<boolean>;
} {
  const pushed = async (ctx: Context, change: (request: PushRequest) => PushRequest): Promise<void> => {
    const client = await setup.client();
    await push({ ...ctx, deployment: 'restore' }, client, change(await livePush(setup, ctx.signal)));
  };
  return {
    off: (ctx) => pushed(ctx, withoutValidation),
    isOff: async (ctx) => isRelaxed(await (await setup.client()).modules(ctx.signal)),
    async on(ctx) {
      try {
        await pushed(ctx, (request) => request);
        return true;
      } catch (error) {
        if (isProblem(error, 'DATA_FAILED')) return false;
        throw error;
      }
    },
  };
}

async function livePush(setup: ConvexSetup, signal: AbortSignal): Promise<PushRequest> {
  const client = await setup.client();
  const live = releaseOf(await client.modules(signal));
  const request = live === null ? null : await readPush(setup, live);
  if (request) return request;
  throw new Problem('DATA_FAILED', 'The schema in force refuses the documents, and cannot be relaxed', {
    why: live === null ? 'nothing is live' : `${live} was not put there by Belay, or is not kept`,
    next: 'belay rollback --restore-data',
  });
}
