/**
 * The pictures on an item's page: a row that is scrolled from one to the next, and below it a small one of each,
 * which leads there. It needs no script.
 */
import type { CatalogItem } from '../../../catalog/item.ts';
import { textsOf, type View } from '../layout.tsx';
import { fill } from '../texts.ts';
import { Picture, picturesOf } from './offer.tsx';

interface GalleryProps {
  view: View;
  item: CatalogItem;
}

/** How wide the large picture is, so that a small screen need not load it whole. */
const sizes = '(min-width: 52rem) 34rem, 92vw';

export function Gallery({ view, item }: GalleryProps) {
  const pictures = picturesOf(item);
  if (pictures.length === 0) return <Picture item={item} />;
  const own = textsOf(view);
  const isOne = pictures.length === 1;
  const numbered = (n: number) => fill(own.pictureNumber, { n, all: pictures.length });
  // Whoever does not see it hears at least what it is of.
  const unnamed = (n: number) => (isOne ? item.title : `${item.title} (${numbered(n)})`);
  return (
    <div class="gallery">
      <div
        class="slides"
        {...(isOne ? {} : { role: 'region', 'aria-label': own.pictures, tabindex: 0 })}
      >
        {pictures.map(({ small: _, alt, ...picture }, index) => (
          <div class="slide" id={`picture-${index + 1}`}>
            <img
              {...picture}
              alt={alt === '' ? unnamed(index + 1) : alt}
              sizes={picture.srcset === undefined ? undefined : sizes}
              {...(index === 0 ? { fetchpriority: 'high' as const } : { loading: 'lazy' as const })}
            />
          </div>
        ))}
      </div>
      {!isOne && (
        <ul class="thumbs">
          {pictures.map(({ small, alt, referrerpolicy }, index) => (
            <li>
              <a
                href={`#picture-${index + 1}`}
                aria-label={[numbered(index + 1), alt].filter(Boolean).join(': ')}
                aria-current={index === 0 ? 'true' : undefined}
              >
                <img src={small} alt="" loading="lazy" referrerpolicy={referrerpolicy} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
