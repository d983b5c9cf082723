/**
 * The packages that Grafana hands to a plugin when it loads it. They must not be in the bundle: a second React or a
 * second @grafana/runtime would have a state of its own. Not in the list, because Grafana does not share it:
 * @grafana/schema.
 */
export const providedByGrafana: string[] = [
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
  'd3',
  'emotion',
  'i18next',
  'jquery',
  'lodash',
  'moment',
  'prismjs',
  'react',
  'react-dom',
  'react-inlinesvg',
  'react-redux',
  'react-router',
  'react-router-dom',
  'react/jsx-dev-runtime',
  'react/jsx-runtime',
  'redux',
  'rxjs',
  'rxjs/operators',
  'slate',
  'slate-plain-serializer',
  'slate-react',
];
