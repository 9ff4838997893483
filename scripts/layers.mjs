// Who may import whom, types included. What is not in this table is refused: `npm run layers`.
// The most special folder counts: a file of src/surfaces/api is not one of src/surfaces.
const MAY_IMPORT = {
  'src/index.ts':
    'src/surfaces/api src/surfaces/racetime src/telemetry src/metrics src/reports src/retention src/errors src/events src/schema',
  'src/register.ts':
    'src/index.ts src/commands src/notices src/surfaces src/surfaces/api src/surfaces/discord src/surfaces/tasks src/telemetry src/logging src/events @sapphire/framework discord.js',
  'src/cli': 'src/render src/reports src/retention src/storage src/store src/events src/schema config commander',
  'src/commands':
    'src/telemetry src/render/message src/render src/logging src/reports src/retention src/schema src/common @sapphire/framework discord.js',
  'src/notices': 'src/telemetry src/alerts src/render/message src/render src/reports src/logging src/schema src/common discord.js',
  'src/surfaces': 'src/logging src/events @sapphire/framework',
  'src/surfaces/api': 'src/surfaces src/telemetry src/errors src/events @sapphire/framework',
  'src/surfaces/discord': 'src/surfaces src/telemetry src/events @sapphire/framework discord.js',
  'src/surfaces/racetime': 'src/events @sapphire/framework',
  'src/surfaces/tasks': 'src/surfaces src/telemetry src/events @sapphire/framework',
  'src/telemetry':
    'src/alerts src/metrics src/reports src/retention src/pipeline src/storage src/store src/logging src/errors src/events src/schema src/common config zod',
  'src/render': 'src/reports src/common string-width @resvg/resvg-js',
  'src/render/message': 'src/render src/reports src/schema discord.js',
  'src/reports': 'src/store src/events src/schema src/common',
  'src/retention': 'src/store src/logging src/events src/common',
  'src/alerts': 'src/pipeline src/store src/logging src/events src/schema',
  'src/metrics': 'src/pipeline src/logging src/events src/schema src/common',
  'src/pipeline': 'src/store src/logging src/events src/schema src/common',
  'src/storage': 'src/store src/events src/schema src/common config migrations @mikro-orm/* kysely pg',
  'src/store': 'src/schema',
  'src/logging': '',
  'src/errors': 'src/events src/common @sapphire/framework discord.js',
  'src/events': 'src/schema src/common',
  'src/schema': 'zod',
  'src/common': 'node-cron',
  config: 'src/schema zod',
  migrations: '@mikro-orm/core @mikro-orm/migrations'
};

const units = Object.keys(MAY_IMPORT);
const allowed = (unit) => MAY_IMPORT[unit].split(' ').filter((name) => name !== '');
const quoted = (text) => text.replace(/[.*]/g, (sign) => (sign === '*' ? '[^/]+' : `\\${sign}`));
/** The files of this folder, without those of a folder inside it that has a line of its own. */
const filesOf = (unit) => {
  const inner = units.filter((other) => other.startsWith(`${unit}/`)).map((other) => `${quoted(other.slice(unit.length + 1))}/`);
  return `^${quoted(unit)}${unit.endsWith('.ts') ? '$' : '/'}${inner.length > 0 ? `(?!${inner.join('|')})` : ''}`;
};
const target = (name) => (units.includes(name) ? filesOf(name) : `^(node_modules/)?${quoted(name)}(/|$)`);

export default {
  forbidden: [
    ...units.map((unit) => ({
      name: unit,
      severity: 'error',
      comment: `${unit} may import ${MAY_IMPORT[unit] || 'nothing'}`,
      from: { path: filesOf(unit) },
      to: { dependencyTypesNot: ['core'], pathNot: [filesOf(unit), ...allowed(unit).map(target)] }
    })),
    {
      name: 'not-in-the-table',
      severity: 'error',
      comment: 'Every file has its folder, and every folder its line in scripts/layers.mjs',
      from: { path: '^(src|config|migrations)/', pathNot: units.map(filesOf) },
      to: {}
    },
    {
      name: 'loose-file',
      severity: 'error',
      comment: 'Nothing imports it, and it imports nothing',
      from: { orphan: true, path: '^(src|config|migrations)/' },
      to: {}
    },
    { name: 'cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-found', severity: 'error', from: {}, to: { couldNotResolve: true } }
  ],
  options: {
    // TypeScript 7 has no API to parse with, and SWC sees imports of types too.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] }
  }
};
