import { Alert, Button, ConfirmButton, LinkButton, Stack, Text } from '@grafana/ui';
import React, { useState } from 'react';

import { installMissing, loadRules, restoreChanged, type RuleState, type ShippedRule } from '../../alertRules';
import { link, messageOf, resourcePath } from '../../api';
import { texts } from '../../selectors';
import { RuleTable } from './RuleTable';

interface Props {
  /** Of the data source. */
  uid: string;
}

const words = texts.config.alertRules;

/** The shipped alert rules: to see, to download, to install. It is asked for before Grafana is. */
export function AlertRules({ uid }: Props) {
  const [rules, setRules] = useState<ShippedRule[]>();
  const [news, setNews] = useState<{ severity: 'success' | 'error' | 'warning'; title: string }>();
  const [busy, setBusy] = useState(false);

  const look = async () => {
    const loaded = await loadRules(uid);
    setRules(loaded.rules);
    if (loaded.problem) {
      setNews({ severity: 'warning', title: words.unreadable({ reason: loaded.problem }) });
    }
  };
  const run = async (work: () => Promise<void>, done?: string) => {
    setBusy(true);
    setNews(undefined);
    try {
      await work();
      await look();
      setNews((sooner) => sooner ?? (done ? { severity: 'success', title: done } : undefined));
    } catch (error) {
      setNews({ severity: 'error', title: words.failed({ reason: messageOf(error) }) });
      // What was done until then has to be seen, too.
      await look().catch(() => undefined);
    }
    setBusy(false);
  };
  const count = (state: RuleState) => rules?.filter((rule) => rule.state === state).length ?? 0;
  const nothing = () => Promise.resolve();

  return (
    <Stack direction="column" gap={2}>
      <Text color="secondary">{words.description}</Text>
      {rules && <RuleTable rules={rules} />}
      {count('file') > 0 && <Alert severity="info" title={words.fromFile} />}
      <div role="status">{news && <Alert {...news} />}</div>
      <Stack wrap="wrap">
        <Button variant="secondary" icon="list-ul" disabled={busy} onClick={() => void run(nothing)}>
          {rules ? words.refresh : words.show}
        </Button>
        {rules && count('missing') > 0 && (
          <Button icon="plus" disabled={busy} onClick={() => void run(() => installMissing(rules), words.done)}>
            {words.install({ number: count('missing') })}
          </Button>
        )}
        {rules && count('changed') > 0 && (
          <ConfirmButton
            confirmText={words.restoreConfirm}
            disabled={busy}
            onConfirm={() => void run(() => restoreChanged(rules), words.done)}
          >
            {words.restore({ number: count('changed') })}
          </ConfirmButton>
        )}
        <LinkButton
          variant="secondary"
          icon="download-alt"
          href={link(resourcePath(uid, 'alert-rules?format=file'))}
          download={`opnsense-wireguard-alerts-${uid}.yaml`}
        >
          {words.download}
        </LinkButton>
        <LinkButton variant="secondary" icon="bell" href={link('/alerting/list?search=OPNsense')}>
          {words.open}
        </LinkButton>
      </Stack>
    </Stack>
  );
}
