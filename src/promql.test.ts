import { interpolateExpr } from './promql';
import { fakeTemplates } from './testkit';

const templates = fakeTemplates(
  {
    one: 'wg1',
    dotted: 'a.b',
    nasty: 'a"b\\c\nd',
    quotes: 'a\'} or vector(1) # `b',
    quotesOf: ["a'b"],
    both: ['a.b', 'c"\\d'],
    many: ['wg1', 'wg2'],
    single: ['a.b'],
    nobody: [],
    all: ['$__all'],
    chosen: 'a|b',
    __interval: 'a variable of this name',
  },
  { chosen: { multi: true } }
);

/** As Grafana hands them on with every request of a panel. */
const scopedVars = {
  __interval: { text: '15s', value: '15s' },
  __interval_ms: { text: '15000', value: 15000 },
  __rate_interval: { text: '1m', value: '1m' },
  __range: { text: '6h', value: '6h' },
  __range_s: { text: '21600', value: 21600 },
  __range_ms: { text: '21600000', value: 21600000 },
  fw: { text: 'hq', value: 'hq' },
};

const interpolate = (expr: string) => interpolateExpr(expr, templates, scopedVars);

test.each([
  ['an empty expression', '', ''],
  ['an unknown variable stays, for the back end to name it', 'up{a="$typo"}', 'up{a="$typo"}'],
  ['what would end the string', 'up{a="$nasty"}', 'up{a="a\\"b\\\\c\\nd"}'],
  ['what would end a string in other quotes', "up{a='$quotes'}", "up{a='a\\x27} or vector(1) # \\x60b'}"],
  ['what would end a raw string', 'up{a=`$quotes`}', 'up{a=`a\\x27} or vector(1) # \\x60b`}'],
  ['other quotes in one of several', 'up{a=~"$quotesOf"}', 'up{a=~"a\\x27b"}'],
  ['what would end the string, in one of several', 'up{a=~"$both"}', 'up{a=~"(a\\\\.b|c\\"\\\\\\\\d)"}'],
  ['no value', 'up{a=~"$nobody",b=~"$all"}', 'up{a=~"",b=~""}'],
  ['a value is no regular expression', 'up{a="$dotted"}', 'up{a="a.b"}'],
  ['one of several is one, without parentheses', 'up{a=~"$single"}', 'up{a=~"a\\\\.b"}'],
  ['one that could be several, which Grafana hands on alone', 'up{a=~"$chosen"}', 'up{a=~"a\\\\|b"}'],
  ['several values', 'up{a=~"$many"}', 'up{a=~"(wg1|wg2)"}'],
  ['the other ways to write it', 'up{a="${one}",b="[[one]]"}', 'up{a="wg1",b="wg1"}'],
  ['a value of the panel', 'up{a="$fw"}', 'up{a="hq"}'],
  ['outside of strings', 'topk($one, up)', 'topk(wg1, up)'],
  ['a label of a regular expression', 'label_replace(up, "a", "$1", "b", "(.*)")', 'label_replace(up, "a", "$1", "b", "(.*)")'],
])('%s', (_, expr, expected) => {
  expect(interpolate(expr)).toBe(expected);
});

describe('what only the back end knows', () => {
  const names = ['interval', 'interval_ms', 'rate_interval', 'range', 'range_s', 'range_ms'].map((name) => `__${name}`);

  test.each(names.flatMap((name) => [`$${name}`, `\${${name}}`, `[[${name}]]`]))('%s stays', (macro) => {
    const expr = `rate(a{b="$one"}[${macro}]) + ${macro}`;
    expect(interpolate(expr)).toBe(expr.replace('$one', 'wg1'));
  });

  test('two of them side by side stay', () => {
    expect(interpolate('a[$__range:$__interval] offset $__range_s$one')).toBe(
      'a[$__range:$__interval] offset $__range_s$one'.replace('$one', 'wg1')
    );
  });

  test('a longer name is another name', () => {
    expect(interpolateExpr('$__interval_msx $__ranges', templates, { __ranges: { value: 'x' } })).toBe('$__interval_msx x');
  });
});
