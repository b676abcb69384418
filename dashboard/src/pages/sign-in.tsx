/** Signing in: by the one-time link of the terminal, by a token, or where the team signs in anyway. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { Person, SignIn } from '../../../src/server/api/vocabulary.ts';
import { post, rememberCsrf } from '../api.ts';
import { Button } from '../components/button.tsx';
import { Command } from '../components/command.tsx';
import { Failure } from '../components/failure.tsx';
import { Loaded } from '../components/loaded.tsx';
import { meQuery, signInQuery } from '../queries.ts';
import styles from './sign-in.module.css';

/** Reads the code once and takes it out of the address, the history and whatever is copied from there. */
function takeCode(): string | null {
  const code = new URLSearchParams(window.location.hash.slice(1)).get('code');
  if (code !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return code;
}

/** Only a place of the dashboard itself: `//elsewhere.example` is none. */
function placeAfter(back: string | undefined): string {
  const asked = back ?? new URLSearchParams(window.location.search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(asked) && !asked.startsWith('/sign-in') ? asked : '/';
}

/** Signs in by a secret, and goes to where the person wanted to be. */
function useSignIn(by: 'link' | 'token', back: string | undefined) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (secret: string) =>
      post<Person>(`/sign-in/${by}`, by === 'link' ? { code: secret } : { token: secret }),
    onSuccess: (person) => {
      rememberCsrf(person.csrf);
      client.setQueryData(meQuery.queryKey, person);
      navigate(placeAfter(back), { replace: true });
    },
  });
}

export function SignInPage({ back }: { readonly back?: string }) {
  const ways = useQuery(signInQuery(new URLSearchParams(window.location.search).get('problem')));
  const { mutate: signIn, ...byLink } = useSignIn('link', back);
  const byToken = useSignIn('token', back);
  const started = useRef(false);
  useEffect(() => {
    document.title = 'Sign in · Belay';
    if (started.current) return;
    started.current = true;
    const code = takeCode();
    if (code !== null) signIn(code);
  }, [signIn]);
  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <img src="/favicon.svg" alt="" width="32" height="32" />
        <h1>{`Sign in to ${ways.data?.app ?? 'Belay'}`}</h1>
        {byLink.error !== null && <Failure error={byLink.error} />}
        {ways.data?.problem != null && <Failure error={new Error(ways.data.problem)} />}
        {byLink.isPending || byLink.isSuccess ? (
          <p role="status">Signing in …</p>
        ) : (
          <Loaded query={ways} rows={2}>
            {(data) => <Ways ways={data.ways} onToken={(token) => byToken.mutate(token)} error={byToken.error} />}
          </Loaded>
        )}
      </div>
    </main>
  );
}

interface WaysProps {
  readonly ways: SignIn['ways'];
  readonly onToken: (token: string) => void;
  readonly error: Error | null;
}

function Ways({ ways, onToken, error }: WaysProps) {
  const elsewhere = ways.filter((way) => way.href !== null);
  return (
    <div className={styles['ways']}>
      {elsewhere.map((way) => (
        <a key={way.kind} className={styles['way']} href={sameOrigin(way.href)}>
          {way.label}
        </a>
      ))}
      {ways.some((way) => way.kind === 'token') && <TokenForm onToken={onToken} error={error} />}
      {ways.some((way) => way.kind === 'link') && (
        <p className="quiet">
          On the machine where it runs, this command prints a link that signs you in once:{' '}
          <Command text="belay dashboard" />
        </p>
      )}
    </div>
  );
}

const sameOrigin = (href: string | null): string | undefined =>
  href !== null && /^\/(?![/\\])/.test(href) ? href : undefined;

function TokenForm({ onToken, error }: Pick<WaysProps, 'onToken' | 'error'>) {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') onToken(token.trim());
  };
  return (
    <form className={styles['form']} onSubmit={submit}>
      <label htmlFor="token">Token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        required
        value={token}
        onChange={(event) => setToken(event.target.value)}
        aria-describedby="token-from"
      />
      <p id="token-from" className="quiet">
        Made by <code>belay token create</code>; shown once.
      </p>
      {error !== null && <Failure error={error} />}
      <Button type="submit" look="main">
        Sign in
      </Button>
    </form>
  );
}
