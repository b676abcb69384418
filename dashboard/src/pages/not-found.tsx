/** An address that is no page. */
import { Link } from 'wouter';
import { Empty } from '../components/empty.tsx';
import { Page } from '../components/page.tsx';

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty>
        Nothing is kept at this address. <Link href="/">Overview</Link> · <Link href="/deployments">Deployments</Link>
      </Empty>
    </Page>
  );
}
