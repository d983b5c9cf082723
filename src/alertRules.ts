import { ask, messageOf, resourcePath } from './api';

/** A rule as Grafana's provisioning API writes and reads it, as far as we look at it. */
export interface AlertRule {
  uid: string;
  title: string;
  ruleGroup: string;
  condition: string;
  data: Array<{ refId: string; datasourceUid: string; model: Fields }>;
  noDataState: string;
  execErrState: string;
  missingSeriesEvalsToResolve?: number;
  for: string;
  isPaused: boolean;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  folderUID?: string;
  /** Who may change it: `file` for a provisioning file, `api` for the API, nothing for everybody with the right to. */
  provenance?: string;
  notification_settings?: unknown;
}

type Fields = Record<string, unknown>;

/**
 * How a shipped rule stands in this Grafana: not there; there as shipped; there, but not as shipped; provided by a
 * file, which alone can change it; or not known, because whoever looks may not read rules.
 */
export type RuleState = 'missing' | 'installed' | 'changed' | 'file' | 'unknown';

export interface ShippedRule {
  shipped: AlertRule;
  /** The rule that stands for it in this Grafana. */
  found?: AlertRule;
  state: RuleState;
}

const rulesPath = '/api/v1/provisioning/alert-rules';
const folderTitle = 'OPNsense';

/** The shipped rules of a data source and how each of them stands; `problem` tells why that is not known. */
export async function loadRules(uid: string): Promise<{ rules: ShippedRule[]; problem?: string }> {
  const { rules } = await ask<{ rules: AlertRule[] }>(resourcePath(uid, 'alert-rules'), { params: { format: 'api' } });
  try {
    const all = await ask<AlertRule[]>(rulesPath);
    return { rules: rules.map((shipped) => compare(shipped, all, uid)) };
  } catch (error) {
    return { rules: rules.map((shipped) => ({ shipped, state: 'unknown' })), problem: messageOf(error) };
  }
}

/** Under its own uid; or, from a file that somebody wrote by hand, under its title for the same data source. */
function compare(shipped: AlertRule, all: AlertRule[], uid: string): ShippedRule {
  const byHand = ({ title, provenance, data }: AlertRule) =>
    provenance === 'file' && title === shipped.title && data.some(({ datasourceUid }) => datasourceUid === uid);
  const found = all.find((rule) => rule.uid === shipped.uid) ?? all.find(byHand);
  if (!found) {
    return { shipped, state: 'missing' };
  }
  if (found.provenance === 'file') {
    return { shipped, found, state: 'file' };
  }
  return { shipped, found, state: holds(asShipped(found), asShipped(shipped)) ? 'installed' : 'changed' };
}

/** What an update puts back. Where a rule is kept, whom it tells and whether it is paused is its owner's business. */
const asShipped = (rule: AlertRule) => ({
  title: rule.title,
  condition: rule.condition,
  data: rule.data,
  noDataState: rule.noDataState,
  execErrState: rule.execErrState,
  missingSeriesEvalsToResolve: rule.missingSeriesEvalsToResolve,
  for: rule.for,
  labels: rule.labels,
  // The API takes the link to a panel as annotations, and does not give them back.
  annotations: Object.fromEntries(Object.entries(rule.annotations ?? {}).filter(([name]) => !name.startsWith('__'))),
});

/** Whether a value has all that is wanted: Grafana adds fields of its own. Lists have to be equally long. */
function holds(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) {
    return value === wanted || wanted === undefined;
  }
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  if (Array.isArray(wanted) && (!Array.isArray(value) || value.length !== wanted.length)) {
    return false;
  }
  return Object.entries(wanted).every(([name, part]) => holds((value as Fields)[name], part));
}

/** Installs the rules that are missing, and touches no other. What one call did stays when the next one fails. */
export async function installMissing(rules: ShippedRule[]): Promise<void> {
  const missing = rules.filter(({ state }) => state === 'missing');
  const folder = missing.length > 0 ? await folderUid(rules) : undefined;
  for (const { shipped } of missing) {
    await create({ ...shipped, folderUID: folder });
  }
}

/** Puts the rules that were changed back as they are shipped, and touches no other. */
export async function restoreChanged(rules: ShippedRule[]): Promise<void> {
  for (const { shipped, found, state } of rules) {
    if (found && state === 'changed') {
      await update(shipped, found);
    }
  }
}

const create = (rule: AlertRule) =>
  ask<AlertRule>(rulesPath, { method: 'POST', body: rule, headers: editable });

const update = (shipped: AlertRule, found: AlertRule) =>
  ask<AlertRule>(`${rulesPath}/${encodeURIComponent(found.uid)}`, {
    method: 'PUT',
    body: {
      ...shipped,
      folderUID: found.folderUID,
      ruleGroup: found.ruleGroup,
      isPaused: found.isPaused,
      notification_settings: found.notification_settings,
    },
    // Grafana lets nobody but the API change what the API has marked as its own.
    headers: found.provenance === 'api' ? undefined : editable,
  });

/** Without it, Grafana would keep people from changing the rule in its own pages. */
const editable = { 'X-Disable-Provenance': 'true' };

/** The folder of the rules that are there; else the one with our title; else a new one. */
async function folderUid(rules: ShippedRule[]): Promise<string> {
  const used = rules.find(({ found, state }) => found?.folderUID && state !== 'file')?.found?.folderUID;
  if (used) {
    return used;
  }
  const folders = await ask<Array<{ uid: string; title: string; managedBy?: string }>>('/api/folders');
  const ours = folders.find(({ title }) => title === folderTitle);
  return ours?.uid ?? (await ask<{ uid: string }>('/api/folders', { method: 'POST', body: { title: folderTitle } })).uid;
}
