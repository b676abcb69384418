/** What is live now, and what comes next: the first two things that somebody asks who opens a deployment. */
import type { DeploymentDetail } from '../../../src/server/api/deployments.ts';
import { Command } from '../components/command.tsx';
import { Elapsed } from '../components/ago.tsx';
import { Progress } from '../components/progress.tsx';
import { useMoment } from '../components/use-now.ts';
import { counted, roughly, stepName } from '../format.ts';
import { outcomeState } from '../states.ts';
import styles from './outcome.module.css';

export function Outcome({ detail }: { readonly detail: DeploymentDetail }) {
  const { summary } = detail;
  if (summary.outcome === null) return <Underway detail={detail} />;
  const failed = detail.steps.find((step) => step.error !== null);
  const undone = detail.steps.filter((step) => step.phase === 'undone').length;
  return (
    <section className={styles['outcome']} data-tone={outcomeState(summary.outcome).tone} aria-label="Outcome">
      {summary.reason !== null && <p className={styles['reason']}>{summary.reason}</p>}
      {failed?.error != null && summary.reason?.includes(failed.error.message) !== true && (
        <p>
          {stepName(failed)}: {failed.error.message}
        </p>
      )}
      <p>
        <span className="quiet">live now:</span> {detail.live}
        {undone > 0 && ` · ${counted(undone, 'step')} undone`}
      </p>
      <p className={styles['next']}>
        <span className="quiet">next:</span> <Command text={detail.next} />
      </p>
    </section>
  );
}

function Underway({ detail }: { readonly detail: DeploymentDetail }) {
  const { steps, summary, expectedMs } = detail;
  const settled = steps.filter(({ phase }) => phase === 'done' || phase === 'absent').length;
  const undone = steps.filter(({ phase }) => phase === 'undone').length;
  const back = detail.direction === 'backward';
  const left = useMoment((now) => {
    const ms = expectedMs === null ? 0 : expectedMs - (now - Date.parse(summary.openedAt));
    return ms > 0 && !back ? `about ${roughly(ms)} left` : '';
  });
  return (
    <section className={styles['outcome']} data-tone="blue" aria-label="Progress">
      <p className={styles['line']}>
        <strong>
          {back
            ? `Going back: ${counted(undone, 'step')} undone`
            : `${settled} of ${counted(steps.length, 'step')} done`}
        </strong>
        <span>
          <Elapsed from={summary.openedAt} to={null} />
          {left !== '' && <span className="quiet"> · {left}</span>}
        </span>
      </p>
      <Progress done={settled} total={steps.length} label="Steps done" />
      <p className={styles['live']}>
        <span className="quiet">live now:</span> {detail.live}
      </p>
    </section>
  );
}
