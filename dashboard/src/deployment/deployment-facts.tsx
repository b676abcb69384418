/** Who, when, how, and what was live on each target before and after. */
import { Link } from 'wouter';
import type { DeploymentDetail } from '../../../src/server/api/deployments.ts';
import { Ago, Elapsed } from '../components/ago.tsx';
import { Fact, Facts } from '../components/facts.tsx';
import { Outward } from '../components/outward.tsx';
import { ShortId } from '../components/short-id.tsx';
import { CLASS_WORDS } from '../states.ts';

export function DeploymentFacts({ detail }: { readonly detail: DeploymentDetail }) {
  const { summary } = detail;
  return (
    <Facts>
      <Fact name="By">{summary.actor}</Fact>
      <Fact name="Begun">
        <Ago at={summary.openedAt} />
      </Fact>
      <Fact name="Took">
        <Elapsed from={summary.openedAt} to={summary.endedAt} />
      </Fact>
      <Fact name="Deployment">
        <ShortId id={summary.id} what="deployment id" />
      </Fact>
      <Fact name="Release">
        <ShortId id={summary.release} what="release id" />
        {summary.compareUrl !== null && (
          <>
            {' · '}
            <Outward href={summary.compareUrl}>compare with before</Outward>
          </>
        )}
      </Fact>
      <Fact name="Strategy">{summary.strategy}</Fact>
      {summary.rollbackClass !== null && (
        <Fact name="Way back">
          <span title={CLASS_WORDS[summary.rollbackClass]}>{summary.rollbackClass}</span>
          {detail.rollbackReason !== null && <div className="quiet">{detail.rollbackReason}</div>}
        </Fact>
      )}
      {detail.schema !== null && (
        <Fact name="Schema">
          <ShortId id={detail.schema} what="schema version" />
        </Fact>
      )}
      {summary.cause !== null && (
        <Fact name="Begun by the watch of">
          <Link href={`/deployments/${summary.cause}`}>{summary.cause}</Link>
        </Fact>
      )}
      <TargetFacts detail={detail} />
    </Facts>
  );
}

function TargetFacts({ detail: { before, after, snapshots } }: { readonly detail: DeploymentDetail }) {
  return (
    <>
      {Object.entries(before).map(([target, id]) => (
        <Fact key={target} name={target}>
          <LiveChange before={id} after={after === null ? undefined : (after[target] ?? null)} />
        </Fact>
      ))}
      {Object.entries(snapshots).map(([target, id]) => (
        <Fact key={target} name={`Snapshot of ${target}`}>
          <ShortId id={id} what="snapshot id" />
        </Fact>
      ))}
    </>
  );
}

function LiveChange({ before, after }: { readonly before: string | null; readonly after: string | null | undefined }) {
  if (after === undefined || after === before) {
    return before === null ? <span className="quiet">nothing live</span> : <ShortId id={before} what="what is live" />;
  }
  return (
    <>
      {before === null ? <span className="quiet">nothing</span> : <code className="quiet">{before}</code>} →{' '}
      {after === null ? <span className="quiet">nothing</span> : <ShortId id={after} what="what is live" />}
    </>
  );
}
