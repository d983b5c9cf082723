import { css } from '@emotion/css';
import type { SelectableValue } from '@grafana/data';
import { InlineField, MultiSelect, Stack } from '@grafana/ui';
import React from 'react';

import type { Dashboard } from '../panels/dashboard';
import type { Variable } from '../panels/useVariables';
import { words } from '../words';

interface Props {
  variables: Variable[];
  choose: (name: string, values: string[]) => void;
  links: Dashboard['links'];
}

const linkStyle = css({ textDecoration: 'underline' });

/** What stands above a dashboard: its variables, and its links to the others. */
export function VariableBar({ variables, choose, links = [] }: Props) {
  return (
    <Stack wrap="wrap" alignItems="center" justifyContent="space-between">
      <Stack wrap="wrap">
        {variables.map(({ name, label, options, chosen }) => (
          <InlineField key={name} label={label}>
            <MultiSelect
              aria-label={label}
              placeholder={words.all}
              width={30}
              options={options.map((value) => ({ value, label: value }))}
              value={chosen}
              onChange={(picked: Array<SelectableValue<string>>) => choose(name, picked.flatMap(({ value }) => value ?? []))}
            />
          </InlineField>
        ))}
      </Stack>
      <Stack>
        {links.map(({ title, url }) => (
          <a key={title} href={inPage(url)} className={linkStyle}>
            {title}
          </a>
        ))}
      </Stack>
    </Stack>
  );
}

/** Dashboards are shown on this page, behind the `#`. */
const inPage = (url: string): string => url.replace(/^\/d\//, '#d/');
