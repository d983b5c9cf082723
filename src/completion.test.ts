import { fitting, labelNames, offeredAt, type Place, placeAt, seriesNames, written } from './completion';

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
  ['x{device="w|', { typed: 'w', wants: { valuesOf: 'device', quote: '"', pattern: false } }],
  ["x{peer_name!~'|", { typed: '', wants: { valuesOf: 'peer_name', quote: "'", pattern: true } }],
  ['x{device_name="site to b|', { from: 15, typed: 'site to b', wants: { valuesOf: 'device_name', quote: '"', pattern: false } }],
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

describe('no name ends the text that it is put into', () => {
  const names = [
    ...['plain', 'a"} or vector(1) #', "a'} or vector(1) #", 'back\\', '\\"', '\\\\"} or up', 'two\nlines', 'cr\r\n"}', '{x="y"}', 'a.b|c(d)*'],
    ...['${__interval}', '$x', '[[x]]', '{{ .x }}', '<script>"', '\u202e"', '\u0000"', '`"', '日本"', '\ufffd'],
  ];
  const inQuotes: Record<string, RegExp> = { '"': /^"(?:[^"\\\n\r]|\\.)*"$/, "'": /^'(?:[^'\\\n\r]|\\.)*'$/ };

  test.each(names.flatMap((name) => ['"', "'"].flatMap((quote) => [true, false].map((pattern) => [name, quote, pattern] as const))))(
    '%j in %s, a pattern: %s',
    (name, quote, pattern) => {
      const text = written(name, { valuesOf: 'peer_name', quote, pattern });
      expect(quote + text + quote).toMatch(inQuotes[quote]!);
      const unescaped = text
        .replaceAll('\\ufffd', '\ufffd')
        .replace(/\\(.)/g, (_, one: string) => ({ n: '\n', r: '\r' })[one] ?? one);
      if (pattern) {
        expect(new RegExp(`^(?:${unescaped})$`, 's').test(name)).toBe(true);
        expect(new RegExp(`^(?:${unescaped})$`, 's').test(`${name}x`)).toBe(false);
      } else {
        expect(unescaped).toBe(name);
      }
    }
  );
});
