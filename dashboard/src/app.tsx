/** Which page an address is. The first page comes with the application, the others when they are asked for. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { ApiError } from './api.ts';
import { Boundary } from './components/boundary.tsx';
import { Failure } from './components/failure.tsx';
import { Skeleton } from './components/skeleton.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { meQuery } from './queries.ts';
import { Shell } from './shell/shell.tsx';

const DeploymentsPage = lazy(async () => ({ default: (await import('./pages/deployments.tsx')).DeploymentsPage }));
const DeploymentPage = lazy(async () => ({ default: (await import('./pages/deployment.tsx')).DeploymentPage }));
const MetricsPage = lazy(async () => ({ default: (await import('./pages/metrics.tsx')).MetricsPage }));
const SnapshotsPage = lazy(async () => ({ default: (await import('./pages/snapshots.tsx')).SnapshotsPage }));
const AuditPage = lazy(async () => ({ default: (await import('./pages/audit.tsx')).AuditPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./pages/settings.tsx')).SettingsPage }));

export function App() {
  const [path] = useLocation();
  const me = useQuery({ ...meQuery, enabled: path !== '/sign-in' });
  if (path === '/sign-in') return <SignInPage />;
  if (me.error instanceof ApiError && me.error.status === 401)
    return <SignInPage back={path + window.location.search} />;
  if (me.data === undefined)
    return me.error === null ? null : <Failure error={me.error} retry={() => void me.refetch()} />;
  return (
    <Shell person={me.data}>
      <Boundary place={path}>
        <Suspense fallback={<Skeleton rows={8} />}>
          <Switch>
            <Route path="/" component={OverviewPage} />
            <Route path="/deployments" component={DeploymentsPage} />
            <Route path="/deployments/:id">{({ id }) => <DeploymentPage key={id} id={decodeURIComponent(id)} />}</Route>
            <Route path="/metrics" component={MetricsPage} />
            <Route path="/snapshots" component={SnapshotsPage} />
            <Route path="/audit" component={AuditPage} />
            <Route path="/settings" component={SettingsPage} />
            <Route component={NotFoundPage} />
          </Switch>
        </Suspense>
      </Boundary>
    </Shell>
  );
}
