/** The sections of the administrator's pages, and which of them a page belongs to. */
import type { View } from '../layout.tsx';
import { adminTexts } from './admin-texts.ts';

/** In the order of a merchant's day. */
const sections = [
  { name: 'sales', path: '/admin' },
  { name: 'items', path: '/admin/items' },
  { name: 'queue', path: '/admin/queue' },
  { name: 'orders', path: '/admin/orders' },
  { name: 'refunds', path: '/admin/refunds' },
  { name: 'webhooks', path: '/admin/webhooks' },
  { name: 'keys', path: '/admin/keys' },
  { name: 'actions', path: '/admin/actions' },
  { name: 'engine', path: '/admin/engine' },
] as const;

/** Pages that are not below the address of their section. */
const elsewhere: Record<string, string> = {
  '/admin/sales': '/admin',
  '/admin/search': '/admin/queue',
};

export function Sections({ view }: { view: View }) {
  const own = adminTexts[view.visitor.language].sections;
  const [path = ''] = view.visitor.path.split('?');
  const section = sectionOf(path);
  return (
    <nav class="sections" aria-label={own.label}>
      {sections.map(({ name, path: href }) => (
        <a
          href={href}
          aria-current={href === path ? 'page' : href === section ? 'true' : undefined}
        >
          {own[name]}
        </a>
      ))}
    </nav>
  );
}

function sectionOf(path: string): string {
  const [, , second = ''] = path.split('/');
  const parent = second === '' ? '/admin' : `/admin/${second}`;
  return elsewhere[parent] ?? parent;
}
