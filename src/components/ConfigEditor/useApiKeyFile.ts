import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { useState } from 'react';

import { type ApiKeyFile, fillSecrets, largestFile, parseApiKeyFile } from '../../apikey';
import type { texts } from '../../selectors';
import type { Secrets, Settings } from '../../settings';
import { useLatest } from '../useLatest';

type Props = Pick<DataSourcePluginOptionsEditorProps<Settings, Secrets>, 'options' | 'onOptionsChange'>;
export type Outcome = keyof typeof texts.config.apiKeyFile.outcomes;

/** Fills key and secret of a firewall from OPNsense's `apikey.txt`, and tells what came of it, never the values. */
export function useApiKeyFile(firewallId: string, props: Props) {
  const [outcome, setOutcome] = useState<Outcome>();
  // Reading takes a moment, in which somebody may type, or remove the firewall.
  const latest = useLatest(props);

  /** False when the text is no such file; nothing is changed then. */
  const take = (text: string): boolean => {
    const found = text.length <= largestFile ? parseApiKeyFile(text) : undefined;
    if (found && latest.current) {
      const { options, onOptionsChange } = latest.current;
      onOptionsChange(fillSecrets(options, firewallId, found));
      setOutcome(outcomeOf(found));
    }
    return found !== undefined;
  };

  const read = async (files: readonly File[]) => {
    const [file, ...more] = files;
    if (!file || more.length > 0) {
      setOutcome('several');
    } else if (file.size > largestFile) {
      setOutcome('tooLarge');
    } else {
      const text = await textOf(file);
      if (text === undefined) {
        setOutcome('unreadable');
      } else if (!take(text)) {
        setOutcome('neither');
      }
    }
  };

  return { outcome, take, read };
}

const outcomeOf = (found: ApiKeyFile): Outcome =>
  found.apiKey === undefined ? 'apiSecret' : found.apiSecret === undefined ? 'apiKey' : 'both';

/** Undefined when it cannot be read: a folder, say. */
function textOf(file: File): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : undefined);
    reader.onerror = () => resolve(undefined);
    reader.readAsText(file);
  });
}
