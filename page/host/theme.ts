import { createTheme, type GrafanaTheme2 } from '@grafana/data';
import { config } from '@grafana/runtime';

import type { Mode } from '../preferences';

/** The theme, which the plugin may also find in the runtime's config. */
export function setTheme(mode: Mode): GrafanaTheme2 {
  config.theme2 = createTheme({ colors: { mode } });
  return config.theme2;
}
