import { act, screen, within } from '@testing-library/react';

import { firewallsIn, newestHealth } from '../../health';
import { texts } from '../../selectors';
import { editOptions } from '../../testkit';
import { ConfigEditor } from './ConfigEditor';

const words = texts.config.health;
const edit = () =>
  editOptions(ConfigEditor, {
    jsonData: { firewalls: [{ id: 'hq', name: 'hq', url: 'https://hq' }, { id: 'dc', name: 'dc', url: 'https://dc' }] },
  });
const card = (name: string) => within(screen.getByRole('group', { name }));
const tell = (uid: string, details: unknown) => act(() => newestHealth.next({ uid, firewalls: firewallsIn(details) }));

afterEach(() => newestHealth.next(undefined));

test.each([undefined, null, 'text', {}, { firewalls: 'x' }, { firewalls: [null, 1, { id: 'hq' }, { id: 'hq', ok: 1, message: '' }, { id: 'hq', ok: true, message: 'm', lost: [1] }] }])(
  'details that are none: %j',
  (details) => expect(firewallsIn(details)).toEqual([])
);

test('each card tells what was found of its firewall, and nothing before', () => {
  edit();
  expect(card('hq').queryByText('hq: read in 3 ms')).not.toBeInTheDocument();
  tell('wg', {
    firewalls: [
      { id: 'hq', ok: true, message: 'hq: read in 3 ms', lost: ['CARP'], risks: ['a', 'b'] },
      { id: 'dc', ok: false, message: 'dc: the key is wrong' },
    ],
  });
  expect(card('hq').getByText('hq: read in 3 ms')).toBeInTheDocument();
  expect(card('hq').getByText('CARP')).toBeInTheDocument();
  expect(card('hq').getByText(words.risks({ risks: 'a; b' }))).toBeInTheDocument();
  expect(card('dc').getByText('dc: the key is wrong')).toBeInTheDocument();
  expect(card('dc').queryByText('CARP')).not.toBeInTheDocument();
});

test('what was found of another data source is not told here', () => {
  edit();
  tell('other', { firewalls: [{ id: 'hq', ok: true, message: 'not ours' }] });
  expect(screen.queryByText('not ours')).not.toBeInTheDocument();
});
