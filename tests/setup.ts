import { existsSync } from 'fs';

import { chromium } from './chromium';
import { grafana, lacking } from './grafana/environment';

const needed = [
  ['build/demo', 'go build -o build/demo ./cmd/demo'],
  ['build/page/index.html', 'npm run build:page'],
  ['dist/module.js', 'go tool mage build'],
  [chromium.executablePath ?? '', 'install the package chromium, or name the program in CHROMIUM'],
] as const;

/** Runs once, before all tests: names what is missing, and says which tests are left out. */
export default function setup() {
  const missing = needed.filter(([path]) => !existsSync(path)).map(([path, cure]) => `${path} is not there: ${cure}`);
  if (grafana.url === '') {
    process.stdout.write('tests/grafana is skipped: GRAFANA_URL is not set\n');
  } else {
    missing.push(...lacking().map((name) => `${name} is not set: go tool mage demo prints it, and Grafana needs it too`));
  }
  if (missing.length > 0) {
    throw new Error(missing.join('\n'));
  }
}
