import { t } from '@grafana/i18n';

/** The names in a text's double braces. */
type Gap<Text extends string> = Text extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Gap<Rest> : never;

/** A text without gaps is itself; one with gaps has to be told what to put there. */
type Word<Text extends string> = [Gap<Text>] extends [never]
  ? string
  : (values: Record<Gap<Text>, string | number>) => string;

/** English texts as a tree, as it is written in the source. */
export interface Tree {
  readonly [key: string]: string | Tree;
}

export type Words<T> = {
  readonly [Key in keyof T]: T[Key] extends string ? Word<T[Key]> : Words<T[Key]>;
};

/**
 * The texts of a tree in the language of whoever reads them, under the same names. They are looked up when they are
 * read: Grafana brings the translations after this module is loaded, so nothing may read a text while it loads.
 */
export function translated<T extends Tree>(english: T, path = ''): Words<T> {
  const words = {};
  for (const [name, text] of Object.entries(english)) {
    const key = path + name;
    Object.defineProperty(words, name, {
      enumerable: true,
      ...(typeof text === 'string'
        ? { get: () => (text.includes('{{') ? (values: object) => say(key, text, values) : say(key, text)) }
        : { value: translated(text, `${key}.`) }),
    });
  }
  return words as Words<T>;
}

/** React escapes what it shows: a second time would be once too often. */
const say = (key: string, text: string, values: object = {}): string =>
  t(key, text, { ...values, interpolation: { escapeValue: false } });
