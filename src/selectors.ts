/* eslint-disable max-lines -- a list of words, all in one place on purpose */
import { translated } from './translate';

/**
 * Every word that a person reads in this plugin's editors, in English; locales/ has the translations. What stands in
 * double braces is put in by whoever uses the text.
 */
export const english = {
  errors: {
    nameMissing: 'Give the firewall a name.',
    nameTaken: 'Another firewall has this name.',
    urlMissing: 'Enter the address of the web interface.',
    urlMalformed: 'This is not a URL. Example: https://fw.example:8443',
    urlScheme: 'The URL has to start with https:// or http://.',
    urlCredentials: 'Leave user and password out of the URL: the API key and secret have their own fields.',
    secretPrefix: 'Paste only what follows the = in OPNsense’s file.',
    secretSpace: 'There is a space or a line break in it.',
    keyColon: 'A key has no colon. Did key and secret get pasted together?',
    caMalformed: 'Paste a certificate in PEM format, from BEGIN CERTIFICATE to END CERTIFICATE.',
    fingerprintMalformed: 'A SHA-256 fingerprint has 64 hexadecimal digits; colons are fine.',
    deviceMissing: 'Enter the device, for example wg1.',
    deviceTaken: 'This device is in the list already.',
    carpMalformed: 'A vhid from 1 to 255, or none.',
    durationMalformed: 'Write a number with a unit: 30s, 2m, 24h or 7d.',
    pollIntervalRange: 'Between 10s and 2m.',
    requestTimeoutRange: 'Between 1s and 25s.',
    forgetAfterRange: 'Between 1m and 8760h.',
    retentionRange: 'Between 10m and 720h, or 0 for no history.',
    liveMinIntervalRange: 'Between 1s and 2m, or 0 for no live panels.',
    historyMaxBytesRange: 'A whole number from 1 to 4096.',
    noAnswer: 'Grafana did not answer (status {{status}}).',
  },

  config: {
    firewalls: {
      title: 'Firewalls',
      none: 'No firewall yet. Add the first one below.',
      description: 'The data source reads each firewall through its REST API and never writes to it.',
      newName: 'Name of the new firewall',
      newUrl: 'URL of the new firewall',
      add: 'Add firewall',
      remove: 'Remove firewall {{name}}',
      removeConfirm: 'Remove with its key and secret',
      duplicate: 'Duplicate firewall {{name}}, without key and secret',
      moveUp: 'Move firewall {{name}} up',
      moveDown: 'Move firewall {{name}} down',
      /** The name of a duplicate: the first, and the ones after it. */
      copyOf: '{{name}} copy',
      nextCopyOf: '{{name}} copy {{number}}',
      unnamed: 'Firewall without a name',
      id: 'id: {{id}}',
      open: 'Settings of firewall {{name}}',
      search: 'Search firewalls',
      searchPlaceholder: 'Name, address or id',
      found: '{{found}} of {{all}} firewalls',
      more: 'Show more ({{number}})',
    },
    bulk: {
      open: 'Add many',
      title: 'Many firewalls',
      description:
        'Paste a CSV with a line of column names (name, url, apiKey, apiSecret, tls, fingerprint, serverName), or the YAML ' +
        'of jsonData.firewalls in a provisioning file, with apiKey and apiSecret beside.',
      add: 'Add {{number}} firewalls',
      cancel: 'Cancel',
      at: 'Firewall {{number}}: {{problem}}',
      unknownColumn: 'There is no column {{name}}. Allowed: {{allowed}}.',
      unknownField: 'There is no field {{name}}. Allowed: {{allowed}}.',
      unknownMode: 'There is no certificate mode {{mode}}. Allowed: {{allowed}}.',
      unreadable: 'This is no YAML: {{reason}}.',
      noList: 'This is neither a CSV with a line of column names nor a YAML list of firewalls.',
      moreProblems: 'And {{number}} more.',
    },
    firewall: {
      name: 'Name',
      nameDescription: 'The label opnsense_instance of every series of this firewall.',
      namePlaceholder: 'hq',
      url: 'URL',
      urlDescription: 'Address of the OPNsense web interface, as Grafana’s server reaches it.',
      urlPlaceholder: 'https://fw-hq.example:8443',
      apiKey: 'API key',
      apiSecret: 'API secret',
      secretPlaceholder: 'From System: Access: Users',
      configured: 'configured',
    },
    apiKeyFile: {
      choose: 'Choose apikey.txt',
      description: 'Or drop OPNsense’s apikey.txt here, or paste its text into one of the two fields: both are filled.',
      outcomes: {
        both: 'API key and secret are filled in from the file.',
        apiKey: 'The file has only a key: the API key is filled in, the secret is as it was.',
        apiSecret: 'The file has only a secret: the API secret is filled in, the key is as it was.',
        neither: 'This is not OPNsense’s apikey.txt: it has no line key=… or secret=…. Nothing was changed.',
        tooLarge: 'This file is larger than 64 KiB: it is not OPNsense’s apikey.txt. Nothing was changed.',
        several: 'Drop one file at a time. Nothing was changed.',
        unreadable: 'The file could not be read. Nothing was changed.',
      },
    },
    tls: {
      mode: 'Certificate',
      modes: {
        system: { label: 'Signed by a known authority', description: 'Grafana’s server trusts its issuer already' },
        ca: { label: 'Signed by your own authority', description: 'Trust the authority that you paste' },
        pin: { label: 'Exactly one certificate', description: 'Trust the certificate with this fingerprint' },
        insecure: { label: 'Do not check', description: 'Trust any certificate: for tests only' },
      },
      ca: 'Authority’s certificate',
      caPlaceholder: '-----BEGIN CERTIFICATE-----',
      fingerprint: 'SHA-256 fingerprint',
      fingerprintPlaceholder: 'AB:CD:…',
      serverName: 'Server name',
      serverNameDescription: 'When the certificate has another name than the URL.',
      insecureWarning: 'Whoever stands between Grafana and the firewall can read the API key and secret.',
    },
    health: {
      risks: 'A thief of this key could also {{risks}}.',
    },
    certificate: {
      show: 'Show certificate',
      tooltip: 'Has Grafana’s server fetch what the saved firewall presents. Neither key nor secret is sent.',
      failed: 'The certificate could not be fetched',
      otherUrl: 'This is the certificate of {{url}}, the saved address. Save & test first to see that of the new one.',
      subject: 'Issued to',
      names: 'For the names',
      issuer: 'Issued by',
      selfSigned: 'itself',
      valid: 'Valid',
      fromTo: 'from {{from}} to {{to}}',
      sha256: 'SHA-256',
      trust: 'Signed by a known authority',
      trusted: 'yes, and for this address: no need to pin it',
      untrusted: 'no: {{reason}}',
      pin: 'Trust exactly this certificate',
      pinned: 'This certificate is the one that is trusted. A new one has to be pinned anew.',
    },
    expect: {
      title: 'Expected interfaces',
      description:
        'OPNsense leaves a stopped tunnel out of its answer. An interface in this list counts as down when it is missing. ' +
        'It also keeps its alerts when Grafana restarts while the firewall is unreachable. CARP: the vhid of the virtual IP ' +
        'that the tunnel depends on, or none; leave it empty when you do not know.',
      device: 'Device of expected interface {{row}}',
      deviceShort: 'Device',
      devicePlaceholder: 'wg1',
      name: 'Name of expected interface {{row}}',
      nameShort: 'Name',
      namePlaceholder: 'site-to-site',
      carp: 'CARP of expected interface {{row}}',
      carpShort: 'CARP',
      carpPlaceholder: 'vhid or none',
      add: 'Add expected interface',
      addSeen: 'Expect all seen now',
      addSeenTooltip: 'Adds every interface that the saved firewall reports and that is not in the list.',
      added: 'Added: {{number}}. Save to keep them.',
      nothingNew: 'The firewall reports no other interface than those in the list.',
      failed: 'The firewall could not be asked: {{reason}}',
      remove: 'Remove expected interface {{row}}',
    },
    peers: {
      expectPeers: 'Expected peers',
      expectPeersDescription:
        'Peers that must be online: they count as sites, and one of them that is silent for over 5 minutes is down. ' +
        'Leave phones and laptops out: each would page when it sleeps. Choose, or type a name or public key.',
      expectPeersPlaceholder: 'None',
      ignorePeers: 'Ignored peers',
      ignorePeersDescription:
        'Peers that are never a site, whatever their allowed IPs say: no alert for them. Choose, or type a name or public key.',
      ignorePeersPlaceholder: 'None',
    },
    readConfiguration: {
      label: 'Read the configuration',
      description:
        'The firewall then says itself which tunnels are enabled and which CARP address each depends on. OPNsense puts ' +
        'private keys into that answer; they are masked while read and never kept. It needs the privilege “VPN: WireGuard: ' +
        'Configuration”, which also lets its holder read private keys and, unless “Deny config write” is set, change the ' +
        'configuration. Expected interfaces need none of that.',
    },
    general: {
      title: 'General',
      pollInterval: 'Poll interval',
      pollIntervalDescription: 'How often a firewall is asked at most, however many panels and alert rules there are.',
      requestTimeout: 'Request timeout',
      requestTimeoutDescription: 'How long one call to a firewall may take.',
      forgetAfter: 'Forget after',
      forgetAfterDescription: 'How long an interface that vanished stays known as down.',
      retention: 'History',
      retentionDescription:
        'How far back graphs, events and PromQL can look. It is kept in memory and lost at a restart. 0 switches it off.',
      historyMaxBytes: 'Memory for the history, in MiB',
      historyMaxBytesDescription: 'When this is not enough, the history reaches back less far.',
      liveMinInterval: 'Live interval',
      liveMinIntervalDescription:
        'How often a firewall is asked at most while somebody watches a live panel. 0 switches live panels off.',
      socksProxy: 'Secure SOCKS proxy',
      socksProxyDescription: 'Reach the firewalls through the proxy that this Grafana is set up with.',
    },
    alertRules: {
      title: 'Alert rules',
      description:
        'The shipped rules speak up when a tunnel, a site or a firewall is down. Install them here, with your own rights ' +
        'and free to be edited in Alerting, or download the file that provisions them.',
      show: 'Show the rules',
      refresh: 'Look again',
      download: 'Download the file',
      open: 'Open Alerting',
      install: 'Install what is missing ({{number}})',
      restore: 'Put back as shipped ({{number}})',
      restoreConfirm: 'Overwrite the changes',
      rule: 'Rule',
      wait: 'Waits for',
      severity: 'Severity',
      state: 'State',
      shippedPaused: 'paused at first',
      paused: 'paused',
      states: {
        missing: 'not installed',
        installed: 'installed',
        changed: 'installed, and changed since or of an older version',
        file: 'provided by a file',
        unknown: 'not known',
      },
      fromFile:
        'A provisioning file provides these rules. Grafana lets only the file change them: edit it, or remove the rules ' +
        'from it (deleteRules) and install them here.',
      done: 'Done. Paused rules stay paused until you switch them on in Alerting.',
      unreadable: 'What is installed cannot be told: {{reason}} Without the right to change alert rules, download the file.',
      failed: 'Not all was done: {{reason}}',
    },
    readOnly: 'This data source comes from a provisioning file: it can only be changed there.',
  },

  query: {
    unknownType: 'This version does not know the query type “{{type}}”. The query is kept as it is until you change something here.',
    type: 'Query type',
    types: {
      interfaces: { label: 'Interfaces', description: 'A row for each WireGuard interface' },
      peers: { label: 'Peers', description: 'A row for each peer of each interface' },
      firewalls: { label: 'Firewalls', description: 'A row for each firewall, answering or not' },
      problems: { label: 'Problems', description: 'A row for each thing that is not right, the worst first' },
      events: { label: 'Events', description: 'A row for each change of a state' },
      promql: { label: 'PromQL', description: 'An expression over the history' },
    },
    format: 'Format',
    formats: {
      table: { label: 'Table', description: 'All columns' },
      numeric: { label: 'Numeric', description: 'One number for each row: for alert rules and stats' },
      time_series: { label: 'Time series', description: 'Values over time, from the history' },
    },
    metric: 'Metric',
    metrics: {
      status: 'Status',
      both_nodes_up: 'Up on both nodes',
      peers_online: 'Peers online',
      rx_bytes: 'Received bytes',
      tx_bytes: 'Sent bytes',
      rx_rate: 'Received bytes per second',
      tx_rate: 'Sent bytes per second',
      handshake_age: 'Age of the last handshake',
      site_down: 'Site down',
      no_return_traffic: 'No return traffic',
      up: 'Answers',
      latency: 'Latency',
      interfaces_up: 'Interfaces up',
    },
    filters: {
      firewalls: 'Firewalls',
      interfaces: 'Interfaces',
      peers: 'Peers',
      statuses: 'Statuses',
      kinds: 'Kinds',
      interfaceUp: 'Only where the interface is up',
      site: 'Sites',
    },
    sites: { all: 'All peers', only: 'Only sites', none: 'All but sites' },
    siteTooltip: 'A site is a peer with a network behind it, or an expected one; other peers are single devices, such as phones.',
    filterTooltip: 'Choose values or type your own: an exact value, a /regular expression/ or a $variable.',
    statusTooltip: 'Choose statuses or a $variable.',
    kindTooltip: 'Choose what the events are about, or a $variable.',
    filterPlaceholder: 'All',
    customValue: 'Use what was typed',
    variable: 'Dashboard variable',
    live: 'Live',
    liveTooltip:
      'New values as they come: at the panel’s interval, but never faster than the settings of the data source allow. ' +
      'It costs the firewall one call per interval while somebody watches. After 15 minutes it goes on at the poll interval.',
    liveOff: 'The settings of the data source have live panels switched off.',
    expr: 'Expression',
    exprTooltip: 'PromQL over the history of this data source. Shift+Enter or Ctrl+Enter runs it, Ctrl+Space offers what can stand here.',
    completions: 'What can stand here',
    completionKinds: { series: 'Series', label: 'Label', value: 'Value', function: 'Function' },
    /** The series of the history, as their HELP says in GET metrics; a test of the back end holds them together. */
    series: {
      opnsense_up: 'Whether the WireGuard status of this firewall could be read. (1 = yes, 0 = no)',
      opnsense_wireguard_interfaces_status:
        'WireGuard interface status. (0 = down, 1 = up, 2 = unknown, 3 = standby, 4 = disabled)',
      opnsense_wireguard_interfaces_both_nodes_up:
        'Whether the interface is up here and on its CARP twin, though only one of them should be. (1 = yes, 0 = no)',
      opnsense_wireguard_peer_status:
        'WireGuard peer status. (0 = offline, 1 = online, 2 = unknown, 3 = stale)',
      opnsense_wireguard_peer_last_handshake_seconds:
        'Unix time of the last handshake with this peer. No series: it never shook hands.',
      opnsense_wireguard_peer_received_bytes_total:
        'Bytes received from this peer since its interface was started.',
      opnsense_wireguard_peer_transmitted_bytes_total:
        'Bytes sent to this peer since its interface was started.',
      opnsense_wireguard_peer_site_down:
        'Whether this peer is a site that should be reachable and is not. (1 = yes, 0 = no)',
      opnsense_wireguard_peer_no_return_traffic:
        'Whether this peer is sent traffic and, unlike before, returns none. (1 = yes, 0 = no)',
      opnsense_wireguard_poll_duration_seconds: 'How long the firewall took to tell its WireGuard status.',
    },
    legendFormat: 'Legend',
    legendFormatTooltip: 'Names each series. {{example}} is the value of that label. Empty: all labels.',
  },

  help: {
    title: 'Examples',
    description: 'A click puts the example into this query and runs it.',
    examples: {
      problems: { label: 'Everything that is not right', description: 'The worst first. Empty while all is well.' },
      interfacesDown: { label: 'Interfaces that are down', description: 'Empty while all is well.' },
      sitesDown: { label: 'Sites that are down', description: 'They do not answer, though their interface is up.' },
      traffic: { label: 'Traffic of each tunnel over time', description: 'Received bytes per second.' },
      handshakeAge: { label: 'Time since the last handshake', description: 'In seconds, one number for each peer.' },
      changes: { label: 'What changed', description: 'Each change of a state within the time range.' },
      rule: {
        label: 'The alert rule for interfaces, in PromQL',
        description: 'As Prometheus’ own rule has it: what is in the answer fires. In a rule of Grafana write == bool 0.',
      },
      rate: { label: 'Received bytes per second over 5 minutes, in PromQL', description: 'The sum of each tunnel’s peers.' },
      tunnelPeers: { label: 'Peers of one tunnel', description: 'Put the name or device of yours in place of wg1.' },
    },
  },

  variable: {
    kind: 'Values',
    kinds: {
      firewalls: 'Names of firewalls',
      interfaces: 'Names of interfaces',
      peers: 'Names of peers',
    },
  },

  health: {
    noAnswer: 'The data source did not answer the health check.',
  },
} as const;

/** The same texts in the language of whoever reads them. Tests find the elements by them. */
export const texts = translated(english);
