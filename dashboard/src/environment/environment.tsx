/** One environment: what is live, whether it is healthy, what happens, how it would go back. */
import { Link } from 'wouter';
import type { EnvironmentCard } from '../../../src/server/api/overview.ts';
import { Ago } from '../components/ago.tsx';
import { Badge } from '../components/badge.tsx';
import { ButtonLink } from '../components/button.tsx';
import { Command } from '../components/command.tsx';
import { CommitLink } from '../components/commit-link.tsx';
import { Panel } from '../components/panel.tsx';
import { mayOperate, usePerson } from '../shell/person.ts';
import { environmentState } from '../states.ts';
import { EnvironmentFacts } from './environment-facts.tsx';
import styles from './environment.module.css';
import { Now } from './now.tsx';
import { Targets } from './targets.tsx';

interface EnvironmentPanelProps {
  readonly card: EnvironmentCard;
  readonly readOnly: boolean;
}

export function EnvironmentPanel({ card, readOnly }: EnvironmentPanelProps) {
  const person = usePerson();
  const back = card.wayBack !== null && card.running === null && !readOnly && mayOperate(person) ? card.wayBack : null;
  return (
    <Panel
      title={card.name}
      flush
      beside={
        <>
          <Badge state={environmentState(card)} strong />
          {!card.configured && !readOnly && <span className="quiet"> no longer in the configuration</span>}
        </>
      }
      actions={
        back && (
          <ButtonLink
            href={`/?rollback=${encodeURIComponent(card.name)}`}
          >{`Roll back to ${back.commit.short}`}</ButtonLink>
        )
      }
    >
      {card.live === null ? (
        <p className={styles['live']}>
          Nothing is live in {card.name} yet: <Command text={`belay deploy --env ${card.name}`} />
        </p>
      ) : (
        <Live live={card.live} />
      )}
      {(card.live !== null || card.running !== null || card.last !== null) && <Now card={card} />}
      <Targets targets={card.targets} readOnly={readOnly} />
      <EnvironmentFacts card={card} />
    </Panel>
  );
}

function Live({ live }: { readonly live: NonNullable<EnvironmentCard['live']> }) {
  return (
    <div className={styles['live']}>
      <CommitLink commit={live.commit} />
      <p className="quiet">
        live since{' '}
        <Link href={`/deployments/${live.deployment}`}>
          <Ago at={live.at} />
        </Link>
        {live.actor !== null && ` by ${live.actor}`}
        {live.commit.author !== null && live.commit.author !== live.actor && ` · written by ${live.commit.author}`}
        {live.commit.branch !== null && ` on ${live.commit.branch}`}
      </p>
    </div>
  );
}
