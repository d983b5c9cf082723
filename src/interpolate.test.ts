import { interpolateList } from './interpolate';
import { fakeTemplates } from './testkit';

const templates = fakeTemplates({
  one: 'wg1',
  many: ['wg1', 'wg2'],
  nobody: [],
  empty: '',
  all: ['$__all'],
  sharp: ['a.b', 'c/d', 'e|f', '$g'],
  pattern: '/wg.*/',
});

test.each<[string, string[], string[]]>([
  ['an empty list', [], []],
  ['a variable without a value', ['$nobody', '$empty', '$all'], []],
  ['an unknown variable stays, for the back end to name it', ['$typo'], ['$typo']],
  ['no variable', ['wg1', '/wg[0-9]$/'], ['wg1', '/wg[0-9]$/']],
  ['one value', ['$one'], ['wg1']],
  ['the other ways to write it', ['${one}', '[[one]]'], ['wg1']],
  ['several values', ['$many', 'wg9'], ['wg1', 'wg2', 'wg9']],
  ['several values within a text', ['a-${many}-z'], ['a-wg1-z', 'a-wg2-z']],
  ['every combination', ['$many/$many'], ['wg1/wg1', 'wg1/wg2', 'wg2/wg1', 'wg2/wg2']],
  ['the same value twice', ['wg1', '$many'], ['wg1', 'wg2']],
  ['a variable that holds a regular expression', ['$pattern'], ['/wg.*/']],
  ['one value in a regular expression', ['/${one}.*/'], ['/wg1.*/']],
  ['several values in a regular expression', ['/$many/'], ['/(wg1|wg2)/']],
  ['values that are escaped in a regular expression', ['/$sharp/'], ['/(a\\.b|c\\/d|e\\|f|\\$g)/']],
  ['a regular expression that comes out empty', ['/$nobody/'], []],
])('%s', (_, list, expected) => {
  expect(interpolateList(list, templates, {})).toEqual(expected);
});
