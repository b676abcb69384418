/** One deployment: its outcome first, then step by step how it came to it. Live while it goes on. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { DeploymentDetail } from '../../../src/server/api/deployments.ts';
import { ApiError } from '../api.ts';
import { Badge } from '../components/badge.tsx';
import { CommitLink } from '../components/commit-link.tsx';
import { Empty } from '../components/empty.tsx';
import { Failure } from '../components/failure.tsx';
import { Page } from '../components/page.tsx';
import { Panel } from '../components/panel.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Actions } from '../deployment/actions.tsx';
import { DeploymentFacts } from '../deployment/deployment-facts.tsx';
import { Gates } from '../deployment/gates.tsx';
import { Log } from '../deployment/log.tsx';
import { Moments } from '../deployment/moments.tsx';
import { Outcome } from '../deployment/outcome.tsx';
import { Timeline } from '../deployment/timeline.tsx';
import styles from './deployment.module.css';
import { deploymentQuery } from '../queries.ts';
import { outcomeState } from '../states.ts';

const Analysis = lazy(async () => ({ default: (await import('../deployment/analysis.tsx')).Analysis }));

const TITLES: Readonly<Record<DeploymentDetail['summary']['kind'], string>> = {
  deploy: 'Deployment of',
  rollback: 'Rollback to',
  promote: 'Promotion of',
  restore: 'Restore at',
};

export function DeploymentPage({ id }: { readonly id: string }) {
  const query = useQuery(deploymentQuery(id));
  if (query.data === undefined) {
    const unknown = query.error instanceof ApiError && query.error.status === 404;
    return (
      <Page title={`Deployment ${id}`}>
        {unknown && <Empty next="belay history">The record knows no deployment of this name.</Empty>}
        {!unknown && query.error !== null && <Failure error={query.error} retry={() => void query.refetch()} />}
        {query.error === null && <Skeleton rows={10} />}
      </Page>
    );
  }
  return <Shown detail={query.data} />;
}

function Shown({ detail }: { readonly detail: DeploymentDetail }) {
  const { summary } = detail;
  const state = outcomeState(summary.outcome);
  const title = `${TITLES[summary.kind]} ${summary.commit.short} · ${summary.environment}`;
  return (
    <Page
      title={title}
      tab={`${state.word}: ${summary.commit.short} · ${summary.environment}`}
      beside={<Badge state={state} strong />}
      below={<CommitLink commit={summary.commit} />}
      actions={<Actions detail={detail} />}
    >
      <Outcome detail={detail} />
      <Panel title="Facts" hidden>
        <DeploymentFacts detail={detail} />
      </Panel>
      {detail.measurements.length > 0 && (
        <Suspense
          fallback={
            <Panel title="Traffic">
              <Skeleton rows={3} height={106} />
            </Panel>
          }
        >
          <Analysis measurements={detail.measurements} />
        </Suspense>
      )}
      <div className={styles['columns']} data-beside={detail.gates.length + detail.moments.length > 0}>
        <Timeline detail={detail} />
        <div>
          <Gates gates={detail.gates} />
          <Moments moments={detail.moments} />
        </div>
      </div>
      <Log id={summary.id} open={summary.endedAt === null} />
    </Page>
  );
}
