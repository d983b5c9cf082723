import { fitting, labelNames, offeredAt, type Place, placeAt, seriesNames } from './completion';

/** `|` is the cursor. */
const at = (text: string): Place | undefined => placeAt(text.replace('|', ''), text.indexOf('|'));

describe('nothing can stand', () => {
  test.each(['rate(x[5|', 'rate(x[5m|', 'x > 5|', 'x > 5.2e|', '# comment op|', '"text op|', "label_replace(x, 'a|", '`raw|', 'x)|', '(x}|', 'x{a="b\\|'])(
    '%s',
    (text) => expect(at(text)).toBeUndefined()
  );
});

test.each<[string, Partial<Place>]>([
  ['|', { from: 0, typed: '', wants: 'name' }],
  ['op|', { from: 0, typed: 'op', wants: 'name' }],
  ['op|nsense', { typed: 'op', wants: 'name' }],
  ['sum(rate(opn|', { from: 9, typed: 'opn', wants: 'name' }],
  ['x{|', { typed: '', wants: 'label' }],
  ['x{device="wg1", pe|', { typed: 'pe', wants: 'label' }],
  ['x{device="wg1"} == o|', { typed: 'o', wants: 'name' }],
  ['sum by (dev|', { typed: 'dev', wants: 'label' }],
  ['x * on(device, op|', { typed: 'op', wants: 'label' }],
  ['x{device="w|', { typed: 'w', wants: { valuesOf: 'device' } }],
  ["x{peer_name!~'|", { typed: '', wants: { valuesOf: 'peer_name' } }],
  ['x{device_name="site to b|', { from: 15, typed: 'site to b', wants: { valuesOf: 'device_name' } }],
  ['x{a="{", dev|', { typed: 'dev', wants: 'label' }],
  ['# (\nop|', { typed: 'op', wants: 'name' }],
])('%s', (text, place) => expect(at(text)).toMatchObject(place));

test('each place is offered what can stand there', () => {
  const offered = (text: string) => offeredAt(at(text)!).map((completion) => completion.text);
  expect(offered('|')).toEqual(expect.arrayContaining([...seriesNames, 'rate']));
  expect(offered('x{|')).toEqual([...labelNames]);
  expect(offered('x{device_type="|')).toEqual(['interface', 'peer']);
  expect(offered('x{peer_name="|')).toEqual([]);
});

test('what begins with the word comes first, the word itself is no news', () => {
  const list = ['increase', 'rate', 'irate', 'Rates'].map((text) => ({ kind: 'function' as const, text }));
  expect(fitting('rate', list).map(({ text }) => text)).toEqual(['Rates', 'irate']);
});
