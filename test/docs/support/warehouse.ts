// The export of docs/warehouse.md: three days of page views, and two segments.
const ids = { organization_id: 'o1', project_id: 'w1', session_id: 's1', view_id: 'v1', source_url: null };

const views = [
  { day: '2026-01-14', user_id: 'ann', segments: [1, 2] },
  { day: '2026-01-15', user_id: 'ann', segments: [1] },
  { day: '2026-01-15', user_id: 'bob', segments: [1] },
  { day: '2026-02-01', user_id: 'eve', segments: [] },
];

/** By stream. */
export const exported = {
  events: views.map(({ day, ...view }, n) => ({
    time: String(Date.parse(`${day}T10:00:00Z`)),
    event_id: `e${n}`,
    event_name: 'Pageview',
    ...ids,
    ...view,
    properties: { client: { url: `https://example.com/${n}`, title: 'Home' } },
  })),
  segment: [
    { code: 1, name: 'Readers' },
    { code: 2, name: 'Subscribers' },
  ].map((segment) => ({
    id: `id-${segment.code}`,
    ...segment,
    tags: ['site'],
    metadata: {},
    workspace: 'w1',
    ancestors: [],
    workspaceState: 'Active',
    deleted: false,
  })),
} as const;

/** What the first queries answer. */
export const answers = [
  [
    [2026, 1, 14, 1],
    [2026, 1, 15, 2],
    [2026, 2, 1, 1],
  ],
  [
    [1, 2],
    [2, 1],
  ],
  [
    ['Readers', 2],
    ['Subscribers', 1],
  ],
] as const;
