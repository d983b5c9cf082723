import {
  type AdHocVariableFilter,
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type MetricFindValue,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { DataSourceWithBackend, getTemplateSrv, HealthCheckError, HealthStatus, type TemplateSrv } from '@grafana/runtime';
import { defer, map, merge, type Observable } from 'rxjs';

import { joinFilters } from './adhoc';
import { annotationSupport } from './annotations';
import { withoutEmptyFrames } from './emptyFrames';
import { firewallsIn, newestHealth } from './health';
import { interpolateList } from './interpolate';
import { isLive, liveData, liveKey, livePace, liveResponses, liveService, liveStream } from './live';
import { normaliseQuery } from './normalise';
import { interpolateExpr } from './promql';
import { queryText } from './queryText';
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
  tagValues,
} from './resources';
import { texts } from './selectors';
import type { Settings } from './settings';
import { type Filter, labelKeys, type PromqlQuery, type RowsQuery, type WireGuardQuery } from './types';
import { VariableSupport } from './variables';

export class WireGuardDataSource extends DataSourceWithBackend<WireGuardQuery, Settings> {
  /** Undefined when the settings have live panels switched off. */
  readonly pace: ReturnType<typeof livePace>;

  constructor(
    instanceSettings: DataSourceInstanceSettings<Settings>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(instanceSettings);
    this.pace = livePace(instanceSettings.jsonData);
    this.variables = new VariableSupport(this);
    this.annotations = annotationSupport;
  }

  /** An alert rule wants numbers; whoever looks wants to see everything. */
  override getDefaultQuery(app: CoreApp): Partial<WireGuardQuery> {
    return app === CoreApp.UnifiedAlerting
      ? { queryType: 'interfaces', format: 'numeric', metric: 'status' }
      : { queryType: 'interfaces', format: 'table' };
  }

  override getQueryDisplayText(query: WireGuardQuery): string {
    return queryText(query);
  }

  /** Nearly every query can run (all has a default): what is wrong with one, the back end says. */
  override filterQuery(query: WireGuardQuery): boolean {
    return query.hide !== true && !isBlank(query);
  }

  /** Live queries get their values from streams, all others as usual. */
  override query(request: DataQueryRequest<WireGuardQuery>): Observable<DataQueryResponse> {
    const { pace } = this;
    const live = pace && liveService(request);
    const watched = live ? request.targets.filter(isLive) : [];
    if (!live || watched.length === 0) {
      return this.ask(request);
    }
    const streams = watched.map((query) => {
      const data = liveData(this.withoutVariables(query, request), request, pace);
      const stream = liveStream(live, this.uid, data, query.refId, request);
      const answer = defer(() => this.ask({ ...request, targets: [query] }));
      return liveResponses(answer, stream, liveKey(request, query.refId));
    });
    const others = request.targets.filter((query) => !isLive(query));
    return others.length > 0 ? merge(this.ask({ ...request, targets: others }), ...streams) : merge(...streams);
  }

  private ask(request: DataQueryRequest<WireGuardQuery>): Observable<DataQueryResponse> {
    return super.query(request).pipe(map(withoutEmptyFrames));
  }

  private withoutVariables(query: WireGuardQuery, { scopedVars, filters }: DataQueryRequest<WireGuardQuery>): RowsQuery {
    return normaliseQuery(this.applyTemplateVariables(query, scopedVars, filters)) as RowsQuery;
  }

  /** Also hands on the ad-hoc filters of the dashboard. */
  override applyTemplateVariables(
    query: WireGuardQuery,
    scopedVars: ScopedVars,
    filters?: AdHocVariableFilter[]
  ): WireGuardQuery {
    const adhoc = joinFilters(query.adhoc, filters, this.templates, scopedVars);
    const narrowed: WireGuardQuery = adhoc.length > 0 ? { ...query, adhoc } : query;
    if (narrowed.queryType === 'promql') {
      return this.interpolatePromql(narrowed, scopedVars);
    }
    return narrowed.filter ? { ...narrowed, filter: this.interpolateFilter(narrowed.filter, scopedVars) } : narrowed;
  }

  /** What ad-hoc filters can be about. */
  override getTagKeys(): Promise<MetricFindValue[]> {
    return Promise.resolve(labelKeys.map((text) => ({ text })));
  }

  /** The values that a label has now, for the completion of expressions. */
  async labelValues(label: string): Promise<string[]> {
    return (await this.getTagValues({ key: label })).map(({ text }) => text);
  }

  /** The values that a label has now. */
  override async getTagValues({ key }: Pick<DataSourceGetTagValuesOptions, 'key'>): Promise<MetricFindValue[]> {
    switch (key) {
      case 'opnsense_instance':
        return tagValues((await this.rows<FirewallRow>('firewalls')).map(({ name }) => name));
      case 'device':
      case 'device_name':
        return tagValues((await this.rows<InterfaceRow>('interfaces')).map((row) => row[key]));
      case 'peer_name':
      case 'public_key':
        return tagValues((await this.rows<PeerRow>('peers')).map((row) => row[key]));
      case 'site':
        return tagValues(['true', 'false']);
      default:
        return [];
    }
  }

  private interpolatePromql(query: PromqlQuery, scopedVars: ScopedVars): PromqlQuery {
    const { expr, legendFormat } = query;
    return {
      ...query,
      ...(expr && { expr: interpolateExpr(expr, this.templates, scopedVars) }),
      ...(legendFormat && { legendFormat: this.templates.replace(legendFormat, scopedVars) }),
    };
  }

  interpolateFilter<T extends Filter>(filter: T, scopedVars: ScopedVars): T {
    const result = { ...filter };
    for (const key of ['firewalls', 'interfaces', 'peers', 'statuses', 'kinds'] as const) {
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
    newestHealth.next({ uid: this.uid, firewalls: firewallsIn(health?.details) });
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

const isBlank = (query: WireGuardQuery): boolean =>
  query.queryType === 'promql' && (typeof query.expr !== 'string' || query.expr.trim() === '');
