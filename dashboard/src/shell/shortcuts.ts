/** `/` leads to the search field; `g` and a letter to a page, as in most trackers. */
import { useEffect } from 'react';
import { useLocation } from 'wouter';

const PAGES: Readonly<Record<string, string>> = {
  o: '/',
  d: '/deployments',
  m: '/metrics',
  s: '/snapshots',
  a: '/audit',
};
const TOGETHER_MS = 1_000;

export function useShortcuts(): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    let wentAt = 0;
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      const typing = target instanceof Element && target.closest('input, textarea, select, dialog') !== null;
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const page = PAGES[event.key];
      if (event.key === '/') focusSearch(event);
      else if (event.key === 'g') wentAt = event.timeStamp;
      else if (page !== undefined && event.timeStamp - wentAt < TOGETHER_MS) navigate(page);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [navigate]);
}

function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('input[data-search]');
  if (field === null) return;
  event.preventDefault();
  field.focus();
}
