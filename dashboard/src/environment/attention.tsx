/** What needs a person, worst first. */
import { Link } from 'wouter';
import type { AttentionItem } from '../../../src/server/api/overview.ts';
import { Command } from '../components/command.tsx';
import { Shape } from '../components/shape.tsx';
import { useHeld } from '../components/use-held.ts';
import { counted } from '../format.ts';
import styles from './attention.module.css';

const keyOf = (item: AttentionItem): string => `${item.environment} ${item.what}`;

export function AttentionList({ items }: { readonly items: readonly AttentionItem[] }) {
  const { rows, waiting, show, watch } = useHeld(items, keyOf, 'attention');
  return (
    <section className={styles['list']} aria-label="Needs you" {...watch}>
      {waiting > 0 && (
        <button type="button" onClick={show}>
          {counted(waiting, 'more thing needs you', 'more things need you')}
        </button>
      )}
      <ul>
        {rows.map((item) => (
          <li key={keyOf(item)} className={styles['item']} data-severity={item.severity}>
            <Shape
              name={item.severity === 'urgent' ? 'triangle' : 'ring'}
              tone={item.severity === 'urgent' ? 'red' : 'amber'}
            />
            <p className={styles['what']}>
              {item.environment !== null && <strong>{item.environment}: </strong>}
              {item.what}
            </p>
            {item.next !== null && <Command text={item.next} />}
            {item.link !== null && item.link.startsWith('/') && <Link href={item.link}>Look at it</Link>}
          </li>
        ))}
      </ul>
    </section>
  );
}
