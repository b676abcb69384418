/** Buttons: plain, and the one that a page or dialog is for. A link that looks like one stays a link. */
import type { ComponentProps } from 'react';
import { Link } from 'wouter';
import styles from './button.module.css';

type Look = 'plain' | 'main' | 'danger';

export function Button({ look = 'plain', ...rest }: ComponentProps<'button'> & { readonly look?: Look }) {
  return <button type="button" {...rest} className={styles['button']} data-look={look} />;
}

export function ButtonLink({ look = 'plain', href, children }: { look?: Look; href: string; children: string }) {
  return (
    <Link href={href} className={styles['button']} data-look={look}>
      {children}
    </Link>
  );
}

/** A file from the server. */
export function DownloadLink({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <a href={href} download className={styles['button']} data-look="plain">
      {children}
    </a>
  );
}
