/** What each environment needs: its secrets, its source, its protected data, nothing left behind. */
import { Problem } from '../../core/errors.ts';
import { lookWithin } from '../../core/observe.ts';
import { short } from '../../core/release.ts';
import { readEnvironmentRow } from '../../core/status.ts';
import { type Project, requireEnvironment } from '../../project.ts';
import { sourceOf } from '../../project-source.ts';
import { formatBytes } from '../../util/bytes.ts';
import { fail, type Finding, look, notChecked, pass, warn } from './finding.ts';

export async function lookAtSource(project: Project, name: string): Promise<readonly Finding[]> {
  return look(`source ${name}`, async () => {
    const source = await sourceOf(project.runtime.exec, project.config, requireEnvironment(project.config, name));
    const text = `commit ${short(source.commit)}${source.branch ? ` of ${source.branch}` : ''}`;
    if (!source.uncommitted) return pass(`source ${name}`, text);
    return warn(
      `source ${name}`,
      `${text}; ${source.uncommitted} uncommitted changes would not be shipped`,
      'git status',
    );
  });
}

/** True when everything the environment refers to has a value: without it the rest cannot be looked at. */
export function lookAtSecrets(project: Project, name: string): Finding {
  try {
    project.loaded.requireSecrets(name);
    return pass(`secrets ${name}`, 'every secret it refers to is set');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return fail(`secrets ${name}`, [error.message, ...error.details].join(' · '), error.next ?? null);
  }
}

export async function lookAtRecord(project: Project, name: string): Promise<readonly Finding[]> {
  const what = `state ${name}`;
  return look(what, async () => {
    const row = await readEnvironmentRow(project.runtime.store, name);
    const lease = await project.runtime.store.leases.read(name);
    const held = lease?.holder && project.runtime.isAlive(lease.holder) !== false;
    if (row?.attention) {
      const { state, reason, deployment } = row.attention;
      return fail(
        what,
        `${deployment} ${state === 'paused' ? 'is paused' : 'needs a person'}: ${reason}`,
        `belay show ${deployment}`,
      );
    }
    if (row?.open && !held) return warn(what, `${row.open} was left unfinished`, `belay recover --env ${name}`);
    if (held) return warn(what, `locked by ${lease.holder.user}`, `belay lock status --env ${name}`);
    return pass(what, row?.live ? `${row.live.release} is live by the record` : 'nothing deployed yet');
  });
}

export async function lookAtData(project: Project, name: string): Promise<readonly Finding[]> {
  const environment = await project.environment(name);
  const findings = [...environment.targets].map(([target, { data }]) => {
    const what = `data ${name}/${target}`;
    if (!data) return Promise.resolve([]);
    return look(what, async () => {
      const { needed, free } = await lookWithin(project.runtime, environment, target, (ctx) => data.room(ctx), {
        at: 'data',
      });
      const text = `${data.what}: a snapshot needs ${formatBytes(needed)}, ${formatBytes(free)} are free`;
      return free < needed ? fail(what, text, 'belay snapshot prune') : pass(what, text);
    });
  });
  return (await Promise.all(findings)).flat();
}

export function lookAtChecks(project: Project, name: string): Finding {
  const { checks } = requireEnvironment(project.config, name);
  const count = checks.reduce(
    (sum, one) =>
      sum +
      one.http.length +
      one.commands.length +
      one.criticalFunctions.length +
      one.criticalQueries.length +
      one.sql.length,
    0,
  );
  if (count === 0)
    return notChecked(
      `checks ${name}`,
      'none configured: only the probe of each target decides',
      'add `checks: health.yml`',
    );
  return pass(`checks ${name}`, `${count} configured; belay check runs them`);
}
