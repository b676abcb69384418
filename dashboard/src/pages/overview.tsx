/** What is live, what is happening, what needs a person: the first questions, without scrolling. */
import { useQuery } from '@tanstack/react-query';
import type { Overview } from '../../../src/server/api/overview.ts';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { counted } from '../format.ts';
import { AttentionList } from '../environment/attention.tsx';
import { EnvironmentPanel } from '../environment/environment.tsx';
import { overviewQuery } from '../queries.ts';

export function OverviewPage() {
  const query = useQuery(overviewQuery);
  return (
    <Page title="Overview" tab={tabOf(query.data)} below={query.data === undefined ? ' ' : summaryOf(query.data)}>
      <Loaded query={query} rows={3} rowHeight={180}>
        {(overview) => (
          <>
            {overview.attention.length > 0 && <AttentionList items={overview.attention} />}
            {overview.environments.length === 0 && <Empty next="belay deploy">Nothing has been deployed yet.</Empty>}
            {overview.environments.map((card) => (
              <EnvironmentPanel key={card.name} card={card} readOnly={overview.readOnly !== null} />
            ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** What needs a person stands first in the tab, where it is seen from another one. */
function tabOf(overview: Overview | undefined): string {
  const urgent = overview?.attention.length ?? 0;
  const name = overview?.app ?? 'Overview';
  return urgent === 0 ? name : `(${urgent}) ${name}`;
}

function summaryOf({ environments, readOnly, store }: Overview): string {
  const running = environments.filter((card) => card.running !== null).length;
  const parts = [
    counted(environments.length, 'environment'),
    running === 0 ? 'nothing is being deployed' : `${counted(running, 'deployment')} in progress`,
    `record in ${store}`,
  ];
  return readOnly === null ? parts.join(' · ') : [...parts, `read-only: ${readOnly}`].join(' · ');
}
