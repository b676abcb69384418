/** The releases that ran before: one of them is gone back to. */
import type { RollbackPreview } from '../../../src/server/api/rollback.ts';
import { Ago } from '../components/ago.tsx';
import { Empty } from '../components/empty.tsx';
import styles from './candidates.module.css';

interface CandidatesProps {
  readonly preview: RollbackPreview;
  readonly onChoose: (release: string) => void;
}

export function Candidates({ preview: { candidates, to, environment }, onChoose }: CandidatesProps) {
  if (candidates.length === 0) {
    return (
      <Empty next={`belay history --env ${environment}`}>Nothing ran here before that could be gone back to.</Empty>
    );
  }
  return (
    <fieldset className={styles['candidates']}>
      <legend>Go back to</legend>
      {candidates.map((candidate) => (
        <label key={candidate.release}>
          <input
            type="radio"
            name="release"
            value={candidate.release}
            checked={candidate.release === to?.release}
            onChange={() => onChoose(candidate.release)}
          />
          <code>{candidate.commit.short}</code>
          <span className={styles['subject']}>{candidate.commit.subject ?? candidate.release}</span>
          <span className={styles['when']}>
            {candidate.kept ? (
              <>
                live <Ago at={candidate.at} />
              </>
            ) : (
              'pruned'
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
