import {
  CoreApp,
  type DataSourceInstanceSettings,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, HealthCheckError, HealthStatus, type TemplateSrv } from '@grafana/runtime';

import { interpolateList } from './interpolate';
import {
  type Choice,
  firewallChoices,
  type FirewallRow,
  interfaceChoices,
  type InterfaceRow,
  peerChoices,
  type PeerRow,
  type ResourceKind,
  type Scope,
} from './resources';
import { texts } from './selectors';
import type { Settings } from './settings';
import type { Filter, WireGuardQuery } from './types';
import { VariableSupport } from './variables';

export class WireGuardDataSource extends DataSourceWithBackend<WireGuardQuery, Settings> {
  constructor(
    instanceSettings: DataSourceInstanceSettings<Settings>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(instanceSettings);
    this.variables = new VariableSupport(this);
  }

  /** An alert rule wants numbers; whoever looks wants to see everything. */
  override getDefaultQuery(app: CoreApp): Partial<WireGuardQuery> {
    return app === CoreApp.UnifiedAlerting
      ? { queryType: 'interfaces', format: 'numeric', metric: 'status' }
      : { queryType: 'interfaces', format: 'table' };
  }

  /** Every query can run, also an empty one (all has a default): what is wrong with one, the back end says. */
  override filterQuery(query: WireGuardQuery): boolean {
    return query.hide !== true;
  }

  override applyTemplateVariables(query: WireGuardQuery, scopedVars: ScopedVars): WireGuardQuery {
    return query.filter ? { ...query, filter: this.interpolateFilter(query.filter, scopedVars) } : query;
  }

  interpolateFilter<T extends Filter>(filter: T, scopedVars: ScopedVars): T {
    const result = { ...filter };
    for (const key of ['firewalls', 'interfaces', 'peers', 'statuses'] as const) {
      const list = filter[key];
      if (Array.isArray(list)) {
        result[key] = interpolateList(list, this.templates, scopedVars);
      }
    }
    return result;
  }

  /** `$name` of every variable of the dashboard, for lists of choices. */
  variableNames(): string[] {
    return this.templates.getVariables().map((variable) => `$${variable.name}`);
  }

  /** The values that the back end knows for one list of a filter, within what the other lists leave. */
  async choices(kind: ResourceKind, filter: Filter = {}, scopedVars: ScopedVars = {}): Promise<Choice[]> {
    const { firewalls: firewall, interfaces } = this.interpolateFilter(filter, scopedVars);
    switch (kind) {
      case 'firewalls':
        return firewallChoices(await this.rows<FirewallRow>('firewalls'));
      case 'interfaces':
        return interfaceChoices(await this.rows<InterfaceRow>('interfaces', { firewall }));
      case 'peers':
        return peerChoices(await this.rows<PeerRow>('peers', { firewall, interface: interfaces }));
    }
  }

  /**
   * As the stock one, but what the health check has to tell in detail is shown when all is well, too: which privileges
   * a key has, what a firewall does not let us read.
   */
  override async testDatasource(): Promise<TestDataSourceResponse> {
    const health = await this.callHealthCheck();
    const message = health?.message || texts.health.noAnswer;
    if (health?.status !== HealthStatus.OK) {
      throw Object.assign(new Error(message), { status: 'error', error: new HealthCheckError(message, health?.details) });
    }
    const verboseMessage = health.details?.verboseMessage;
    return {
      status: 'success',
      message,
      details: typeof verboseMessage === 'string' ? { verboseMessage } : undefined,
    };
  }

  private async rows<Row>(path: string, scope?: Scope): Promise<Row[]> {
    const rows: unknown = await this.getResource(path, scope, { showErrorAlert: false });
    return Array.isArray(rows) ? (rows as Row[]) : [];
  }
}
