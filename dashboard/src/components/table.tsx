/** A table with a sticky head. Rows that lead somewhere are walked with the arrow keys and opened with Enter. */
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useLocation } from 'wouter';
import styles from './table.module.css';

export interface Column<T> {
  readonly name: string;
  readonly cell: (row: T) => ReactNode;
  /** Figures stand right. */
  readonly right?: boolean;
  /** Takes what room is left. */
  readonly wide?: boolean;
  /** Left out on a phone. */
  readonly minor?: boolean;
}

interface TableProps<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  readonly hrefOf?: (row: T) => string | null;
}

/** Up and down from row to row; Enter opens the row, unless something in it has the focus. */
function walk(event: KeyboardEvent<HTMLTableRowElement>, open: (() => void) | null): void {
  const row = event.currentTarget;
  const step = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
  if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && step instanceof HTMLElement) {
    event.preventDefault();
    step.focus();
  }
  if (event.key === 'Enter' && event.target === row) open?.();
}

interface RowProps<T> {
  readonly row: T;
  readonly columns: readonly Column<T>[];
  readonly href: string | null;
}

function Row<T>({ row, columns, href }: RowProps<T>) {
  const [, navigate] = useLocation();
  const open = href === null ? null : () => navigate(href);
  const click = (event: MouseEvent) => {
    const inner = event.target instanceof Element && event.target.closest('a, button') !== null;
    // Somebody who marks text to copy it does not want to leave.
    if (!inner && window.getSelection()?.isCollapsed !== false) open?.();
  };
  return (
    <tr
      tabIndex={open === null ? undefined : 0}
      data-opens={open !== null}
      onKeyDown={(event) => walk(event, open)}
      onClick={click}
    >
      {columns.map(({ name, cell, right, wide, minor }) => (
        <td key={name} data-name={name} data-right={right} data-wide={wide} data-minor={minor}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

export function Table<T>({ caption, columns, rows, keyOf, hrefOf }: TableProps<T>) {
  return (
    <div className={styles['scroll']}>
      <table className={styles['table']}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" data-right={column.right} data-minor={column.minor}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={keyOf(row)} row={row} columns={columns} href={hrefOf?.(row) ?? null} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
