import { InlineField, InlineFieldRow, InlineSwitch, RadioButtonGroup } from '@grafana/ui';
import React, { useId } from 'react';

import type { WireGuardDataSource } from '../../datasource';
import type { Choice } from '../../resources';
import { texts } from '../../selectors';
import { type Filter, type FilterKey, type ListFilterKey, querySpecs, type WireGuardQuery } from '../../types';
import { FilterList } from '../FilterList';

interface Props {
  query: WireGuardQuery;
  datasource: WireGuardDataSource;
  onChange: (filter: Filter) => void;
}

const words = texts.query;

type Sites = keyof typeof words.sites;
const siteOptions = (['all', 'only', 'none'] as const).map((value) => ({ value, label: words.sites[value] }));
const siteValues: Record<Sites, boolean | undefined> = { all: undefined, only: true, none: false };

/** The filters that fit to the query's type. */
export function Filters({ query, datasource, onChange }: Props) {
  const id = useId();
  const { filters, statuses } = querySpecs[query.queryType];
  const filter: Filter = query.filter ?? {};

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
              options={siteOptions}
              value={siteOptions.find(({ value }) => siteValues[value] === filter.site)?.value}
              onChange={(value) => onChange({ ...filter, site: siteValues[value] })}
            />
          </InlineField>
        ) : (
          <FilterList
            // The lists of another type are other lists: nothing loaded may be left over.
            key={`${query.queryType}-${key}`}
            label={words.filters[key]}
            tooltip={key === 'statuses' ? words.statusTooltip : words.filterTooltip}
            value={filter[key]}
            variables={datasource.variableNames()}
            load={() => load(datasource, key, filter, statuses)}
            onChange={(list) => onChange({ ...filter, [key]: list })}
          />
        )
      )}
    </InlineFieldRow>
  );
}

async function load(
  datasource: WireGuardDataSource,
  key: ListFilterKey,
  filter: Filter,
  statuses: readonly string[]
): Promise<Choice[]> {
  if (key === 'statuses') {
    return statuses.map((value) => ({ value, label: value }));
  }
  // A list must not narrow its own choices: else only what is chosen already could be chosen.
  return datasource.choices(key, { ...filter, [key]: undefined });
}
