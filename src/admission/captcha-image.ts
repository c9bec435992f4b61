/**
 * Draws the text of a captcha as pixels that a person can read. Drawn here because the usual
 * library, svg-captcha, is no longer maintained and gives its text away: each character is a path
 * of its own, and the length of the path tells which.
 */
import { encodePng } from './png.ts';

const width = 200;
const height = 72;
/** Pixels for one unit of a glyph's grid of 4 × 6. */
const unit = 8.5;
const strokeRadius = 2.4;
const noiseRadius = 1.2;

/**
 * Characters that are not mistaken for each other, as strokes: each a run of points `xy` on the
 * grid, x to the right, y down.
 */
const glyphs: Record<string, string> = {
  A: '06 20 46;14 34',
  C: '41 30 10 01 05 16 36 45',
  E: '40 00 06 46;03 33',
  F: '40 00 06;03 33',
  H: '00 06;40 46;03 43',
  J: '40 45 36 16 05',
  K: '00 06;40 03 46',
  L: '00 06 46',
  M: '06 00 23 40 46',
  N: '06 00 46 40',
  P: '06 00 30 41 42 33 03',
  R: '06 00 30 41 42 33 03;23 46',
  T: '00 40;20 26',
  U: '00 05 16 36 45 40',
  W: '00 16 23 36 40',
  X: '00 46;40 06',
  3: '01 10 30 41 42 33 44 45 36 16 05;13 33',
  6: '40 20 01 05 16 36 45 44 33 13 04',
  7: '00 40 16',
  9: '06 26 45 41 30 10 01 02 13 33 42',
};

/** The characters a captcha may have. */
export const captchaAlphabet = Object.keys(glyphs).join('');

interface Point {
  x: number;
  y: number;
}

/** Draws a text of four or five characters. Each drawing differs. Returns a PNG as a data URL. */
export function drawCaptcha(text: string): string {
  const pixels = new Uint8Array(width * height).fill(255);
  const bend = warp();
  const draw = (stroke: Point[], radius: number) => {
    const points = smooth(stroke).map(bend);
    for (let n = 1; n < points.length; n++) line(pixels, points[n - 1]!, points[n]!, radius);
  };
  for (const stroke of letters(text)) draw(stroke, strokeRadius);
  draw(noise(), noiseRadius);
  draw(noise(), noiseRadius);
  return `data:image/png;base64,${encodePng(pixels, width, height).toString('base64')}`;
}

const between = (least: number, most: number) => least + Math.random() * (most - least);

function* letters(text: string): Generator<Point[]> {
  const pitch = (width - 30) / text.length;
  for (const [index, character] of [...text].entries()) {
    const place = placement(
      15 + pitch * (index + 0.5) + between(-3, 3),
      height / 2 + between(-5, 5),
    );
    for (const stroke of glyphs[character]!.split(';')) {
      yield stroke.split(' ').map((xy) => place({ x: Number(xy[0]) - 2, y: Number(xy[1]) - 3 }));
    }
  }
}

/** Rotates, slants and scales a character about its centre. */
function placement(middleX: number, middleY: number): (point: Point) => Point {
  const angle = between(-0.3, 0.3);
  const lean = between(-0.2, 0.2);
  const size = unit * between(0.85, 1.1);
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return ({ x, y }) => {
    const leaning = x + y * lean;
    return {
      x: middleX + size * (leaning * cos - y * sin),
      y: middleY + size * (leaning * sin + y * cos),
    };
  };
}

/** A line across the picture, in the ink of the characters. */
function noise(): Point[] {
  return Array.from({ length: 6 }, (_, n) => ({ x: (n * width) / 5, y: between(12, height - 12) }));
}

/** Cuts long lines into short ones, so that they can be bent. */
function smooth(stroke: Point[]): Point[] {
  const points = [stroke[0]!];
  for (const [index, to] of stroke.slice(1).entries()) {
    const from = stroke[index]!;
    const pieces = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 10);
    for (let piece = 1; piece <= pieces; piece++) {
      const share = piece / pieces;
      points.push({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
    }
  }
  return points;
}

/** Waves in both directions. */
function warp(): (point: Point) => Point {
  const [phaseX, phaseY] = [between(0, 6.28), between(0, 6.28)];
  const [lengthX, lengthY] = [between(14, 22), between(22, 34)];
  return ({ x, y }) => ({
    x: x + 2.5 * Math.sin(y / lengthX + phaseX),
    y: y + 4 * Math.sin(x / lengthY + phaseY),
  });
}

/** Draws a line with round ends and soft edges: each pixel by how far it is from the line. */
function line(pixels: Uint8Array, from: Point, to: Point, radius: number): void {
  const reach = radius + 0.5;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const squared = dx * dx + dy * dy || 1;
  const firstX = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const lastX = Math.min(width - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  const firstY = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const lastY = Math.min(height - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  for (let y = firstY; y <= lastY; y++) {
    for (let x = firstX; x <= lastX; x++) {
      const along = ((x - from.x) * dx + (y - from.y) * dy) / squared;
      const share = Math.min(1, Math.max(0, along));
      const awayX = x - from.x - dx * share;
      const awayY = y - from.y - dy * share;
      const away = awayX * awayX + awayY * awayY;
      if (away >= reach * reach) continue;
      const ink = Math.min(1, reach - Math.sqrt(away));
      const pixel = y * width + x;
      const shade = 255 - 225 * ink;
      if (shade < pixels[pixel]!) pixels[pixel] = shade;
    }
  }
}
