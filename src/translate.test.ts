import { readFileSync } from 'fs';
import i18next from 'i18next';
import { join } from 'path';

import pluginJson from './plugin.json';
import { english, texts } from './selectors';
import { type Tree, translated } from './translate';

const read = (language: string) =>
  JSON.parse(readFileSync(join(__dirname, 'locales', language, `${pluginJson.id}.json`), 'utf8')) as Tree;

/** Every text with the path to it. */
function flat(tree: Tree, path = ''): Array<[string, string]> {
  return Object.entries(tree).flatMap(([name, text]): Array<[string, string]> =>
    typeof text === 'string' ? [[path + name, text]] : flat(text, `${path}${name}.`)
  );
}

const gaps = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

test('the English file says what the source says: npm run words writes it', () => {
  expect(read('en-US')).toEqual(english);
});

describe.each(pluginJson.languages.filter((language) => language !== 'en-US'))('%s', (language) => {
  const source = flat(english);
  const translation = new Map(flat(read(language)));

  test('every text is there, and no other', () => {
    expect([...translation.keys()].sort()).toEqual(source.map(([key]) => key).sort());
  });

  test('every text says something, and has the gaps of the English one', () => {
    const bad = source.filter(([key, text]) => {
      const word = translation.get(key) ?? '';
      return word.trim() === '' || gaps(word).join() !== gaps(text).join();
    });
    expect(bad).toEqual([]);
  });
});

test('no text is read while the plugin loads: the translations come later', () => {
  jest.isolateModules(() => {
    const t = jest.fn((key: string) => key);
    jest.doMock('@grafana/i18n', () => ({ ...jest.requireActual<object>('@grafana/i18n'), t }));
    expect(jest.requireActual<object>('./module')).toHaveProperty('plugin');
    const ours = new Set(flat(english).map(([key]) => key));
    expect(t.mock.calls.filter(([key]) => ours.has(key))).toEqual([]);
  });
  jest.dontMock('@grafana/i18n');
});

test('a text follows the language, its gaps are filled, and nothing is escaped', async () => {
  const words = translated({ greeting: 'Hello {{name}}', bye: { word: 'Bye' } } as const);
  expect(words.greeting({ name: '<b>' })).toBe('Hello <b>');
  i18next.addResourceBundle('de-DE', 'translation', { greeting: 'Hallo {{name}}', bye: { word: 'Tschüss' } });
  await i18next.changeLanguage('de-DE');
  expect(words.greeting({ name: '{{name}}' })).toBe('Hallo {{name}}');
  expect(words.bye.word).toBe('Tschüss');
  await i18next.changeLanguage('en-US');
  expect(words.bye.word).toBe('Bye');
});

test('a text that nobody translated is English', () => {
  expect(texts.config.firewalls.add).toBe(english.config.firewalls.add);
});
