/** The page's own words. Those of the editors are the plugin's. */
export const words = {
  title: 'OPNsense WireGuard',
  subtitle: 'the plugin as it ships, on simulated firewalls',
  views: 'Views',
  tabs: { overview: 'Overview', query: 'Query', config: 'Configuration', rules: 'Alert rules' },
  theme: { label: 'Theme', dark: 'Dark', light: 'Light' },
  language: 'Language of the plugin',
  query: {
    run: 'Run query',
    result: 'Result',
    none: 'No query was run yet.',
    noRows: 'The query answered, with no rows.',
    loading: 'Asking…',
    rows: (rows: number) => (rows === 1 ? '1 row' : `${rows} rows`),
  },
  config: {
    save: 'Save & test',
    undo: 'Undo changes',
    saving: 'Saving…',
    readOnly: 'Show it as if a file provisioned it',
    testing: 'Result of Save & test',
  },
};
