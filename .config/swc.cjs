// How TypeScript becomes JavaScript, for the bundle and for the tests alike.
// JSX turns into calls of React.createElement: that needs nothing of Grafana but `react` itself, which every Grafana of
// our range shares with its plugins and which is right for React 18 and 19.
module.exports = {
  sourceMaps: true,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', tsx: true },
    transform: { react: { runtime: 'classic' } },
  },
};
