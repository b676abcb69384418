/** Who is told, whether it arrives, and what did not. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Channels } from '../../../src/server/api/record.ts';
import { post } from '../api.ts';
import { Ago } from '../components/ago.tsx';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Empty } from '../components/empty.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Panel } from '../components/panel.tsx';
import { counted } from '../format.ts';
import { channelsQuery } from '../queries.ts';
import { mayOperate, usePerson } from '../shell/person.ts';
import type { State } from '../states.ts';
import styles from './channels.module.css';

type Channel = Channels['channels'][number];

const STATES: Readonly<Record<Channel['state'], State>> = {
  delivering: { shape: 'circle', tone: 'green', word: 'delivering' },
  waiting: { shape: 'ring', tone: 'amber', word: 'waiting' },
  failing: { shape: 'triangle', tone: 'red', word: 'failing' },
};

export function ChannelPanel() {
  const query = useQuery(channelsQuery);
  return (
    <Panel title="Notifications" flush>
      <Loaded query={query} rows={2}>
        {({ channels }) =>
          channels.length === 0 ? (
            <Empty next="belay notify test">Nobody is told of deployments: no channel is configured.</Empty>
          ) : (
            <ul className={styles['channels']}>
              {channels.map((channel) => (
                <Row key={channel.name} channel={channel} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Row({ channel }: { readonly channel: Channel }) {
  const client = useQueryClient();
  const person = usePerson();
  const retry = useMutation({
    mutationFn: () => post<Channels>(`/channels/${encodeURIComponent(channel.name)}/retry`),
    onSuccess: (channels) => client.setQueryData(channelsQuery.queryKey, channels),
  });
  return (
    <li>
      <div className={styles['head']}>
        <strong>{channel.name}</strong>
        <span className="quiet">{channel.kind}</span>
        <Badge state={STATES[channel.state]} />
        <span className="quiet">
          {channel.lastDeliveredAt === null ? (
            'nothing delivered yet'
          ) : (
            <>
              last delivered <Ago at={channel.lastDeliveredAt} />
            </>
          )}
          {channel.waiting > 0 && ` · ${counted(channel.waiting, 'message')} waiting`}
        </span>
        {channel.undelivered.length > 0 && mayOperate(person) && (
          <Button onClick={() => retry.mutate()} disabled={retry.isPending}>
            Deliver again
          </Button>
        )}
      </div>
      {channel.lastError !== null && <p className={styles['error']}>{channel.lastError}</p>}
      {retry.error !== null && <Failure error={retry.error} />}
      {channel.undelivered.map((message) => (
        <p key={message.id}>
          not delivered: {message.what} <span className="quiet">{message.why}, </span>
          <Ago at={message.since} />
        </p>
      ))}
    </li>
  );
}
