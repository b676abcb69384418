/** What every store must do with the documents beside the journal. */
import assert from 'node:assert/strict';
import { COUNTING_VIEWS, type Declare } from './store-suite.ts';

export function documentTests(declare: Declare): void {
  declare('documents: written once for each version, whoever comes second is told', async (subject) => {
    const [one, two] = [await subject.open(COUNTING_VIEWS), await subject.open(COUNTING_VIEWS)];
    const { documents } = one;
    assert.equal(await documents.read('outbox/slack'), null);
    assert.equal(await documents.write('outbox/slack', { cursor: 1 }, 1), false, 'there is no version 1 yet');
    const value = { cursor: 1, text: 'é \u{1f6a2} \\ "', list: [1, null, { deep: true }] };
    assert.equal(await documents.write('outbox/slack', value, null), true);
    assert.equal(await two.documents.write('outbox/slack', { cursor: 9 }, null), false, 'it is there already');
    assert.deepEqual(await two.documents.read('outbox/slack'), { name: 'outbox/slack', value, version: 1 });
    const both = await Promise.all([
      documents.write('outbox/slack', { by: 'one' }, 1),
      two.documents.write('outbox/slack', { by: 'two' }, 1),
    ]);
    assert.deepEqual(both.toSorted(), [false, true]);
    assert.equal((await documents.read('outbox/slack'))?.version, 2);
  });

  declare(
    'documents: listed by the beginning of their names, letter by letter, and removed once or twice',
    async (subject) => {
      const { documents } = await subject.open(COUNTING_VIEWS);
      for (const name of ['token/b', 'token/a', 'tokens', 'token_a', 'token%'])
        assert.equal(await documents.write(name, name, null), true);
      const names = async (prefix: string) => (await documents.list(prefix)).map(({ name }) => name);
      assert.deepEqual(await names('token/'), ['token/a', 'token/b']);
      assert.deepEqual(await names('token%'), ['token%']);
      await documents.remove('token/a');
      await documents.remove('token/a');
      assert.deepEqual(await names('token/'), ['token/b']);
      assert.equal(await documents.write('token/a', 'again', 1), false, 'what is gone has no version');
      assert.equal(await documents.write('token/a', 'again', null), true);
    },
  );
}
