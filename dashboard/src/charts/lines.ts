/** What is drawn over a chart: releases as vertical lines with their short id, the bound as a horizontal one. */
import type uPlot from 'uplot';
import type { Mark, Plot } from './plot.ts';

const LABEL_PX = 56;

export function drawMarks(chart: uPlot, marks: readonly Mark[], colour: string): void {
  const { ctx } = chart;
  const { left, top, width, height } = chart.bbox;
  const ratio = window.devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.7;
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.font = `${11 * ratio}px ui-monospace, monospace`;
  ctx.textAlign = 'center';
  let free = Number.NEGATIVE_INFINITY;
  for (const mark of marks) {
    const x = Math.round(chart.valToPos(mark.x, 'x', true));
    if (x < left || x > left + width) continue;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    // A name that would cover the one before is left out: the table has them all.
    const half = (LABEL_PX * ratio) / 2;
    const middle = Math.min(Math.max(x, left + half), left + width - half);
    if (middle < free) continue;
    ctx.fillText(mark.name, middle, top - 5 * ratio);
    free = middle + 2 * half;
  }
  ctx.restore();
}

export function drawBound(chart: uPlot, bound: Plot['bound'], colour: string, ground: string): void {
  if (bound === undefined) return;
  const { ctx } = chart;
  const { left, top, width, height } = chart.bbox;
  const ratio = window.devicePixelRatio;
  const y = Math.round(chart.valToPos(bound.value, 'y', true));
  if (y < top || y > top + height) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = ratio;
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  ctx.setLineDash([]);
  // Readable over whatever lies there.
  ctx.strokeStyle = ground;
  ctx.lineWidth = 4 * ratio;
  ctx.strokeText(bound.name, left + width - 4 * ratio, y - 5 * ratio);
  ctx.fillText(bound.name, left + width - 4 * ratio, y - 5 * ratio);
  ctx.restore();
}
