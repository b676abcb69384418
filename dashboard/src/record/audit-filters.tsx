/** By what the record can be narrowed; all of it stands in the address. */
import { useQuery } from '@tanstack/react-query';
import { EnvironmentChoice } from '../components/environment-choice.tsx';
import { Choice, Filters, SearchField } from '../components/filters.tsx';
import { PERIODS } from '../history/history-filters.tsx';
import { overviewQuery } from '../queries.ts';

export const AUDIT_FILTERS = ['environment', 'kind', 'actor', 'deployment', 'days'] as const;

/** Kinds that people ask for together. */
const KINDS = [
  ['deployment.opened,deployment.closed', 'Deployments begun and ended'],
  ['deployment.committed,deployment.rolled-back,deployment.refused', 'Outcomes'],
  ['step.failed,undo.failed,step.unknown', 'What failed'],
  ['request.accepted,direction.decided', 'Requests and decisions'],
  ['lease.taken-over,lease.forced,lease.held', 'Locks'],
  ['environment.frozen,environment.thawed', 'Freezes'],
  ['attention.raised,attention.resolved,alert.raised,trigger.fired,schema.mismatched', 'What needed a person'],
  ['drift.found', 'Drift'],
  ['snapshot.created,snapshot.verified,snapshot.restored,snapshot.pruned', 'Snapshots'],
] as const;

interface AuditFiltersProps {
  readonly filters: Readonly<Record<string, string>>;
  readonly onChange: (name: string, value: string) => void;
}

export function AuditFilters({ filters, onChange }: AuditFiltersProps) {
  const overview = useQuery(overviewQuery);
  const environments = overview.data?.environments.map(({ name }) => name) ?? [];
  const set = (name: string) => (value: string) => onChange(name, value);
  return (
    <Filters>
      <SearchField label="Person, exactly" value={filters['actor'] ?? ''} onChange={set('actor')} />
      <EnvironmentChoice value={filters['environment']} names={environments} onChange={set('environment')} />
      <Choice
        name="Kind of event"
        all="All events"
        value={filters['kind'] ?? ''}
        onChange={set('kind')}
        options={KINDS}
      />
      <Choice name="Period" all="Any time" value={filters['days'] ?? ''} onChange={set('days')} options={PERIODS} />
    </Filters>
  );
}
