import german from '../src/locales/de-DE/opnsense-wireguard-datasource.json';
import { english } from '../src/selectors';
import { words as page } from '../page/words';

/** The words by which the tests find things: those of the editors, and those of the page around them. */
export { english, german, page };

/** A text with its gaps filled: `fill(english.config.firewalls.remove, { name: 'hq' })`. */
export const fill = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (gap, name: string) => String(values[name] ?? gap));
