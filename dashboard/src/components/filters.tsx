/** Filters that live in the address: a link to what is seen can be sent to somebody. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import styles from './filters.module.css';

/** What is asked for by the address, and a way to change it; an empty value takes a filter away. */
export function useFilters(
  names: readonly string[],
): [Readonly<Record<string, string>>, (name: string, value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const given = names.flatMap((name) => {
    const value = search.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  const change = (name: string, value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return [Object.fromEntries(given), change];
}

export function Filters({ children }: { readonly children: ReactNode }) {
  return <search className={styles['filters']}>{children}</search>;
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What no choice means: `All environments`; null: there has to be one. */
  readonly all: string | null;
  readonly options: readonly (readonly [value: string, text: string])[];
}

export function Choice({ name, value, onChange, all, options }: ChoiceProps) {
  const known = value === '' || options.some(([option]) => option === value);
  return (
    <label className={styles['field']}>
      <span className="unseen">{name}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {all !== null && <option value="">{all}</option>}
        {!known && <option value={value}>{value}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Asks a moment after the last key. `/` leads here from anywhere. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const asked = useRef(value);
  const id = useId();
  useEffect(() => {
    // Changed by something else than this field: the way back, a link.
    if (value !== asked.current) setText(value);
    asked.current = value;
  }, [value]);
  useEffect(() => {
    if (text === asked.current) return undefined;
    const timer = setTimeout(() => {
      asked.current = text;
      onChange(text);
    }, 250);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className={styles['search']}>
      <label htmlFor={id} className="unseen">
        {label}
      </label>
      <input
        id={id}
        type="search"
        data-search=""
        maxLength={200}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
