import { type AlertRule, installMissing, loadRules, restoreChanged } from './alertRules';
import { fakeBackend, Refusal } from './testkit';

const rule = (name: string, part: Partial<AlertRule> = {}): AlertRule => ({
  uid: `wg-${name}`,
  title: name,
  ruleGroup: 'OPNsense WireGuard wg',
  condition: 'B',
  data: [{ refId: 'A', datasourceUid: 'wg', model: { refId: 'A', queryType: 'interfaces' } }],
  noDataState: 'KeepLast',
  execErrState: 'KeepLast',
  missingSeriesEvalsToResolve: 60,
  for: '2m',
  isPaused: false,
  labels: { severity: 'critical' },
  annotations: { summary: 'down', __panelId__: '21' },
  ...part,
});

/** As Grafana gives a rule back: with fields of its own, and without the link to the panel. */
const stored = (name: string, part: Partial<AlertRule> = {}): AlertRule => {
  const { data, ...rest } = rule(name, { folderUID: 'team', annotations: { summary: 'down' }, ...part });
  const kept = data.map((query) => ({ ...query, queryType: '', model: { ...query.model, intervalMs: 1000 } }));
  return { ...rest, data: kept };
};

interface Grafana {
  shipped: AlertRule[];
  rules?: AlertRule[] | Refusal;
  folders?: object[];
  /** The title of the rule that Grafana refuses to write. */
  refuse?: string;
}

function grafana({ shipped, rules = [], folders = [], refuse }: Grafana) {
  return fakeBackend(({ method, url, data }) => {
    if (method === 'GET') {
      return url === '/api/folders' ? folders : url.endsWith('alert-rules') && !url.includes('uid/') ? rules : { rules: shipped };
    }
    if (url === '/api/folders') {
      return { uid: 'new-folder' };
    }
    return (data as AlertRule).title === refuse ? new Refusal(403, { message: 'no' }) : data;
  });
}

const written = (log: ReturnType<typeof grafana>) => log.filter(({ method }) => method !== 'GET');
const states = async () => (await loadRules('wg')).rules.map(({ state }) => state);

describe('how a rule stands', () => {
  test.each<[string, AlertRule[], string]>([
    ['nothing of that uid', [], 'missing'],
    ['one of the same title for another data source', [stored('a', { uid: 'x', data: [] })], 'missing'],
    ['one of the same title that somebody made', [stored('a', { uid: 'x' })], 'missing'],
    ['a longer wait', [stored('a', { for: '5m' })], 'changed'],
    ['another text', [stored('a', { annotations: { summary: 'off' } })], 'changed'],
    ['no labels at all', [stored('a', { labels: undefined })], 'changed'],
    ['one query more', [stored('a', { data: [...rule('a').data, ...rule('a').data] })], 'changed'],
    ['another query', [stored('a', { data: [{ refId: 'A', datasourceUid: 'wg', model: {} }] })], 'changed'],
    ['as shipped', [stored('a')], 'installed'],
    ['paused, in another group and folder, is as shipped', [stored('a', { isPaused: true, ruleGroup: 'mine' })], 'installed'],
    ['of a file', [stored('a', { provenance: 'file', for: '9m' })], 'file'],
    ['of a file under another uid', [stored('a', { uid: 'x', provenance: 'file' })], 'file'],
  ])('%s', async (_, rules, state) => {
    grafana({ shipped: [rule('a')], rules });
    expect(await states()).toEqual([state]);
  });

  test('who may not read rules sees the shipped ones all the same', async () => {
    grafana({ shipped: [rule('a')], rules: new Refusal(403, { message: 'no right' }) });
    const { rules, problem } = await loadRules('wg');
    expect(rules).toMatchObject([{ shipped: { title: 'a' }, state: 'unknown' }]);
    expect(problem).toBe('no right');
  });
});

describe('installing', () => {
  test('creates what is missing, free to be edited, in a new folder', async () => {
    const log = grafana({ shipped: [rule('a'), rule('b'), rule('c')], rules: [stored('b', { provenance: 'file' })] });
    await installMissing((await loadRules('wg')).rules);
    expect(written(log)).toMatchObject([
      { method: 'POST', url: '/api/folders', data: { title: 'OPNsense' } },
      { method: 'POST', data: { uid: 'wg-a', folderUID: 'new-folder' }, headers: { 'X-Disable-Provenance': 'true' } },
      { method: 'POST', data: { uid: 'wg-c', folderUID: 'new-folder' } },
    ]);
  });

  test.each([
    ['where the other rules are', [stored('b')], [{ uid: 'f', title: 'OPNsense' }], 'team'],
    ['in the folder of our name', [], [{ uid: 'x', title: 'other' }, { uid: 'f', title: 'OPNsense' }], 'f'],
  ])('puts them %s', async (_, rules, folders, folderUID) => {
    const log = grafana({ shipped: [rule('a'), rule('b')], rules, folders });
    await installMissing((await loadRules('wg')).rules);
    expect(written(log)[0]).toMatchObject({ data: { uid: 'wg-a', folderUID } });
  });

  test('touches nothing when all is there, changed or not', async () => {
    const log = grafana({ shipped: [rule('a'), rule('b')], rules: [stored('a'), stored('b', { for: '9m' })] });
    await installMissing((await loadRules('wg')).rules);
    expect(written(log)).toEqual([]);
  });

  test('a refusal ends it and is told; what was done stays', async () => {
    const log = grafana({ shipped: [rule('a'), rule('b'), rule('c')], refuse: 'b' });
    await expect(installMissing((await loadRules('wg')).rules)).rejects.toThrow('no');
    expect(written(log).map(({ data }) => (data as AlertRule).title)).toEqual(['OPNsense', 'a', 'b']);
  });
});

describe('putting back', () => {
  test('what was changed is as shipped; place, pause and receiver stay', async () => {
    const own = { for: '9m', isPaused: true, ruleGroup: 'mine', notification_settings: { receiver: 'me' } };
    const log = grafana({ shipped: [rule('a'), rule('b'), rule('c')], rules: [stored('a', own), stored('b')] });
    await restoreChanged((await loadRules('wg')).rules);
    expect(written(log)).toMatchObject([
      { method: 'PUT', url: '/api/v1/provisioning/alert-rules/wg-a', data: { ...own, for: '2m', folderUID: 'team' } },
    ]);
    expect(written(log)[0]?.headers).toEqual({ 'X-Disable-Provenance': 'true' });
  });

  test('what the API marked as its own stays so', async () => {
    const log = grafana({ shipped: [rule('a')], rules: [stored('a', { for: '9m', provenance: 'api' })] });
    await restoreChanged((await loadRules('wg')).rules);
    expect(written(log)).toMatchObject([{ method: 'PUT', headers: undefined }]);
  });

  test('a file is never overruled', async () => {
    const log = grafana({ shipped: [rule('a')], rules: [stored('a', { for: '9m', provenance: 'file' })] });
    await restoreChanged((await loadRules('wg')).rules);
    expect(written(log)).toEqual([]);
  });
});
