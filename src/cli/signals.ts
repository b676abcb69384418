/** Ctrl-C: once, finish the step or undo; twice, stop now and leave the rest to `belay recover` (G17). */
import { EXIT } from '../core/errors.ts';
import type { StopSignal } from '../core/runtime.ts';
import type { Cli } from './cli.ts';

/** npm and shells may pass one Ctrl-C on twice. */
const SAME_PRESS_MS = 500;
/** After the second signal: how long we wait for the journal to be left in order. */
const LAST_WORDS_MS = 2_000;

export interface Signals extends StopSignal {
  dispose(): void;
}

const GENTLY = 'Stopping: this step is finished or undone first. Press again to stop at once.';

/** `words` are said at the first press; null for commands that only look. */
export function listenForSignals(cli: Cli, words: string | null = GENTLY): Signals {
  const gently = new AbortController();
  const now = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (!gently.signal.aborted) {
      first = performance.now();
      gently.abort();
      if (words !== null) cli.err(words);
    } else if (performance.now() - first > SAME_PRESS_MS && !now.signal.aborted) {
      now.abort();
      cli.err('Stopped at once. `belay recover` goes on from here.');
      setTimeout(() => process.exit(EXIT.interrupted), LAST_WORDS_MS).unref();
    }
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    gently: gently.signal,
    now: now.signal,
    dispose: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
