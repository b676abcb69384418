/** One look at a release on its own port: the process first, as a dead one needs no waiting, then an HTTP answer. */
import { existsSync } from 'node:fs';
import { get } from 'node:http';
import type { ReleaseRef } from '../../core/release.ts';
import type { ProcessState } from '../../daemon/protocol.ts';
import { formatDuration } from '../../util/duration.ts';
import type { Exec } from '../../util/exec.ts';
import type { Probe, TargetContext } from '../target.ts';
import type { LocalProbe, LocalSetup } from './options.ts';
import { releaseFolder, requireRecord } from './release-folder.ts';
import { processOf, supervised } from './supervised.ts';

const LOG_LINES = 5;
const TAIL_LIMIT_MS = 5_000;

export async function probeRelease(ctx: TargetContext, setup: LocalSetup, release: ReleaseRef): Promise<Probe> {
  const record = requireRecord(setup.home, release);
  const { state } = await supervised(setup);
  const process = processOf(state, release.id);
  if (process?.state === 'running') return askOnce(ctx, process.port, record.probe);
  if (process?.state === 'stopping') return { healthy: false, reason: 'the process is being stopped' };
  const reason = process ? describeEnd(process) : 'the process was not started';
  const lines = process ? await lastLines(ctx.exec, releaseFolder(setup.home, release.id).appLog, LOG_LINES) : [];
  return {
    healthy: false,
    final: true,
    reason: lines.length === 0 ? reason : `${reason}; last output: ${lines.join(' | ')}`,
  };
}

function describeEnd(process: ProcessState): string {
  const { lastExit } = process;
  const how = lastExit?.signal
    ? `was ended by ${lastExit.signal}`
    : `exited with ${lastExit?.code ?? 'an unknown code'}`;
  if (process.state === 'stopped') return lastExit ? `the process ${how}` : 'the process was stopped';
  return process.state === 'crash-loop' ? `the process ${how} again and again` : `the process ${how}`;
}

/** Not `fetch`: it refuses some ports by their number. Redirects are answers. */
function statusOf(url: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'close', 'user-agent': 'belay-probe' };
    const request = get(url, { agent: false, headers, signal }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on('error', reject);
  });
}

async function askOnce(ctx: TargetContext, port: number, probe: LocalProbe): Promise<Probe> {
  const url = `http://127.0.0.1:${port}`;
  const limit = AbortSignal.timeout(probe.limitMs);
  try {
    const status = await statusOf(`${url}${probe.path}`, AbortSignal.any([ctx.signal, limit]));
    const [low, high] = probe.expect;
    if (status >= low && status <= high) return { healthy: true, url };
    return { healthy: false, url, reason: `GET ${probe.path} answered ${status}, not ${low} to ${high}` };
  } catch (error) {
    const late = `GET ${probe.path} got no answer within ${formatDuration(probe.limitMs)}`;
    return { healthy: false, url, reason: limit.aborted ? late : refusal(error as NodeJS.ErrnoException, port) };
  }
}

function refusal(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'ECONNREFUSED') return `nothing listens on 127.0.0.1:${port} (the port is given in PORT) yet`;
  return `no answer on 127.0.0.1:${port}: ${error.message}`;
}

/** The last lines of a file, redacted by the executor; none when it is not there. */
export async function lastLines(exec: Exec, file: string, lines: number): Promise<readonly string[]> {
  if (!existsSync(file)) return [];
  const result = await exec(['tail', '-n', String(lines), file], { limitMs: TAIL_LIMIT_MS });
  return result.stdout.split('\n').filter((line) => line !== '');
}
