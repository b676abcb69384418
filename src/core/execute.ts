/** Does what `next` decides until the deployment has ended. The same loop deploys, undoes and recovers. */
import { close, commit, raiseAttention, readBackAndRollBack } from './conclude.ts';
import { answerRequests, interruption, turnBack } from './interrupt.ts';
import { next } from './next.ts';
import { runGroup } from './perform.ts';
import type { Session } from './session.ts';
import type { Outcome } from './state.ts';
import { lookAt, throwIfStoppedNow } from './uncertain.ts';
import { undoStep } from './undo.ts';

/** @throws Problem when this process must stop before the deployment has ended; whoever takes the lease next goes on. */
export async function execute(session: Session): Promise<Outcome> {
  for (;;) {
    throwIfStoppedNow(session);
    await answerRequests(session);
    const action = interruption(session) ?? next(session.state);
    switch (action.do) {
      case 'run':
        await runGroup(session, action.steps);
        break;
      case 'look':
        await lookAt(session, action.steps);
        break;
      case 'turn-back':
        await turnBack(session, action.reason);
        break;
      case 'undo':
        await undoStep(session, action.step);
        break;
      case 'commit':
        await commit(session);
        break;
      case 'roll-back':
        await readBackAndRollBack(session);
        break;
      case 'attend':
        await raiseAttention(session, action.reason);
        break;
      case 'close':
        await close(session);
        break;
      case 'end':
        await session.append();
        return action.outcome;
    }
  }
}
