/** Customers: they ask the shop all the time, and remember what each request got. */
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Answer {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Null when there was no answer, or none with 200. */
  readonly version: string | null;
  readonly why: string;
}

export interface Traffic {
  readonly answers: readonly Answer[];
  /** Waits until every request has its answer. */
  stop(): Promise<readonly Answer[]>;
}

function ask(port: number, agent: Agent): Promise<Answer> {
  const askedAt = performance.now();
  return new Promise((resolve) => {
    const end = (version: string | null, why: string) =>
      resolve({ askedAt, answeredAt: performance.now(), version, why });
    const request = get({ port, host: '127.0.0.1', agent }, (response) => {
      response.resume();
      response.once('error', (error) => end(null, error.message));
      response.once('end', () => {
        const version = response.headers['x-version'];
        end(response.statusCode === 200 ? String(version) : null, String(response.statusCode));
      });
    });
    request.once('error', (error) => end(null, error.message));
  });
}

export function startTraffic(port: number, customers = 4): Traffic {
  const answers: Answer[] = [];
  const agent = new Agent({ keepAlive: true });
  let over = false;
  const customer = async () => {
    while (!over) {
      answers.push(await ask(port, agent));
      await delay(5);
    }
  };
  const all = Array.from({ length: customers }, customer);
  return {
    answers,
    async stop() {
      over = true;
      await Promise.all(all);
      agent.destroy();
      return answers;
    },
  };
}

export const lost = (answers: readonly Answer[]): readonly Answer[] => answers.filter((one) => one.version === null);
