/** What going back would do: where to, item by item what returns and what stays, the steps. */
import type { RollbackPreview } from '../../../src/server/api/rollback.ts';
import { Badge } from '../components/badge.tsx';
import { CommitLink } from '../components/commit-link.tsx';
import { counted, roughly, stepName } from '../format.ts';
import { CLASS_WORDS, type State } from '../states.ts';
import { Candidates } from './candidates.tsx';
import styles from './preview.module.css';

type Item = RollbackPreview['items'][number];

const HOW: Readonly<Record<Item['how'], State>> = {
  returns: { shape: 'arrow', tone: 'violet', word: 'returns' },
  stays: { shape: 'dash', tone: 'grey', word: 'stays' },
  asks: { shape: 'ring', tone: 'amber', word: 'asks you' },
  unknown: { shape: 'ring', tone: 'amber', word: 'cannot tell' },
};

interface PreviewProps {
  readonly preview: RollbackPreview;
  readonly onChoose: (release: string) => void;
}

export function Preview({ preview, onChoose }: PreviewProps) {
  const { from, items, steps, rollbackClass, expectedMs } = preview;
  return (
    <>
      {from !== null && (
        <div>
          <h3 className={styles['name']}>Live now</h3>
          <CommitLink commit={from.commit} />
        </div>
      )}
      <Candidates preview={preview} onChoose={onChoose} />
      {items.length > 0 && <Items items={items} />}
      {rollbackClass !== null && (
        <p>
          <strong>{rollbackClass}</strong>{' '}
          <span className="quiet">{preview.rollbackReason ?? CLASS_WORDS[rollbackClass]}</span>
        </p>
      )}
      {steps.length > 0 && (
        <details>
          <summary className={styles['plan']}>
            The plan: {counted(steps.length, 'step')}
            {expectedMs !== null && `, about ${roughly(expectedMs)}`}
          </summary>
          <ol className={styles['steps']}>
            {steps.map((step) => (
              <li key={step.id}>{stepName(step)}</li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Items({ items }: { readonly items: readonly Item[] }) {
  return (
    <div>
      <h3 className={styles['name']}>What returns, and what stays</h3>
      <ul className={styles['items']}>
        {items.map((item) => (
          <li key={item.what}>
            <Badge state={HOW[item.how]} />
            <span>
              <strong>{item.what}</strong> <span className="quiet">{item.detail}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
