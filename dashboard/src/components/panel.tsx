/** A titled part of a page. */
import { type ReactNode, useId } from 'react';
import styles from './panel.module.css';

interface PanelProps {
  readonly title: string;
  readonly beside?: ReactNode;
  readonly actions?: ReactNode;
  /** Content up to the border: tables and lists bring their own distance. */
  readonly flush?: boolean;
  /** The page's heading says it already: the title is only read aloud. */
  readonly hidden?: boolean;
  readonly children: ReactNode;
}

export function Panel({ title, beside, actions, flush = false, hidden = false, children }: PanelProps) {
  const heading = useId();
  return (
    <section className={styles['panel']} aria-labelledby={heading}>
      <header className={hidden ? 'unseen' : styles['head']}>
        <h2 id={heading}>{title}</h2>
        {beside !== undefined && <div className={styles['beside']}>{beside}</div>}
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      <div className={flush ? styles['flush'] : styles['body']}>{children}</div>
    </section>
  );
}
