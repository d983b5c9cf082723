import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Alert, Badge, type BadgeColor, Stack, Text, useStyles2 } from '@grafana/ui';
import React from 'react';

import { useAnswer } from '../host/useAnswer';
import { useTick } from '../useTick';
import { words } from '../words';

type State = keyof typeof words.rules.states;

interface Rules {
  evaluationSeconds: number;
  /** 0: as shipped. */
  shortForSeconds: number;
  evaluated: string;
  error?: string;
  rules: Rule[];
}

interface Rule {
  name: string;
  expr: string;
  state: State;
  forSeconds: number;
  severity: string;
  error?: string;
  alerts: RuleAlert[];
}

interface RuleAlert {
  state: State;
  since: string;
  leftSeconds: number;
  summary: string;
  description: string;
  labels: Record<string, string>;
}

const refreshSeconds = 2;
const colors: Record<State, BadgeColor> = { inactive: 'green', pending: 'orange', firing: 'red', paused: 'darkgrey' };

/** The shipped alert rules, as Prometheus' engine has them now. */
export function RulesTab() {
  const styles = useStyles2(getStyles);
  const [tick] = useTick(refreshSeconds);
  const { data, error } = useAnswer<Rules>('/api/rules', tick);
  const problem = error ?? data?.error;
  const { columns } = words.rules;

  return (
    <Stack direction="column" gap={2}>
      {problem && <Alert severity="error" title={problem} />}
      {data && <Text color="secondary">{`${words.rules.how(data.evaluationSeconds)} ${words.rules.pause}`}</Text>}
      {data && data.shortForSeconds > 0 && <Alert severity="info" title={words.rules.short(data.shortForSeconds)} />}
      <table className={styles.table} aria-label={words.tabs.rules}>
        <thead>
          <tr>
            {Object.values(columns).map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{data?.rules.map((rule) => <RuleRow key={rule.name} rule={rule} />)}</tbody>
      </table>
    </Stack>
  );
}

function RuleRow({ rule: { name, expr, state, forSeconds, severity, error, alerts } }: { rule: Rule }) {
  return (
    <tr>
      <th scope="row">
        <Text element="p">{name}</Text>
        <Text variant="code" color="secondary">
          {expr}
        </Text>
        {error && <Alert severity="error" title={error} />}
      </th>
      <td>
        <Badge text={words.rules.states[state]} color={colors[state]} />
      </td>
      <td>{severity}</td>
      <td>{`${forSeconds}\u00a0s`}</td>
      <td>
        {alerts.map((alert) => (
          <AlertLine key={JSON.stringify(alert.labels)} alert={alert} />
        ))}
      </td>
    </tr>
  );
}

function AlertLine({ alert: { state, since, leftSeconds, summary, description } }: { alert: RuleAlert }) {
  const [what] = description.split('\n');
  const when =
    state === 'pending' ? words.rules.left(leftSeconds) : words.rules.firing(dateTimeFormat(since, { format: 'HH:mm:ss' }));
  return (
    <p>
      <Badge text={words.rules.states[state]} color={colors[state]} /> <strong>{summary}</strong> {what} ({when})
    </p>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    'th, td': { padding: theme.spacing(1), textAlign: 'left', verticalAlign: 'top', fontWeight: 'normal', borderBottom: `1px solid ${theme.colors.border.weak}` },
    thead: { color: theme.colors.text.secondary },
  }),
});
