/** The way back, before it is taken: where to, what returns and what stays, what it costs, and why. */
import type { FormEvent } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded } from '../components/loaded.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { mayOperate, usePerson } from '../shell/person.ts';
import { DataChoice } from './data-choice.tsx';
import { Objections } from './objections.tsx';
import { Preview } from './preview.tsx';
import styles from './rollback-dialog.module.css';
import { useRollback } from './use-rollback.ts';

interface RollbackDialogProps {
  readonly environment: string;
  /** Release id; null: the one that is proposed. */
  readonly to: string | null;
  readonly onChoose: (to: string) => void;
  readonly onClose: () => void;
}

export function RollbackDialog({ environment, to, onChoose, onClose }: RollbackDialogProps) {
  const person = usePerson();
  const rollback = useRollback(environment, to, onClose);
  const { query } = rollback;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rollback.begin();
  };
  const foot = (
    <>
      <Button onClick={onClose}>Leave it as it is</Button>
      {mayOperate(person) && (
        <Button type="submit" form="rollback" look="danger" disabled={!rollback.ready}>
          {rollback.starting ? 'Taking the lock …' : (query.data?.button ?? `Roll back ${environment}`)}
        </Button>
      )}
    </>
  );
  return (
    <Dialog title={`Roll back ${environment}`} onClose={onClose} foot={foot}>
      <Loaded query={query} rows={8}>
        {(preview) => (
          <form id="rollback" className={styles['form']} onSubmit={submit} aria-busy={query.isPlaceholderData}>
            <Objections objections={preview.objections} />
            <Preview preview={preview} onChoose={onChoose} />
            <DataChoice snapshots={preview.snapshots} wish={rollback.wish} onChange={rollback.setWish} />
            {mayOperate(person) ? (
              <ReasonField value={rollback.reason} onChange={rollback.setReason} />
            ) : (
              <p role="note">{`You are signed in as ${person.role}: you may look, an operator may roll back.`}</p>
            )}
            {rollback.error !== null && (
              <Failure error={rollback.error} retry={rollback.lookAgain} retryWord="Look again" />
            )}
          </form>
        )}
      </Loaded>
    </Dialog>
  );
}
