'use strict';
// Everything is drawn without this script; it adds the figures under the pointer and hides runs on request.
for (const button of document.querySelectorAll('button[data-run]')) {
  button.addEventListener('click', () => {
    const hidden = document.body.classList.toggle('off' + button.dataset.run);
    button.setAttribute('aria-pressed', String(!hidden));
  });
}

function nearest(points, x) {
  return points.reduce((best, point) => (Math.abs(point[0] - x) < Math.abs(best[0] - x) ? point : best));
}

function show(tip, plot, x) {
  tip.replaceChildren();
  const visible = plot.series.filter((s) => !document.body.classList.contains('off' + s.run));
  if (visible.length === 0) return null;
  const at = nearest(visible.flatMap((s) => s.points), x);
  tip.append(Object.assign(document.createElement('b'), {textContent: 'step ' + at[1]}));
  for (const series of visible) {
    const point = nearest(series.points, at[0]);
    const row = document.createElement('div');
    row.className = 'r' + series.run;
    const spread = point[3] > 0 ? ' ± ' + point[3] : '';
    row.append(document.createElement('i'), series.name + ': ' + point[2] + spread);
    tip.append(row);
  }
  return at[0];
}

for (const figure of document.querySelectorAll('figure.plot')) {
  const svg = figure.querySelector('svg');
  const cursor = svg.querySelector('.cursor');
  const plot = JSON.parse(figure.querySelector('script').textContent);
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  figure.append(tip);
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const at = show(tip, plot, ((event.clientX - box.left) / box.width) * plot.width);
    tip.hidden = at === null;
    if (at === null) return;
    cursor.setAttribute('x1', at);
    cursor.setAttribute('x2', at);
    cursor.style.visibility = 'visible';
    const left = box.left - figure.getBoundingClientRect().left;
    const px = left + (at / plot.width) * box.width;
    const right = px + 14 + tip.offsetWidth < figure.clientWidth;
    tip.style.left = (right ? px + 14 : Math.max(0, px - 14 - tip.offsetWidth)) + 'px';
    tip.style.top = event.clientY - figure.getBoundingClientRect().top + 14 + 'px';
  });
  svg.addEventListener('pointerleave', () => {
    tip.hidden = true;
    cursor.style.visibility = 'hidden';
  });
}
document.documentElement.dataset.ready = String(document.querySelectorAll('figure').length);
