/** What one asks next of an environment: schema, way back, lock, freeze, what waits, snapshot. */
import { Link } from 'wouter';
import type { EnvironmentCard } from '../../../src/server/api/overview.ts';
import { Ago } from '../components/ago.tsx';
import { Fact, Facts } from '../components/facts.tsx';
import { ShortId } from '../components/short-id.tsx';
import { CLASS_WORDS } from '../states.ts';
import styles from './environment-facts.module.css';
import { Frozen } from './frozen.tsx';
import { Lock } from './lock.tsx';
import { Pending } from './pending.tsx';

export function EnvironmentFacts({ card }: { readonly card: EnvironmentCard }) {
  return (
    <div className={styles['facts']}>
      <Facts>
        <Fact name="Way back">
          <WayBack card={card} />
        </Fact>
        {card.schemaVersion !== null && (
          <Fact name="Schema">
            <ShortId id={card.schemaVersion} what="schema version" />
          </Fact>
        )}
        <Fact name="Waiting to be deployed">
          <Pending pending={card.pending} />
        </Fact>
        <Fact name="Lock">
          <span className="quiet">{card.lock === null ? 'free' : 'held'}</span>
        </Fact>
        {card.snapshot !== null && (
          <Fact name="Snapshot">
            <Link href={`/snapshots?environment=${encodeURIComponent(card.name)}`}>
              <Ago at={card.snapshot.at} />
            </Link>{' '}
            <span className="quiet">{card.snapshot.verifiedAt === null ? 'not verified' : 'verified'}</span>
          </Fact>
        )}
      </Facts>
      {card.lock !== null && <Lock lock={card.lock} />}
      <Frozen frozen={card.frozen} />
    </div>
  );
}

function WayBack({ card: { wayBack, rollbackClass } }: { readonly card: EnvironmentCard }) {
  if (wayBack === null) return <span className="quiet">nothing to go back to yet</span>;
  return (
    <>
      <ShortId id={wayBack.release} what="release to go back to" />{' '}
      {rollbackClass !== null && (
        <span className="quiet" title={CLASS_WORDS[rollbackClass]}>
          {rollbackClass}
        </span>
      )}
    </>
  );
}
