// The gallery of an item: the small pictures move the row in its place, and show which one is seen. Without it they
// are links to places in the page.
import { find } from './site.js';

export function followGallery() {
  const slides = find('.slides');
  const thumbs = [...document.querySelectorAll('.thumbs a')];
  if (slides === null || thumbs.length === 0) return;
  const own = [...slides.children];
  for (const [index, thumb] of thumbs.entries()) {
    thumb.addEventListener('click', (event) => {
      event.preventDefault();
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      const left = own[index].offsetLeft - own[0].offsetLeft;
      slides.scrollTo({ left, behavior: calm ? 'auto' : 'smooth' });
    });
  }
  const show = (entries) => {
    for (const { target, isIntersecting } of entries) {
      const thumb = thumbs[own.indexOf(target)];
      if (isIntersecting) thumb.setAttribute('aria-current', 'true');
      else thumb.removeAttribute('aria-current');
    }
  };
  const seen = new IntersectionObserver(show, { root: slides, threshold: 0.6 });
  for (const slide of own) seen.observe(slide);
}
