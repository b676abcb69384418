/** The chain of each environment: how long, where its head is, and whether somebody who walked it found it whole. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Chains } from '../../../src/server/api/record.ts';
import { post } from '../api.ts';
import { Ago } from '../components/ago.tsx';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Copy } from '../components/copy.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Panel } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import { count, counted } from '../format.ts';
import { chainsQuery, overviewQuery } from '../queries.ts';
import { mayOperate, usePerson } from '../shell/person.ts';
import type { State } from '../states.ts';
import styles from './chains.module.css';

type Chain = Chains['chains'][number];

const VERDICTS: Readonly<Record<NonNullable<Chain['verdict']>, State>> = {
  whole: { shape: 'circle', tone: 'green', word: 'complete and unchanged' },
  broken: { shape: 'triangle', tone: 'red', word: 'broken' },
  running: { shape: 'half', tone: 'blue', word: 'being walked' },
};
const UNKNOWN: State = { shape: 'dash', tone: 'grey', word: 'not checked' };

/** Up to here a row of chains.module.css has two lines: what is loading is as tall as what comes. */
const WIDE_PX = 900;

export function ChainPanel() {
  const client = useQueryClient();
  const person = usePerson();
  const query = useQuery(chainsQuery);
  const verify = useMutation({
    mutationFn: () => post<Chains>('/audit/verify'),
    onSuccess: (chains) => client.setQueryData(chainsQuery.queryKey, chains),
  });
  const environments = useQuery(overviewQuery).data?.environments.length ?? 1;
  const running = query.data?.chains.some((chain) => chain.verdict === 'running') === true;
  return (
    <Panel
      title="Chain of the record"
      flush
      actions={
        mayOperate(person) && (
          <Button onClick={() => verify.mutate()} disabled={running || verify.isPending}>
            {running ? 'Walking …' : 'Verify'}
          </Button>
        )
      }
    >
      {verify.error !== null && <Failure error={verify.error} />}
      <Loaded query={query} rows={environments} rowHeight={window.innerWidth > WIDE_PX ? 37 : 57}>
        {(data) => (
          <ul className={styles['chains']}>
            {data.chains.map((chain) => (
              <Row key={chain.environment} chain={chain} />
            ))}
            {data.chains.length === 0 && <li className="quiet">Nothing has been recorded yet.</li>}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}

function Row({ chain }: { readonly chain: Chain }) {
  return (
    <li>
      <strong>{chain.environment}</strong>
      <span>{counted(chain.events, 'event')}</span>
      <span>
        head{' '}
        <Copy text={chain.head} what="hash of the head">
          <code>{chain.head.slice(0, 7)}</code>
        </Copy>
      </span>
      <Badge state={chain.verdict === null ? UNKNOWN : VERDICTS[chain.verdict]} />
      <span className={styles['said']}>
        {chain.verdict === 'running' && (
          <Progress
            done={chain.checked}
            total={chain.events}
            label={`${count(chain.checked)} of ${count(chain.events)} events`}
          />
        )}
        {chain.fault !== null && chain.fault}
        {chain.verdict === 'whole' && chain.at !== null && (
          <span className="quiet">
            walked <Ago at={chain.at} />
          </span>
        )}
      </span>
    </li>
  );
}
