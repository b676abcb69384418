/** Who runs HAProxy: we do, or somebody else does and has loaded our file beside its own. */
import { existsSync } from 'node:fs';
import { Problem } from '../../core/errors.ts';
import { proxiesOf } from './configuration.ts';
import { tell } from './control-socket.ts';
import type { ForeignHaproxy, HaproxyPaths } from './options.ts';
import type { HaproxyProgram } from './program.ts';

export interface HaproxyHost {
  /** Whether one runs already that carries our proxies; from then on it is ours to drive. */
  adopt(): Promise<boolean>;
  /** @throws Problem TARGET_FAILED with what HAProxy says, TOOL_MISSING */
  start(): Promise<void>;
  /** Puts the configuration on disk in force without losing a connection. @throws Problem TARGET_FAILED */
  reload(): Promise<void>;
  isUp(): boolean;
  /** Whether it is ours to bring back when it is not up. */
  readonly restarts: boolean;
  /** Lets it finish what it has and end. When this resolves its port is free, and its socket is silent. */
  finish(): Promise<void>;
  /** Waits at most so long until it has ended. */
  ended(limitMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Changes nothing but its own file: whoever runs this HAProxy loads it. */
export function createForeignHost(
  foreign: ForeignHaproxy,
  { name, paths, program }: { name: string; paths: HaproxyPaths; program: HaproxyProgram },
): HaproxyHost {
  const knowsUs = async () =>
    (await tell(foreign.socket, `show stat ${proxiesOf(name).front} 1 -1`)).includes(',FRONTEND,');
  return {
    adopt: knowsUs,
    async start() {
      await program.check(...foreign.configs, paths.config);
      if (await knowsUs()) return;
      throw notLoaded(`HAProxy does not know ${name} yet`, foreign, paths);
    },
    async reload() {
      await program.check(...foreign.configs, paths.config);
      throw notLoaded(`HAProxy has an older configuration of ${name}`, foreign, paths);
    },
    isUp: () => existsSync(foreign.socket),
    restarts: false,
    finish: () => Promise.resolve(),
    ended: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}

function notLoaded(message: string, foreign: ForeignHaproxy, paths: HaproxyPaths): Problem {
  const files = [...foreign.configs, paths.config].map((file) => `-f ${file}`).join(' ');
  return new Problem('TARGET_UNREACHABLE', message, {
    why: `It must be reloaded with ${files}; belay does not reload what is not its own.`,
    next: 'systemctl reload haproxy',
    retry: 'after-change',
  });
}
