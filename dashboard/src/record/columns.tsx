/** An event of the journal as a row. */
import { Link } from 'wouter';
import type { AuditEvent } from '../../../src/server/api/record.ts';
import { Ago } from '../components/ago.tsx';
import { Copy } from '../components/copy.tsx';
import type { Column } from '../components/table.tsx';
import { count } from '../format.ts';

export const AUDIT_COLUMNS: readonly Column<AuditEvent>[] = [
  { name: 'n', right: true, cell: (event) => count(event.n) },
  { name: 'When', cell: (event) => <Ago at={event.at} /> },
  { name: 'Environment', minor: true, cell: (event) => event.environment },
  { name: 'Event', cell: (event) => event.kind },
  { name: 'Detail', wide: true, cell: (event) => event.detail },
  { name: 'By', minor: true, cell: (event) => event.actor },
  {
    name: 'Deployment',
    minor: true,
    cell: (event) =>
      event.deployment !== null && <Link href={`/deployments/${event.deployment}`}>{event.deployment}</Link>,
  },
  {
    name: 'Hash',
    minor: true,
    cell: (event) => (
      <Copy text={event.hash} what="hash of the event">
        <code>{event.hash.slice(0, 7)}</code>
      </Copy>
    ),
  },
];
