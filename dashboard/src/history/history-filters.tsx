/** By what the history can be narrowed; all of it stands in the address. */
import { useQuery } from '@tanstack/react-query';
import { EnvironmentChoice } from '../components/environment-choice.tsx';
import { Choice, Filters, SearchField } from '../components/filters.tsx';
import { overviewQuery } from '../queries.ts';

const OUTCOMES = [
  ['committed', 'Committed'],
  ['rolled-back', 'Rolled back'],
  ['refused', 'Refused'],
  ['paused', 'Paused'],
  ['stuck', 'Needs you'],
] as const;

export const PERIODS = [
  ['1', 'Last 24 hours'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['365', 'Last year'],
] as const;

const HOUR_MS = 3_600_000;

export const HISTORY_FILTERS = ['text', 'environment', 'outcome', 'actor', 'days'] as const;

/** The beginning of the hour so many days ago: the same for an hour, so that what was loaded counts. Null for no number. */
export function daysAgo(days: string | undefined): string | null {
  const wanted = Number(days);
  if (days === undefined || !Number.isFinite(wanted) || wanted <= 0) return null;
  return new Date(Math.floor((Date.now() - wanted * 24 * HOUR_MS) / HOUR_MS) * HOUR_MS).toISOString();
}

/** The filters as the API knows them. */
export function asQuery(filters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { days, ...rest } = filters;
  const since = daysAgo(days);
  return since === null ? rest : { ...rest, since };
}

interface HistoryFiltersProps {
  readonly filters: Readonly<Record<string, string>>;
  readonly actors: readonly string[];
  readonly onChange: (name: string, value: string) => void;
}

export function HistoryFilters({ filters, actors, onChange }: HistoryFiltersProps) {
  const overview = useQuery(overviewQuery);
  const environments = overview.data?.environments.map(({ name }) => name) ?? [];
  const set = (name: string) => (value: string) => onChange(name, value);
  return (
    <Filters>
      <SearchField label="Search commit, person, reason" value={filters['text'] ?? ''} onChange={set('text')} />
      <EnvironmentChoice value={filters['environment']} names={environments} onChange={set('environment')} />
      <Choice
        name="Outcome"
        all="All outcomes"
        value={filters['outcome'] ?? ''}
        onChange={set('outcome')}
        options={OUTCOMES}
      />
      <Choice
        name="Person"
        all="Everybody"
        value={filters['actor'] ?? ''}
        onChange={set('actor')}
        options={actors.map((name) => [name, name] as const)}
      />
      <Choice name="Period" all="Any time" value={filters['days'] ?? ''} onChange={set('days')} options={PERIODS} />
    </Filters>
  );
}
