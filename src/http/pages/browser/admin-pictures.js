// The pictures of an item, for the merchant: files are sent as soon as they are chosen or dropped, one after the
// other, and the section is put in place anew, as the server made it, without the rest of the page. Without this the
// same forms are sent as usual.
import { fill } from './site.js';

const previewPixels = 96;

const sectionIn = (within) => within.querySelector('#pictures');

function settings() {
  return JSON.parse(sectionIn(document).dataset.pictures);
}

/** Sends a form's content, as a browser would, and resolves with the page that answers; null without one. */
function send(path, content, progress = () => undefined) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'document';
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(loaded / total));
    request.upload.addEventListener('load', () => progress(1));
    request.addEventListener('loadend', () => resolve(request.response));
    request.send(content);
  });
}

/** Puts the section of an answer in place of the one that is shown. A page without it is another: the log-in. */
function show(answer) {
  const fresh = sectionIn(answer);
  if (fresh === null) return location.reload();
  sectionIn(document).replaceWith(document.adoptNode(fresh));
  improve();
}

/** Tells what went wrong beside what the section says itself. */
function complain(texts) {
  if (texts.length === 0) return;
  const section = sectionIn(document);
  section.querySelector('.notice')?.remove();
  const told = document.createElement('p');
  told.className = 'notice error';
  told.setAttribute('role', 'alert');
  section.querySelector('.hint').after(told);
  told.textContent = texts.join(' · ');
}

/** A row for a file on its way. Returns what moves its bar. */
function beginRow(list, file) {
  const { texts } = settings();
  const row = document.createElement('li');
  row.className = 'sending';
  const preview = document.createElement('canvas');
  preview.width = preview.height = previewPixels;
  const name = document.createElement('p');
  name.textContent = fill(texts.sending, { name: file.name });
  const bar = document.createElement('progress');
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute('aria-label', file.name);
  row.append(preview, name, bar);
  list.append(row);
  draw(file, preview);
  return (part) => {
    bar.value = part;
    if (part < 1) return;
    name.textContent = fill(texts.preparing, { name: file.name });
    bar.removeAttribute('value');
  };
}

/** Draws what the browser can read of a file, in the middle of a square. */
async function draw(file, canvas) {
  const image = await createImageBitmap(file).catch(() => null);
  if (image === null) return;
  const scale = previewPixels / Math.min(image.width, image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const [left, top] = [(previewPixels - width) / 2, (previewPixels - height) / 2];
  canvas.getContext('2d').drawImage(image, left, top, width, height);
  image.close();
}

let busy = false;

async function upload(files) {
  if (busy || files.length === 0) return;
  busy = true;
  const { texts, bytesMax } = settings();
  const form = sectionIn(document).querySelector('[data-upload]');
  const path = form.getAttribute('action');
  form.querySelector('input[type="file"]').disabled = true;
  const list = document.createElement('ol');
  list.className = 'queue';
  form.append(list);
  const waiting = files.map((file) => ({ file, progress: beginRow(list, file) }));
  const problems = [];
  let last = null;
  for (const { file, progress } of waiting) {
    if (file.size > bytesMax) {
      problems.push(fill(texts.refusedOne, { name: file.name, reason: texts.large }));
      continue;
    }
    const content = new FormData();
    content.append('pictures', file);
    const answer = await send(path, content, progress);
    if (answer === null) problems.push(fill(texts.failed, { name: file.name }));
    else last = answer;
    const problem = answer === null ? null : sectionIn(answer)?.querySelector('[role="alert"]');
    if (problem) problems.push(problem.textContent);
  }
  busy = false;
  if (last !== null) show(last);
  else {
    list.remove();
    const field = form.querySelector('input[type="file"]');
    field.disabled = false;
    field.value = '';
  }
  complain(problems);
}

/** What a button does with a picture; the focus stays where it was, or goes to what is nearest. */
async function change(event) {
  const { target: form, submitter } = event;
  event.preventDefault();
  if (busy || submitter === null) return;
  // The form would be sent but once.
  delete form.dataset.sent;
  busy = true;
  const path = form.getAttribute('action');
  const to = submitter.getAttribute('formaction') ?? path;
  const answer = await send(to, new FormData(form, submitter));
  busy = false;
  if (answer === null) return complain([settings().texts.lost]);
  show(answer);
  const section = sectionIn(document);
  const again = section.querySelector(
    `form[action="${path}"] button[value="${submitter.value}"]:not(:disabled)`,
  );
  const near = section.querySelector(`form[action="${path}"] button`);
  (again ?? near ?? section.querySelector('h2')).focus();
}

function improve() {
  const section = sectionIn(document);
  for (const form of section.querySelectorAll('li form')) form.addEventListener('submit', change);
  const form = section.querySelector('[data-upload]');
  if (form === null) return;
  const field = form.querySelector('input[type="file"]');
  form.querySelector('button').hidden = true;
  form.querySelector('[data-drop]').hidden = false;
  field.addEventListener('change', () => upload([...field.files]));
  section.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    section.classList.add('dropping');
  });
  section.addEventListener('dragleave', (event) => {
    if (!section.contains(event.relatedTarget)) section.classList.remove('dropping');
  });
  section.addEventListener('drop', (event) => {
    event.preventDefault();
    section.classList.remove('dropping');
    upload([...event.dataTransfer.files]);
  });
}

export function improvePictures() {
  if (sectionIn(document) !== null) improve();
}
