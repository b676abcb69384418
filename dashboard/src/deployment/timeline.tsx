/** The steps in their order: what each did, how long it took, what it left, what was undone. */
import type { DeploymentDetail, TimelineStep } from '../../../src/server/api/deployments.ts';
import { Ago, Elapsed } from '../components/ago.tsx';
import { Empty } from '../components/empty.tsx';
import { Panel } from '../components/panel.tsx';
import { Shape } from '../components/shape.tsx';
import { counted, duration, stepName } from '../format.ts';
import { stepState } from '../states.ts';
import styles from './timeline.module.css';

export function Timeline({ detail }: { readonly detail: DeploymentDetail }) {
  const { steps } = detail;
  return (
    <Panel title="Steps" beside={<span>{counted(steps.length, 'step')}</span>} flush>
      {steps.length === 0 ? (
        <Empty>
          {detail.summary.endedAt === null ? 'The plan is being made.' : 'It ended before a plan was made.'}
        </Empty>
      ) : (
        <ol className={styles['steps']}>
          {steps.map((step, at) => (
            <Step
              key={step.id}
              step={step}
              ended={detail.summary.endedAt !== null}
              first={step.after && steps[at - 1]?.after === false}
            />
          ))}
        </ol>
      )}
    </Panel>
  );
}

interface StepProps {
  readonly step: TimelineStep;
  /** Nothing comes any more. */
  readonly ended: boolean;
  /** Of those behind the commit. */
  readonly first: boolean;
}

function Step({ step, ended, first }: StepProps) {
  const state = stepState(step.phase, ended);
  return (
    <>
      {first && <li className={styles['commit']}>committed: from here on the way is forward</li>}
      <li className={styles['step']} data-phase={step.phase}>
        <Shape name={state.shape} tone={state.tone} />
        <div className={styles['words']}>
          <p>
            <span className={styles['title']}>{stepName(step)}</span>
            <span className="quiet">
              {' '}
              {state.word}
              {step.attempts > 1 && ` · ${counted(step.attempts, 'attempt')}`}
            </span>
          </p>
          {step.note !== null && <p className={styles['note']}>{step.note}</p>}
          {step.error !== null && <StepError error={step.error} />}
          {step.undo !== null && (
            <p className={styles['undo']}>
              <Shape name="arrow" tone="violet" />
              <span>
                undone <Ago at={step.undo.at} />
                {step.undo.ms !== null && ` in ${duration(step.undo.ms)}`}
                {step.undo.note !== null && `: ${step.undo.note}`}
              </span>
            </p>
          )}
        </div>
        <span className={styles['took']}>
          {step.ms !== null && duration(step.ms)}
          {step.ms === null && step.phase === 'intended' && step.startedAt !== null && (
            <Elapsed from={step.startedAt} to={null} />
          )}
        </span>
      </li>
    </>
  );
}

function StepError({ error }: { readonly error: NonNullable<TimelineStep['error']> }) {
  // What the message says already is not said twice.
  const details = error.details.filter((line) => !error.message.includes(line.trim()));
  return (
    <div className={styles['error']}>
      <p>{error.message}</p>
      {details.length > 0 && <pre tabIndex={0}>{details.join('\n')}</pre>}
    </div>
  );
}
