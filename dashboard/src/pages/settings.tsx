/** The configuration in force, read-only and without secrets; who is told; who may sign in. */
import { useQuery } from '@tanstack/react-query';
import type { Settings } from '../../../src/server/api/record.ts';
import { Ago } from '../components/ago.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { Panel } from '../components/panel.tsx';
import { type Column, Table } from '../components/table.tsx';
import { settingsQuery } from '../queries.ts';
import { ChannelPanel } from '../record/channels.tsx';
import styles from './settings.module.css';

type Person = Settings['people'][number];

const PEOPLE: readonly Column<Person>[] = [
  { name: 'Name', wide: true, cell: (row) => row.name },
  { name: 'Role', cell: (row) => row.role },
  { name: 'By', cell: (row) => row.kind },
  {
    name: 'Since',
    cell: (row) => (row.createdAt === null ? <span className="quiet">not known</span> : <Ago at={row.createdAt} />),
  },
];

export function SettingsPage() {
  const query = useQuery(settingsQuery);
  return (
    <Page
      title="Settings"
      below={query.data === undefined ? ' ' : `Read-only: changed in ${query.data.file ?? 'the configuration'}`}
    >
      <ChannelPanel />
      <Loaded query={query} rows={8}>
        {(settings) => (
          <>
            <Panel title="This dashboard" flush>
              <Values
                values={[
                  ['version', settings.version],
                  ['record', settings.store],
                  ['configuration', settings.file ?? 'none: the store alone is shown'],
                ]}
              />
            </Panel>
            {settings.sections.map((section) => (
              <Panel key={section.title} title={section.title} flush>
                <Values values={section.settings.map(({ path, value }) => [path, value] as const)} />
              </Panel>
            ))}
            {settings.people.length > 0 && (
              <Panel title="People and tokens" flush>
                <Table
                  caption="Who may sign in"
                  columns={PEOPLE}
                  rows={settings.people}
                  keyOf={(row) => `${row.kind} ${row.name}`}
                />
              </Panel>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Values({ values }: { readonly values: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className={styles['values']}>
      {values.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}
