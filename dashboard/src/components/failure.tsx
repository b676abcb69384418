/** What failed, why, and what comes next, as the server told it. */
import { ApiError } from '../api.ts';
import { Button } from './button.tsx';
import { Command } from './command.tsx';
import styles from './failure.module.css';
import { Shape } from './shape.tsx';

interface FailureProps {
  readonly error: Error;
  readonly retry?: () => void;
  readonly retryWord?: string;
}

export function Failure({ error, retry, retryWord = 'Try again' }: FailureProps) {
  const problem = error instanceof ApiError ? error.problem : null;
  return (
    <div className={styles['failure']} role="alert">
      <Shape name="triangle" tone="red" />
      <div className={styles['words']}>
        <p className={styles['what']}>{problem?.message ?? error.message}</p>
        {problem?.why != null && <p>{problem.why}</p>}
        {problem !== null && problem.details.length > 0 && (
          <ul>
            {problem.details.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        {problem?.next != null && <Command text={problem.next} />}
        {retry !== undefined && <Button onClick={retry}>{retryWord}</Button>}
      </div>
    </div>
  );
}
