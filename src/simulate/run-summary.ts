import { clockTime, contextTime } from './clock.js';
import type { Camera, Software } from './instrument.js';
import { imagedVolume, type RunTotals, ratio } from './run-totals.js';

export interface SummaryFacts {
  camera: Camera;
  software: Software;
  totals: RunTotals;
}

/** The `_run_summary.txt` of a run: CRLF, an empty line between groups, local times. */
export function runSummary({ camera, software, totals }: SummaryFacts): string {
  const { frames, usedFrames, particles, imaging } = totals;
  const perFrame = ratio(particles, frames).toFixed(2);
  const brightness = (camera.water[0] + camera.water[1] + camera.water[2]) / 3;
  const groups: Record<string, string[]> = {
    Run: [
      'Mode:  AutoImage',
      'Recalibrations:  0',
      'Stop Reason:  Particle Count',
      `Fluid Volume Imaged: ${imagedVolume(camera, frames).toFixed(4)} ml`,
      `Particle Count: ${particles}`,
    ],
    Images: [
      `Total:  ${frames}`,
      `Used:  ${usedFrames}`,
      `Percentage Used:  ${(100 * ratio(usedFrames, frames)).toFixed(2)}%`,
      `Particles Per Used Image:  ${ratio(particles, usedFrames).toFixed(2)}`,
      `Particles Per Image:  ${perFrame}`,
      `Particles Per Image:  ${perFrame}`,
      `Frame Rate:  ${ratio(frames * 1000, imaging).toFixed(2)} fps`,
      `Intensity Mean:  ${brightness.toFixed(2)}`,
      `Intensity Min:  ${(brightness - 1).toFixed(2)}`,
      `Intensity Max:  ${(brightness + 1).toFixed(2)}`,
    ],
    'Date/Time': [
      `Start:  ${contextTime(totals.start)}`,
      `End:  ${contextTime(totals.end)}`,
      `Sampling Time:  ${clockTime(imaging)}`,
    ],
    Environment: [
      `Software: VisualSpreadsheet ${software.version}`,
      `Magnification: ${camera.magnification}X`,
      `Calibration Factor: ${camera.calibration.toFixed(4)}`,
      `Calibration Factor: ${camera.calibration.toFixed(4)}`,
      `SerialNo:  ${software.serialNumber ?? 'Unknown'}`,
      'Number of Processors: 8',
    ],
  };
  return Object.entries(groups)
    .map(([name, items]) => [`${name}:`, ...items.map((item) => `\t${item}`), ''].join('\r\n'))
    .join('\r\n');
}
