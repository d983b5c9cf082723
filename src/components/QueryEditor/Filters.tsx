import { InlineField, InlineFieldRow, InlineSwitch, RadioButtonGroup } from '@grafana/ui';
import React, { useId } from 'react';

import type { WireGuardDataSource } from '../../datasource';
import type { Choice } from '../../resources';
import { texts } from '../../selectors';
import { eventKinds, type Filter, type FilterKey, type ListFilterKey, querySpecs, type QueryType } from '../../types';
import { FilterList } from '../FilterList';

interface Props {
  queryType: QueryType;
  filter: Filter | undefined;
  datasource: WireGuardDataSource;
  onChange: (filter: Filter) => void;
}

const words = texts.query;

type Sites = keyof typeof words.sites;
const sites = ['all', 'only', 'none'] as const satisfies Sites[];
const siteValues: Record<Sites, boolean | undefined> = { all: undefined, only: true, none: false };

/** Lists of words take no regular expression. */
const tooltipOf = (key: ListFilterKey): string =>
  key === 'statuses' ? words.statusTooltip : key === 'kinds' ? words.kindTooltip : words.filterTooltip;

/** The filters that fit to the query's type. */
export function Filters({ queryType, filter = {}, datasource, onChange }: Props) {
  const id = useId();
  const { filters } = querySpecs[queryType];

  return (
    <InlineFieldRow>
      {filters.map((key: FilterKey) =>
        key === 'interfaceUp' ? (
          <InlineField key={key} label={words.filters[key]}>
            <InlineSwitch
              id={`${id}-${key}`}
              value={filter.interfaceUp ?? false}
              onChange={(event) => onChange({ ...filter, interfaceUp: event.currentTarget.checked })}
            />
          </InlineField>
        ) : key === 'site' ? (
          <InlineField key={key} label={words.filters[key]} tooltip={words.siteTooltip}>
            <RadioButtonGroup
              aria-label={words.filters[key]}
              options={sites.map((value) => ({ value, label: words.sites[value] }))}
              value={sites.find((value) => siteValues[value] === filter.site)}
              onChange={(value) => onChange({ ...filter, site: siteValues[value] })}
            />
          </InlineField>
        ) : (
          <FilterList
            // The lists of another type are other lists: nothing loaded may be left over.
            key={`${queryType}-${key}`}
            label={words.filters[key]}
            tooltip={tooltipOf(key)}
            value={filter[key]}
            variables={datasource.variableNames()}
            load={() => load(datasource, queryType, key, filter)}
            onChange={(list) => onChange({ ...filter, [key]: list })}
          />
        )
      )}
    </InlineFieldRow>
  );
}

async function load(
  datasource: WireGuardDataSource,
  queryType: QueryType,
  key: ListFilterKey,
  filter: Filter
): Promise<Choice[]> {
  switch (key) {
    case 'statuses':
      return querySpecs[queryType].statuses.map(choice);
    case 'kinds':
      return eventKinds.map(choice);
    case 'firewalls':
    case 'interfaces':
    case 'peers':
      // A list must not narrow its own choices: else only what is chosen already could be chosen.
      return datasource.choices(key, { ...filter, [key]: undefined });
  }
}

const choice = (value: string): Choice => ({ value, label: value });
