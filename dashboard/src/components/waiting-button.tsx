/** `3 new`: over the list, without pushing it down. */
import styles from './waiting-button.module.css';

export function WaitingButton({ n, onClick }: { readonly n: number; readonly onClick: () => void }) {
  if (n === 0) return null;
  return (
    <div className={styles['place']}>
      <button type="button" className={styles['button']} onClick={onClick}>
        {n} new
      </button>
    </div>
  );
}
