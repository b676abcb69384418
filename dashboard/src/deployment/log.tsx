/** What the steps printed: thousands of lines, searched, by step, followed while they come. */
import { useMemo, useState } from 'react';
import type { LogLine } from '../../../src/server/api/deployments.ts';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { Failure } from '../components/failure.tsx';
import { Choice, Filters, SearchField } from '../components/filters.tsx';
import { Panel } from '../components/panel.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { count, counted } from '../format.ts';
import { LogLines } from './log-lines.tsx';
import styles from './log.module.css';
import { useLog } from './use-log.ts';

interface LogProps {
  readonly id: string;
  readonly open: boolean;
}

/** Those of a step, those with a text; all when nothing is asked for. */
function useNarrowed(lines: readonly LogLine[]) {
  const [text, setText] = useState('');
  const [step, setStep] = useState('');
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    if (wanted === '' && step === '') return lines;
    return lines.filter((line) => (step === '' || line.step === step) && line.text.toLowerCase().includes(wanted));
  }, [lines, text, step]);
  return { shown, text, setText, step, setStep };
}

export function Log({ id, open }: LogProps) {
  const { lines, missing, loading, error } = useLog(id, open);
  const [following, setFollowing] = useState(open);
  const { shown, text, setText, step, setStep } = useNarrowed(lines);
  const printing = useMemo(() => [...new Set(lines.map((line) => line.step))], [lines]);
  const all = counted(lines.length, 'line');
  const some = lines.length > 0;
  return (
    <Panel
      title="Log"
      flush
      beside={some && (shown === lines ? all : `${count(shown.length)} of ${all}`)}
      actions={open && some && <FollowButton following={following} onFollow={setFollowing} />}
    >
      {error !== null && <Failure error={error} />}
      {loading && <Skeleton rows={4} height={24} />}
      {!some && !loading && error === null && (
        <Empty>{missing ?? (open ? 'Nothing has been printed yet.' : 'Its steps printed nothing.')}</Empty>
      )}
      {some && (
        <div className={styles['log']}>
          <Filters>
            <SearchField label="Search the log" value={text} onChange={setText} />
            <Choice
              name="Step"
              all="All steps"
              value={step}
              onChange={setStep}
              options={printing.map((name) => [name, name] as const)}
            />
          </Filters>
          <LogLines lines={shown} mark={text} following={following} onFollow={setFollowing} />
        </div>
      )}
    </Panel>
  );
}

interface FollowButtonProps {
  readonly following: boolean;
  readonly onFollow: (following: boolean) => void;
}

function FollowButton({ following, onFollow }: FollowButtonProps) {
  return <Button onClick={() => onFollow(!following)}>{following ? 'Stop following' : 'Follow'}</Button>;
}
