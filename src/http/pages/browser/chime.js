// A short sound for those who have gone to another tab. Browsers let a page sound only after somebody has
// touched it; who wants little motion is spared it as well.
const isWanted = !matchMedia('(prefers-reduced-motion: reduce)').matches;
const notes = [
  { hertz: 660, at: 0 },
  { hertz: 880, at: 0.18 },
];
const noteSeconds = 0.35;
const volume = 0.15;

let audio = null;

/** Whether there can be a sound here at all. */
export const canChime = isWanted && 'AudioContext' in window;

/** Whether the browser would let it be heard now. */
export const isAllowed = () => audio?.state === 'running';

export function chime() {
  if (!isAllowed()) return;
  const now = audio.currentTime;
  for (const { hertz, at } of notes) {
    const tone = new OscillatorNode(audio, { frequency: hertz });
    const gain = new GainNode(audio, { gain: 0 });
    gain.gain.setValueAtTime(volume, now + at);
    gain.gain.exponentialRampToValueAtTime(0.001, now + at + noteSeconds);
    tone.connect(gain).connect(audio.destination);
    tone.start(now + at);
    tone.stop(now + at + noteSeconds);
  }
}

/** A gesture of the user's: from now on there may be a sound. */
function allow() {
  audio ??= new AudioContext();
  if (audio.state === 'suspended') audio.resume();
}

if (canChime) for (const gesture of ['pointerdown', 'keydown']) addEventListener(gesture, allow);
