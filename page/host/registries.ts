import {
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  type FieldConfigPropertyItem,
  FieldConfigOptionsRegistry,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardTransformers,
  standardTransformersRegistry,
  thresholdsOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

const nothing = () => null;

type Process = FieldConfigPropertyItem['process'];

/** The options of fields that panels of the dashboards set, by the names that their JSON has. */
const standard: Record<string, Process> = {
  displayName: displayNameOverrideProcessor,
  unit: identityOverrideProcessor,
  min: numberOverrideProcessor,
  max: numberOverrideProcessor,
  decimals: numberOverrideProcessor,
  noValue: displayNameOverrideProcessor,
  links: dataLinksOverrideProcessor,
  color: identityOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
};

const custom = ['align', 'cellOptions', 'drawStyle', 'fillOpacity', 'filterable', 'hidden', 'hideFrom.viz', 'insertNulls', 'inspect',
  'lineInterpolation', 'lineWidth', 'minWidth', 'showPoints', 'spanNulls', 'thresholdsStyle', 'width', 'wrapText'];

function item(path: string, process: Process, isCustom: boolean): FieldConfigPropertyItem {
  return {
    id: isCustom ? `custom.${path}` : path,
    path,
    name: path,
    isCustom,
    process,
    shouldApply: () => true,
    editor: nothing,
    override: nothing,
    getItemsCount: undefined,
  };
}

export const fieldOptions = new FieldConfigOptionsRegistry(() => [
  ...Object.entries(standard).map(([path, process]) => item(path, process, false)),
  ...custom.map((path) => item(path, identityOverrideProcessor, true)),
]);

/** Grafana fills these when it starts; the packages only hold them. */
export function initRegistries() {
  standardEditorsRegistry.setInit(() => []);
  standardTransformersRegistry.setInit(() =>
    // Some of them are listed under two names.
    [...new Map(Object.values(standardTransformers).map((one) => [one.id, one])).values()].map((transformation) => ({
      id: transformation.id,
      name: transformation.name,
      transformation,
      editor: nothing,
      imageDark: '',
      imageLight: '',
    }))
  );
}
