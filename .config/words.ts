import { writeFileSync } from 'fs';
import { resolve } from 'path';

import pluginJson from '../src/plugin.json';
import { english } from '../src/selectors';

/** Writes the English words where translators and Grafana look for them; a test finds the file behind the source. */
writeFileSync(
  resolve(__dirname, `../src/locales/en-US/${pluginJson.id}.json`),
  `${JSON.stringify(english, null, 2)}\n`
);
