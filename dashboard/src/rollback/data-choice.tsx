/** What becomes of protected data: it stays, unless the person chooses what putting it back would cost. */
import { useEffect } from 'react';
import type { RollbackBody, RollbackPreview } from '../../../src/server/api/rollback.ts';
import { Ago } from '../components/ago.tsx';
import { count } from '../format.ts';
import styles from './data-choice.module.css';

export interface DataWish {
  readonly data: RollbackBody['data'];
  /** Writes that may be lost, as the person saw them. */
  readonly loseWrites: number;
  /** False: restoring was chosen, and its price not accepted yet. */
  readonly agreed: boolean;
}

const KEEP: DataWish = { data: 'keep', loseWrites: 0, agreed: true };
const NOTHING_TO_ASK: DataWish = { data: 'ask', loseWrites: 0, agreed: true };

interface DataChoiceProps {
  readonly snapshots: RollbackPreview['snapshots'];
  readonly wish: DataWish;
  readonly onChange: (wish: DataWish) => void;
}

export function DataChoice({ snapshots, wish, onChange }: DataChoiceProps) {
  const present = snapshots.length > 0;
  useEffect(() => {
    onChange(present ? KEEP : NOTHING_TO_ASK);
  }, [present, onChange]);
  if (!present) return null;
  const lost = snapshots.reduce((sum, snapshot) => sum + (snapshot.writesSince ?? 0), 0);
  const uncounted = snapshots.some((snapshot) => snapshot.writesSince === null);
  const restore = { data: 'restore', loseWrites: lost, agreed: lost === 0 && !uncounted } as const;
  return (
    <fieldset className={styles['data']}>
      <legend>Data</legend>
      <label>
        <input type="radio" name="data" checked={wish.data !== 'restore'} onChange={() => onChange(KEEP)} />
        <span>Keep it as it is now</span>
      </label>
      <label>
        <input type="radio" name="data" checked={wish.data === 'restore'} onChange={() => onChange(restore)} />
        <span>
          Put it back as it was
          {snapshots.map((snapshot) => (
            <SnapshotLine key={snapshot.id} snapshot={snapshot} />
          ))}
        </span>
      </label>
      {wish.data === 'restore' && (lost > 0 || uncounted) && (
        <label className={styles['price']}>
          <input
            type="checkbox"
            checked={wish.agreed}
            onChange={(event) => onChange({ ...wish, agreed: event.target.checked })}
          />
          <span>
            {uncounted
              ? 'Lose everything that was written since the snapshot'
              : `Lose ${count(lost)} ${snapshots[0]?.unit ?? 'writes'} written since the snapshot`}
          </span>
        </label>
      )}
    </fieldset>
  );
}

function SnapshotLine({ snapshot }: { readonly snapshot: RollbackPreview['snapshots'][number] }) {
  const { target, at, verifiedAt, writesSince, unit } = snapshot;
  return (
    <span className={styles['snapshot']}>
      {target}: snapshot <Ago at={at} />, {verifiedAt === null ? 'not verified' : 'verified'},{' '}
      {writesSince === null
        ? 'what was written since cannot be counted'
        : `${count(writesSince)} ${unit ?? 'writes'} written since`}
    </span>
  );
}
