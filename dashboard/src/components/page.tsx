/** A page: its title in the tab and as the heading, what can be done on it, its content. */
import { type ReactNode, useEffect } from 'react';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** In the browser's tab, where it should say more than the heading. */
  readonly tab?: string;
  readonly beside?: ReactNode;
  readonly below?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, tab = title, beside, below, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${tab} · Belay`;
  }, [tab]);
  return (
    <>
      <header className={styles['head']}>
        <div className={styles['words']}>
          <div className={styles['title']}>
            <h1 tabIndex={-1}>{title}</h1>
            {beside}
          </div>
          {below !== undefined && <div className={styles['below']}>{below}</div>}
        </div>
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </>
  );
}
