/** Runs a daemon for tests without the command line: `node entry.mjs HOME SOCKET_BASE [POLICY]`, built by `daemon-home.ts`. */
import { runDaemon } from '../../../src/daemon/run.ts';
import type { RestartPolicy } from '../../../src/daemon/supervised-process.ts';

const [home, socketBase, policy] = process.argv.slice(2);
if (home === undefined || socketBase === undefined) throw new Error('Give home and socket folder.');
await runDaemon({
  home,
  version: '0.1.0',
  socketBase,
  rotateEveryMs: 200,
  maxLogBytes: 200_000,
  ...(policy ? { policy: JSON.parse(policy) as RestartPolicy } : {}),
});
